#pragma once

#include <string>
#include <variant>
#include <vector>

#include "harness/model/load.hpp"

namespace hubspec::load {

/// The shards of one load as one, with its thresholds judged on the whole. A text: why they do not belong together.
std::variant<model::LoadResult, std::string> merge(const std::vector<model::LoadResult>& shards);

/// "3/4": the shards of the load that are not there.
std::vector<std::string> missing_shards(const model::LoadResult& result);

std::string to_string(const model::LoadShard& shard);

}  // namespace hubspec::load
