#pragma once

#include <vector>

#include "harness/model/result.hpp"
#include "harness/model/trace.hpp"
#include "harness/run/progress.hpp"

namespace hubspec::run {

/// The trace as people read it, each line with the step that caused or took it; secrets are hidden.
std::vector<model::TraceLine> trace_lines(const model::Trace& trace, const Progress& progress);

}  // namespace hubspec::run
