#pragma once

#include <string>

#include "harness/model/load.hpp"

namespace hubspec::reports {

/// A load as one page without scripts: thresholds, the table, errors by cause, and for each operation its rate and
/// latencies over time and the curve of its percentiles.
std::string to_load_html(const model::LoadResult& result);

}  // namespace hubspec::reports
