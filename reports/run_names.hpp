#pragma once

#include <string>
#include <vector>

#include "harness/model/result.hpp"

namespace hubspec::reports {

/// "2026-01-15 10:00:00" of "2026-01-15T10:00:00.123Z".
std::string second_of(const std::string& utc);

/// "2/4" of a shard, "1/4, 3/4" of several that were merged; empty: the whole, from the start or again.
std::string shards_of(const model::RunResult& run);

/// A name for each run that tells it apart: its target, with the time where another has the same.
std::vector<std::string> names_of(const std::vector<const model::RunResult*>& runs);

}  // namespace hubspec::reports
