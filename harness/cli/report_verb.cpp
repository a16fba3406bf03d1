#include <algorithm>
#include <cstdio>
#include <iostream>

#include "harness/cli/merge.hpp"
#include "harness/cli/options.hpp"
#include "harness/cli/results_file.hpp"
#include "harness/cli/run_reports.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/test_pki.hpp"
#include "reports/console.hpp"
#include "reports/junit_check.hpp"
#include "reports/matrix.hpp"

namespace hubspec::cli {

using namespace model;

namespace {

bool is_matrix(const reports::Destination& one) { return one.format == reports::Format::matrix; }

}  // namespace

int run(const ReportOptions& options) {
    const auto destinations = parse_destinations(options.reports);
    if (!destinations) return exit_unusable;
    // A matrix is of several runs, everything else of their sum.
    const bool matrix = std::any_of(destinations->begin(), destinations->end(), is_matrix);
    std::vector<RunResult> runs;
    for (const auto& path : options.files) {
        auto run = read_results(path);
        if (!run) return exit_unusable;
        runs.push_back(std::move(*run));
    }
    const auto page = matrix ? reports::to_matrix(with_shards_merged(runs)) : std::string();
    const auto all = merged(std::move(runs));
    for (const auto& one : all.cases)
        if (is_of_shards(one)) std::fprintf(stderr, "hubspec: %s\n", one.reason.c_str());
    const auto terminal = standard_error();
    std::cerr << reports::format_summary(all, "", {terminal.colour, terminal.is_terminal, terminal.width, 0});
    auto others = *destinations;
    std::erase_if(others, is_matrix);
    bool written =
        write_reports(others, all, junit_options(options.junit_flavor, options.junit_granularity, options.strict));
    for (const auto& one : *destinations)
        if (const auto problem = is_matrix(one) ? reports::write_text(one.path, page) : std::nullopt) {
            std::fprintf(stderr, "hubspec: %s\n", problem->c_str());
            written = false;
        }
    const int status = exit_status(all, options.strict);
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
