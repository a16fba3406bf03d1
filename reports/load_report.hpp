#pragma once

#include <optional>
#include <string>

#include "harness/model/load.hpp"
#include "reports/write.hpp"

namespace hubspec::reports {

/// Why a load has no report of this format; nullopt: it has.
std::optional<std::string> problem_with_load_format(const Destination& destination);

/// Completely or not at all. A string says what went wrong.
std::optional<std::string> write_load_report(const Destination& destination, const model::LoadResult& result);

}  // namespace hubspec::reports
