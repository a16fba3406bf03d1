#include <fmt/format.h>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "fixtures/deviations/deviations.hpp"
#include "fixtures/hub/profile.hpp"
#include "harness/cli/execute.hpp"
#include "harness/cli/nearest.hpp"
#include "harness/cli/options.hpp"
#include "harness/cli/suite.hpp"
#include "harness/cli/targets.hpp"
#include "harness/run/judge.hpp"
#include "harness/scenario/json_schema.hpp"

// The verbs that look at scenarios and requirements without running anything.
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

/// A requirement counts when it binds a hub and a device can see whether it holds.
bool is_testable(const model::Requirement& requirement) {
    return (requirement.binds == model::Binds::hub || requirement.binds == model::Binds::both) &&
           requirement.observable != model::Observable::none;
}

std::map<std::string, std::vector<std::string>> scenarios_by_requirement(const Suite& suite) {
    std::map<std::string, std::vector<std::string>> verified_by;
    for (const auto& scenario : suite.scenarios)
        for (const auto& id : scenario.verifies) verified_by[id].push_back(scenario.id);
    return verified_by;
}

struct AreaCoverage {
    std::size_t testable = 0, verified = 0, rows = 0;
    std::vector<std::string> holes;
};

AreaCoverage cover(const model::Area& area, const Suite& suite,
                   const std::map<std::string, std::vector<std::string>>& verified_by) {
    AreaCoverage coverage;
    for (const auto& id : area.ids) {
        ++coverage.rows;
        if (!is_testable(*suite.catalogue.find(id))) continue;
        ++coverage.testable;
        if (verified_by.contains(id))
            ++coverage.verified;
        else
            coverage.holes.push_back(id);
    }
    return coverage;
}

void print_holes(const Suite& suite, const std::vector<std::string>& ids) {
    for (const auto& id : ids) std::printf("  %-12s %s\n", id.c_str(), suite.catalogue.find(id)->text.c_str());
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
                 {"title", one.scenario.title},
                 {"file", one.scenario.file},
                 {"verifies", one.scenario.verifies},
                 {"tags", one.scenario.tags}};
        if (!reason.empty()) row["notApplicable"] = reason;
        all.push_back(std::move(row));
        if (!options.json)
            std::printf("%-58s %s%s\n", one.name.c_str(), one.scenario.title.c_str(),
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
    std::printf("%zu scenarios, %zu cases: nothing to complain about\n", suite->scenarios.size(),
                selected_cases(*suite, options.suite.selection).size());
    return exit_ok;
}

int run(const CoverageOptions& options) {
    const auto suite = read_suite(options.suite);
    if (!suite) return exit_unusable;
    const auto verified_by = scenarios_by_requirement(*suite);
    Json all = Json::array();
    AreaCoverage total;
    if (!options.json && !options.holes)
        std::printf("%-10s %9s %9s %6s  %s\n", "area", "verified", "testable", "rows", "");
    for (const auto& area : suite->catalogue.areas) {
        const auto coverage = cover(area, *suite, verified_by);
        total.testable += coverage.testable, total.verified += coverage.verified, total.rows += coverage.rows;
        all.push_back({{"area", area.name},
                       {"title", area.title},
                       {"verified", coverage.verified},
                       {"testable", coverage.testable},
                       {"rows", coverage.rows},
                       {"holes", coverage.holes}});
        if (options.json) continue;
        if (!options.holes)
            std::printf("%-10s %9zu %9zu %6zu  %s\n", area.name.c_str(), coverage.verified, coverage.testable,
                        coverage.rows, area.title.c_str());
        else if (!coverage.holes.empty())
            std::printf("%s: %s\n", area.name.c_str(), area.title.c_str()), print_holes(*suite, coverage.holes);
    }
    if (options.json) return print(all), exit_ok;
    std::printf(
        "%s%zu of %zu requirements that bind a hub and can be observed are verified by %zu scenarios; the catalogue "
        "has %zu rows\n",
        options.holes ? "\n" : "", total.verified, total.testable, suite->scenarios.size(), total.rows);
    return exit_ok;
}

int run(const ExplainOptions& options) {
    const auto suite = read_suite({});
    if (!suite) return exit_unusable;
    const auto* requirement = suite->catalogue.find(options.id);
    if (requirement == nullptr) {
        std::vector<std::string> ids;
        for (const auto& [id, row] : suite->catalogue.requirements) ids.push_back(id);
        std::fprintf(stderr, "hubspec: there is no requirement '%s'%s\n", options.id.c_str(),
                     did_you_mean(options.id, ids).c_str());
        return exit_unusable;
    }
    std::printf("%s\n%s\n\n", requirement->id.c_str(), requirement->text.c_str());
    std::printf("  level        %s\n", std::string(model::to_string(requirement->level)).c_str());
    std::printf("  binds        %s\n", std::string(model::to_string(requirement->binds)).c_str());
    std::printf("  observable   %s\n", std::string(model::to_string(requirement->observable)).c_str());
    if (!requirement->line.empty())
        std::printf("  source       line %s of the base document\n", requirement->line.c_str());
    if (!requirement->sources.empty()) std::printf("  source       %s\n", requirement->sources.c_str());
    if (!requirement->certainty.empty()) std::printf("  certainty    %s\n", requirement->certainty.c_str());
    const auto verified_by = scenarios_by_requirement(*suite);
    const auto found = verified_by.find(requirement->id);
    std::printf("\nVerified by%s\n", found == verified_by.end() ? ": no scenario yet" : "");
    if (found != verified_by.end())
        for (const auto& id : found->second) std::printf("  %s\n", id.c_str());
    std::string broken;
    for (const auto& one : deviations::all())
        for (const auto& id : one.breaks)
            if (id == requirement->id) broken += fmt::format("  {:<44} {}\n", one.name, one.summary);
    if (!broken.empty()) std::printf("\nBroken on purpose by\n%s", broken.c_str());
    return exit_ok;
}

int run(const SchemaOptions&) {
    std::fputs(scenario::json_schema().c_str(), stdout);
    return exit_ok;
}

}  // namespace hubspec::cli
