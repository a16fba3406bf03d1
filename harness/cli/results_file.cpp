#include "harness/cli/results_file.hpp"

#include <cstdio>
#include <filesystem>

#include "harness/cli/run_reports.hpp"
#include "harness/cli/test_pki.hpp"
#include "reports/event_stream.hpp"
#include "reports/results_json.hpp"

namespace hubspec::cli {

using namespace model;
namespace fs = std::filesystem;

namespace {

// A run that was killed has left its journal, and beside it at most the results of an earlier one.
std::string newest(const std::string& path) {
    std::error_code none, older;
    const auto journal = journal_of(path);
    const auto left = fs::last_write_time(journal, none);
    if (none) return path;
    const auto written = fs::last_write_time(path, older);
    if (!older && written >= left) return path;
    std::fprintf(stderr,
                 "hubspec: the run that was to write %s did not end; what it had come to is in %s and is read\n",
                 path.c_str(), journal.c_str());
    return journal;
}

}  // namespace

std::optional<RunResult> read_results(const std::string& path) {
    const auto file = newest(path);
    const auto text = read_file(file);
    auto read = reports::is_event_stream(text) ? reports::from_events(text) : reports::from_results_json(text);
    if (auto* run = std::get_if<RunResult>(&read)) return std::move(*run);
    std::fprintf(stderr, "hubspec: %s: %s\n", file.c_str(), std::get<std::string>(read).c_str());
    return std::nullopt;
}

}  // namespace hubspec::cli
