#pragma once

#include <string>

#include "harness/model/result.hpp"

namespace hubspec::reports {

/// TAP version 14: a test point for each case; what is known of one that did not pass stands in its YAML block.
std::string to_tap(const model::RunResult& run, bool strict);

}  // namespace hubspec::reports
