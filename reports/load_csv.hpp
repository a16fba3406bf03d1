#pragma once

#include <string>

#include "harness/model/load.hpp"

namespace hubspec::reports {

/// The course of a load: a row for each operation in each slice of time.
std::string to_load_csv(const model::LoadResult& result);

}  // namespace hubspec::reports
