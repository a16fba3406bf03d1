#pragma once

#include "harness/model/result.hpp"

namespace hubspec::reports {

/// Whether the case is an error only because none of its run could begin.
bool waits_for_setup(const model::CaseResult& one, const model::RunResult& run);

/// The run with an errored case "[setup] SUITE" before the cases of each suite that could not begin: one error that
/// says what to mend, not one for each case.
model::RunResult with_setup_cases(const model::RunResult& run);

/// "iothub.reported", of a case "reported/patch-is-answered-204": a class name and a part of a file name.
std::string suite_of(const model::CaseResult& one);

}  // namespace hubspec::reports
