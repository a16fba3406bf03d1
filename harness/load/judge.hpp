#pragma once

#include "harness/model/load.hpp"

namespace hubspec::load {

/// Compares what came of a load with its thresholds, as it is shown: to three digits. Of some shards alone a rate must
/// be what their devices have to do with it.
std::vector<model::JudgedThreshold> judge(const model::LoadResult& result);

/// False: one was missed.
bool all_held(const model::LoadResult& result);
/// Not one operation was done.
bool nothing_done(const model::LoadResult& result);
/// What most errors came of: "TCP connection failed: Connection refused"; empty: there were none.
std::string main_cause(const model::LoadResult& result);

}  // namespace hubspec::load
