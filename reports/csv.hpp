#pragma once

#include <string>

#include "harness/model/result.hpp"

namespace hubspec::reports {

/// RFC 4180, with a line of names and one for each case.
std::string to_csv(const model::RunResult& run);

}  // namespace hubspec::reports
