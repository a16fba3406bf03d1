#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/result.hpp"
#include "harness/run/plan.hpp"
#include "reports/event_stream.hpp"
#include "reports/shelf.hpp"
#include "reports/write.hpp"

namespace hubspec::cli {

/// Of `--report FORMAT:PATH`; nullopt after saying on standard error what is wrong.
std::optional<std::vector<reports::Destination>> parse_destinations(const std::vector<std::string>& options);

reports::JunitOptions junit_options(const std::string& flavor, const std::string& granularity, bool strict);

/// Writes them all; false after saying which could not be written, and why.
bool write_reports(const std::vector<reports::Destination>& all, const model::RunResult& run,
                   const reports::JunitOptions& junit);

/// The journal beside a stored result, while the run that will write it goes on and after its process was killed.
std::string journal_of(const std::string& results_path);

/// The reports of a run that goes on. Of each case that has ended nothing is lost, whatever happens to the process:
/// events are written as they come, beside each `json:PATH` too until it is written itself. The other formats are
/// written anew after each folder of scenarios, as those of an interrupted run.
class RunReports {
public:
    RunReports(std::vector<reports::Destination> all, reports::JunitOptions junit);

    /// `head` has all but the results. False after saying which file cannot be written.
    bool begin(const model::RunResult& head, const std::vector<model::CaseResult>& planned);
    /// Whether one of them shows what was said in cases that passed.
    bool show_passed_traces() const;
    void case_began(const run::Case& one);
    /// Its details may be put away for the rest of the run.
    void case_finished(model::CaseResult& one);
    /// A case that the run adds at its end.
    void case_added(const model::CaseResult& one);
    /// False after saying which could not be written.
    bool finish(const model::RunResult& run);

private:
    bool open(const std::string& path);

    std::vector<reports::Destination> all_;
    reports::JunitOptions junit_;
    bool has_begun_ = false;
    reports::Shelf shelf_;
    std::vector<reports::EventStream> streams_;
    std::vector<std::string> journals_;
    std::vector<reports::Destination> rewritten_;  ///< after each folder
    model::RunResult partial_;
    std::map<std::string, std::size_t> left_;  ///< by folder
};

}  // namespace hubspec::cli
