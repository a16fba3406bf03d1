#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace hubspec::run {

/// How long cases took, by name.
using Durations = std::map<std::string, std::chrono::microseconds>;

/// How the cases of a run are cut into shards.
struct Cut {
    std::vector<std::size_t> shards;  ///< of each case, in their order; the first is 1
    std::string id;                   ///< the same where each case is in the same shard; short
    bool operator==(const Cut&) const = default;
};

/// Without durations case i belongs to shard i % count + 1. With them the longest comes first, each to the shard that
/// has least to do; a case that is unknown takes as long as the median. Names alone decide, so that every machine with
/// the same durations cuts alike.
Cut cut(const std::vector<std::string>& names, std::size_t count, const Durations& durations = {});

}  // namespace hubspec::run
