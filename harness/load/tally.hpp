#pragma once

#include <string>

#include "harness/model/load.hpp"

namespace hubspec::load {

/// A copy for a look in between has no latencies by slices: they are much, and the devices wait meanwhile.
enum class Detail { all, no_slice_latencies };

/// Counts what comes of operations, by slices of time; of one thread.
class Tally {
public:
    explicit Tally(std::chrono::milliseconds slice) : slice_(slice) {}

    void done(model::Operation operation, model::Micros due, model::Micros now);
    void failed(model::Operation operation, const std::string& cause, model::Micros now, std::uint64_t times = 1);
    model::OperationTallies operations(Detail detail = Detail::all) const;

private:
    model::LoadSlice& slice_at(model::OperationTally& tally, model::Micros now) const;
    std::chrono::milliseconds slice_;
    model::OperationTallies operations_;
};

/// Adds what others have done at the same time.
void add(model::OperationTallies& sum, const model::OperationTallies& more);

}  // namespace hubspec::load
