#pragma once

#include <vector>

#include "harness/model/result.hpp"

namespace hubspec::cli {

/// Shards of one run, or runs against several targets, as one. A case that occurs again gets a number. Of shards that
/// are missing, or were not cut alike, an errored case says so: every report has it, and the whole is not held.
model::RunResult merged(std::vector<model::RunResult> runs);

/// A case that says what is wrong with the shards, and is none of a scenario.
bool is_of_shards(const model::CaseResult& one);

/// The runs, with the shards against one target as one of them.
std::vector<model::RunResult> with_shards_merged(const std::vector<model::RunResult>& runs);

}  // namespace hubspec::cli
