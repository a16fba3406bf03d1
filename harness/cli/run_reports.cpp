#include "harness/cli/run_reports.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "harness/cli/execute.hpp"
#include "harness/cli/protocol.hpp"

namespace hubspec::cli {

using namespace model;
namespace fs = std::filesystem;

namespace {

std::string folder_of(const std::string& id) { return id.substr(0, id.rfind('/')); }

// A pipe or a device is no place for a journal beside it.
bool has_journal(const reports::Destination& one) {
    std::error_code ignored;
    return one.format == reports::Format::json && one.path != "-" &&
           (!fs::exists(one.path, ignored) || fs::is_regular_file(one.path, ignored));
}

// Where there is room for reports there is room for what they will be made of.
std::string shelf_folder(const std::vector<reports::Destination>& all) {
    std::error_code ignored;
    for (const auto& one : all)
        if (one.path != "-" && (!fs::exists(one.path, ignored) || fs::is_regular_file(one.path, ignored))) {
            const auto folder = fs::path(one.path).parent_path();
            if (folder.empty()) return ".";
            if (fs::is_directory(folder, ignored)) return folder.string();
        }
    return fs::temp_directory_path(ignored).string();
}

}  // namespace

RunReports::RunReports(std::vector<reports::Destination> all, reports::JunitOptions junit)
    : all_(std::move(all)), junit_(junit), shelf_(shelf_folder(all_)) {}

std::optional<std::vector<reports::Destination>> parse_destinations(const std::vector<std::string>& options) {
    std::vector<reports::Destination> all;
    for (const auto& option : options) {
        auto parsed = reports::parse_destination(option);
        if (const auto* problem = std::get_if<std::string>(&parsed)) {
            std::fprintf(stderr, "hubspec: %s\n", problem->c_str());
            return std::nullopt;
        }
        all.push_back(std::get<reports::Destination>(std::move(parsed)));
    }
    return all;
}

reports::JunitOptions junit_options(const std::string& flavor, const std::string& granularity, bool strict) {
    return {flavor == "strict" ? reports::JunitFlavor::strict : reports::JunitFlavor::rich, strict,
            reports::granularity_of(granularity).value_or(reports::Granularity::scenario)};
}

bool write_reports(const std::vector<reports::Destination>& all, const RunResult& run,
                   const reports::JunitOptions& junit) {
    bool written = true;
    for (const auto& destination : all)
        if (const auto problem = reports::write_report(destination, run, junit, protocol_for(destination, run.seat))) {
            std::fprintf(stderr, "hubspec: %s\n", problem->c_str());
            written = false;
        }
    return written;
}

std::string journal_of(const std::string& results_path) { return results_path + ".running"; }

bool RunReports::open(const std::string& path) {
    std::error_code ignored;
    if (const auto folder = fs::path(path).parent_path(); !folder.empty()) fs::create_directories(folder, ignored);
    auto opened = reports::EventStream::open(path);
    if (const auto* problem = std::get_if<std::string>(&opened))
        return std::fprintf(stderr, "hubspec: %s\n", problem->c_str()), false;
    streams_.push_back(std::get<reports::EventStream>(std::move(opened)));
    return true;
}

bool RunReports::begin(const RunResult& head, const std::vector<CaseResult>& planned) {
    for (const auto& one : all_) {
        if (one.format == reports::Format::ndjson && !open(one.path)) return false;
        if (has_journal(one)) {
            if (!open(journal_of(one.path))) return false;
            journals_.push_back(journal_of(one.path));
        }
        // A page of the half would be made a dozen times for nobody: a lost run goes on from its journal.
        if (one.format != reports::Format::ndjson && one.format != reports::Format::json &&
            one.format != reports::Format::html && one.path != "-")
            rewritten_.push_back(one);
    }
    for (auto& stream : streams_) stream.run_began(head, planned);
    has_begun_ = true;
    partial_ = head;
    partial_.interrupted = true;
    for (const auto& one : planned) ++left_[folder_of(one.scenario)];
    return true;
}

bool RunReports::show_passed_traces() const {
    return std::any_of(all_.begin(), all_.end(), [](const reports::Destination& one) {
        return one.format == reports::Format::json || one.format == reports::Format::html ||
               one.format == reports::Format::junit;
    });
}

void RunReports::case_began(const run::Case& one) {
    if (streams_.empty()) return;
    const auto now = utc_now();
    for (auto& stream : streams_) stream.case_began(one.name, now);
}

void RunReports::case_finished(CaseResult& one) {
    case_added(one);
    if (show_passed_traces()) shelf_.take(one);
    if (rewritten_.empty()) return;
    partial_.cases.push_back(one);
    if (--left_[folder_of(one.scenario)] == 0) write_reports(rewritten_, partial_, junit_);
}

void RunReports::case_added(const CaseResult& one) {
    for (auto& stream : streams_) stream.case_finished(one);
}

bool RunReports::finish(const RunResult& run) {
    bool written = true;
    for (auto& stream : streams_) {
        stream.run_ended(run);
        if (const auto& problem = stream.problem()) {
            std::fprintf(stderr, "hubspec: %s\n", problem->c_str());
            written = false;
        }
    }
    auto others = all_;
    // The events of a run that began are there already.
    if (has_begun_)
        std::erase_if(others, [](const reports::Destination& one) { return one.format == reports::Format::ndjson; });
    if (!write_reports(others, run, junit_)) return false;  // a journal stays where its result could not be written
    std::error_code ignored;
    for (const auto& path : journals_) fs::remove(path, ignored);
    return written;
}

}  // namespace hubspec::cli
