#pragma once

#include <functional>
#include <vector>

#include "harness/model/result.hpp"
#include "harness/run/runner.hpp"

namespace hubspec::cli {

struct ExecuteOptions {
    unsigned jobs = 1;
    unsigned retry = 0;      ///< further attempts after an error that is not the hub's
    bool fail_fast = false;  ///< nothing new begins after a failure
    run::RunOptions run;
    std::function<void(model::CaseResult&)> revise = {};  ///< looks at each result before anybody else does
    bool keep_record = false;                             ///< of what was observed, so that it can be judged again
    bool keep_traces = true;                              ///< of cases that passed; told they are in any case
};

struct ExecuteEvents {
    std::function<void(const run::Case&)> began;
    std::function<void(model::CaseResult&)> finished;  ///< one call at a time, in the order of finishing
};

/// Runs the cases side by side and judges each. Results come in the order of the cases; those that never began because
/// of an interruption or `fail_fast` are left out.
std::vector<model::CaseResult> execute(const std::vector<run::Case>& cases, run::Target& target,
                                       const model::Catalogue& catalogue, run::Interruption& interruption,
                                       const ExecuteOptions& options, const ExecuteEvents& events);

/// Why a case cannot run on the target; empty when it can. Looks at `applies` and at what its lines need.
std::string not_applicable(const run::Case& one, const run::Target& target);

/// Now, as "2026-01-15T10:00:00.000Z".
std::string utc_now();

/// Cases that run side by side by default. In a conversation one always waits for the other, so more of them fit than
/// there are cores.
unsigned default_jobs();
/// Whether this process may open as many files as a case needs; said on standard error when it may not.
bool has_open_files();

}  // namespace hubspec::cli
