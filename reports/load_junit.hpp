#pragma once

#include <string>

#include "harness/model/load.hpp"

namespace hubspec::reports {

/// A testcase for each threshold, and one that says whether the load ran to its end.
std::string to_load_junit(const model::LoadResult& result);

}  // namespace hubspec::reports
