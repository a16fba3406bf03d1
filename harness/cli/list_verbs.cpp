#include <fmt/format.h>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "fixtures/deviations/deviations.hpp"
#include "fixtures/hub/profile.hpp"
#include "harness/cli/baseline_file.hpp"
#include "harness/cli/execute.hpp"
#include "harness/cli/load_file.hpp"
#include "harness/cli/options.hpp"
#include "harness/cli/statement.hpp"
#include "harness/cli/suite.hpp"
#include "harness/cli/target_file.hpp"
#include "harness/cli/targets.hpp"
#include "harness/scenario/json_schema.hpp"

// The verbs that look at scenarios without running anything.
namespace hubspec::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

void print(const Json& json) { std::printf("%s\n", json.dump(2, ' ', false, Json::error_handler_t::replace).c_str()); }

int list_deviations(bool json) {
    Json all = Json::array();
    for (const auto& one : deviations::all()) {
        const bool fault = one.kind == deviations::Kind::fault;
        all.push_back({{"name", one.name},
                       {"kind", fault ? "fault" : "deviation"},
                       {"summary", one.summary},
                       {"breaks", one.breaks}});
        if (!json)
            std::printf("%-44s %s%s\n", one.name.c_str(), one.summary.c_str(),
                        fault ? " [fault]" : fmt::format(" [{}]", joined(one.breaks)).c_str());
    }
    if (json) print(all);
    return exit_ok;
}

int list_profiles(bool json) {
    Json all = Json::array();
    for (const auto& one : hub::profiles()) {
        const std::string name(one.name), summary(one.summary);
        all.push_back({{"name", name}, {"summary", summary}});
        if (!json) std::printf("%-12s %s\n", name.c_str(), summary.c_str());
    }
    if (json) print(all);
    return exit_ok;
}

}  // namespace

int run(const ListOptions& options) {
    if (options.deviations) return list_deviations(options.json);
    if (options.profiles) return list_profiles(options.json);
    const auto suite = read_suite(options.suite);
    if (!suite) return exit_unusable;
    const auto target = make_target(options.target, {});
    if (!target) return exit_unusable;
    Json all = Json::array();
    const auto cases = selected_cases(*suite, options.suite.selection);
    for (const auto& one : cases) {
        const std::string reason = not_applicable(one, *target);
        Json row{{"name", one.name},
                 {"title", one.scenario->title},
                 {"file", one.scenario->file},
                 {"verifies", one.scenario->verifies},
                 {"tags", one.scenario->tags}};
        if (!reason.empty()) row["notApplicable"] = reason;
        all.push_back(std::move(row));
        if (!options.json)
            std::printf("%-58s %s%s\n", one.name.c_str(), one.scenario->title.c_str(),
                        reason.empty() ? "" : (" [not applicable: " + reason + "]").c_str());
    }
    if (options.json) print(all);
    if (cases.empty()) std::fprintf(stderr, "hubspec: %s\n", nothing_selected(*suite, options.suite.selection).c_str());
    return cases.empty() ? exit_nothing : exit_ok;
}

int run(const LintOptions& options) {
    const auto suite = read_suite(options.suite);
    if (!suite) return exit_unusable;
    if (suite->scenarios.empty()) {
        std::fprintf(stderr, "hubspec: no scenarios were found\n");
        return exit_nothing;
    }
    std::size_t wrong = 0;
    for (const auto& file : options.devices)
        if (!read_statement(file, &suite->catalogue)) ++wrong;
    for (const auto& file : options.targets)
        if (!read_target_file(file, Secrets::may_be_missing)) ++wrong;
    for (const auto& file : options.baselines)
        if (!read_baseline(file)) ++wrong;
    for (const auto& file : options.loads)
        if (!read_load_file(file)) ++wrong;
    if (wrong > 0) return exit_unusable;
    std::string others;
    const auto count = [&](const std::vector<std::string>& files, const char* what) {
        if (!files.empty()) others += std::to_string(files.size()) + " " + what + (files.size() == 1 ? "" : "s") + ", ";
    };
    count(options.devices, "statement");
    count(options.targets, "target file");
    count(options.baselines, "baseline");
    count(options.loads, "load file");
    std::printf("%s%zu scenarios, %zu cases: nothing to complain about\n", others.c_str(), suite->scenarios.size(),
                selected_cases(*suite, options.suite.selection).size());
    return exit_ok;
}

int run(const SchemaOptions& options) {
    std::fputs((options.target      ? target_schema()
                : options.statement ? statement_schema()
                : options.baseline  ? baseline_schema()
                : options.load      ? load_schema()
                                    : scenario::json_schema())
                   .c_str(),
               stdout);
    return exit_ok;
}

}  // namespace hubspec::cli
