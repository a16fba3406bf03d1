#include <algorithm>
#include <cstdio>
#include <iostream>

#include "harness/cli/options.hpp"
#include "harness/cli/results_file.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/test_pki.hpp"
#include "reports/console.hpp"
#include "reports/junit_check.hpp"
#include "reports/write.hpp"

namespace hubspec::cli {

using namespace model;

namespace {

template <class Item, class Same>
void add_new(std::vector<Item>& all, std::vector<Item>&& more, Same same) {
    for (auto& item : more)
        if (std::none_of(all.begin(), all.end(), [&](const Item& one) { return same(one, item); }))
            all.push_back(std::move(item));
}

bool has_case(const RunResult& run, const std::string& name) {
    return std::any_of(run.cases.begin(), run.cases.end(), [&](const CaseResult& one) { return one.name == name; });
}

/// Shards of one run, or runs against several targets, as one. A case that occurs again gets a number.
RunResult merge(RunResult all, RunResult&& more) {
    const bool other_target = more.target != all.target;
    for (auto& one : more.cases) {
        const std::string name = one.name;
        for (int number = 2; has_case(all, one.name); ++number) one.name = name + " (" + std::to_string(number) + ")";
        all.cases.push_back(std::move(one));
    }
    add_new(all.requirements, std::move(more.requirements),
            [](const Requirement& a, const Requirement& b) { return a.id == b.id; });
    add_new(all.deviations, std::move(more.deviations),
            [](const std::string& a, const std::string& b) { return a == b; });
    if (other_target) all.target += ", " + more.target;
    all.started_at = std::min(all.started_at, more.started_at);
    all.duration += more.duration;
    if (all.shard != more.shard)
        all.shard = all.shard.empty() || more.shard.empty() ? "" : all.shard + ", " + more.shard;
    if (all.setup_failure.empty()) all.setup_failure = more.setup_failure;
    all.interrupted = all.interrupted || more.interrupted;
    return all;
}

}  // namespace

int run(const ReportOptions& options) {
    std::vector<reports::Destination> destinations;
    for (const auto& option : options.reports) {
        auto parsed = reports::parse_destination(option);
        if (const auto* problem = std::get_if<std::string>(&parsed))
            return std::fprintf(stderr, "hubspec: %s\n", problem->c_str()), exit_unusable;
        destinations.push_back(std::get<reports::Destination>(std::move(parsed)));
    }
    std::optional<RunResult> all;
    for (const auto& path : options.files) {
        auto run = read_results(path);
        if (!run) return exit_unusable;
        all = all ? merge(std::move(*all), std::move(*run)) : std::move(*run);
    }
    const auto terminal = standard_error();
    std::cerr << reports::format_summary(*all, "", {terminal.colour, terminal.is_terminal, terminal.width, 0});
    const reports::JunitOptions junit{
        options.junit_flavor == "strict" ? reports::JunitFlavor::strict : reports::JunitFlavor::rich, options.strict,
        reports::granularity_of(options.junit_granularity).value_or(reports::Granularity::scenario)};
    bool written = true;
    for (const auto& destination : destinations)
        if (const auto problem = reports::write_report(destination, *all, junit)) {
            std::fprintf(stderr, "hubspec: %s\n", problem->c_str());
            written = false;
        }
    const int status = exit_status(*all, options.strict);
    return written || status != exit_ok ? status : 2;
}

int run(const JunitCheckOptions& options) {
    const auto flavor = options.junit_flavor == "strict" ? reports::JunitFlavor::strict : reports::JunitFlavor::rich;
    std::size_t problems = 0;
    for (const auto& path : options.files)
        for (const auto& problem : reports::check_junit(read_file(path), flavor)) {
            std::fprintf(stderr, "%s:%zu: %s\n", path.c_str(), problem.line, problem.text.c_str());
            ++problems;
        }
    if (problems == 0)
        std::fprintf(stderr, "%zu %s in order\n", options.files.size(), options.files.size() == 1 ? "file" : "files");
    return problems == 0 ? exit_ok : exit_failed;
}

}  // namespace hubspec::cli
