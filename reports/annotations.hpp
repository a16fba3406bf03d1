#pragma once

#include <string>

#include "harness/model/result.hpp"

namespace hubspec::reports {

/// Commands that GitHub Actions reads from a job's standard output: "::error file=F,line=L::what". One for each
/// finding.
std::string to_annotations(const model::RunResult& run, bool strict);

}  // namespace hubspec::reports
