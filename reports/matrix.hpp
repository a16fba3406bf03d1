#pragma once

#include <string>
#include <vector>

#include "harness/model/result.hpp"

namespace hubspec::reports {

/// Targets across, requirements down, as an HTML page; each cell leads to what it rests on.
std::string to_matrix(const std::vector<model::RunResult>& runs);

}  // namespace hubspec::reports
