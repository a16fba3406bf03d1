#pragma once

#include <cstddef>
#include <vector>

#include "harness/model/result.hpp"

namespace hubspec::reports {

/// Cases of one scenario that ended alike, as places in RunResult::cases: the first is told, the others are named.
struct Failure {
    std::size_t first = 0;
    std::vector<std::size_t> alike;
    bool operator==(const Failure&) const = default;
};

/// What did not pass, warnings too, in the order of the run. What failed as expected is none of it.
std::vector<Failure> failures_of(const model::RunResult& run);

}  // namespace hubspec::reports
