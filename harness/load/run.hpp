#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "harness/actors/service.hpp"
#include "harness/load/fleet.hpp"

namespace hubspec::load {

struct LoadTask {
    const model::LoadPlan& plan;
    model::LoadShard shard;
    const actors::Endpoint& endpoint;
    std::optional<actors::ServiceAccess> service;  ///< where the mix needs a back end
    std::vector<Member> members;
    unsigned loops = 1;
    std::chrono::milliseconds told_every{500};  ///< longer than nothing
};

/// What is going on.
struct LoadState {
    model::LoadResult so_far;  ///< its mix has not ended: rates are of what has passed
    model::Micros left{};      ///< of the mix
    std::uint32_t connected = 0;
};

/// Runs the load to its end, or until it is stopped; then it has what was done so far. Thresholds are not judged yet.
/// Throws std::runtime_error when the back end cannot be made.
model::LoadResult run_load(const LoadTask& task, const std::function<void(const LoadState&)>& told,
                           const std::stop_token& stop);

/// Whether the mix has the back end do something.
bool needs_back_end(const model::LoadPlan& plan);

}  // namespace hubspec::load
