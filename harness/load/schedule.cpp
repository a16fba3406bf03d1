#include "harness/load/schedule.hpp"

#include <algorithm>
#include <cmath>

namespace hubspec::load {

using namespace model;

namespace {

constexpr std::int64_t most_slices = 240;

bool is_message(const Stream& stream) { return stream.operation != Operation::reconnect; }

}  // namespace

Micros Schedule::connect_due(std::uint32_t device) const {
    return Micros(static_cast<std::int64_t>(std::llround(device * 1e6 / plan_->connects_per_second)));
}

Micros Schedule::phase(const Stream& stream, std::uint32_t device) const {
    return Micros(stream.every) * device / plan_->devices;
}

Micros Schedule::due(const Stream& stream, std::uint32_t device, std::uint64_t number) const {
    return mix_begins() + phase(stream, device) + Micros(stream.every) * static_cast<std::int64_t>(number);
}

std::uint64_t Schedule::times(const Stream& stream, std::uint32_t device) const {
    const auto every = Micros(stream.every).count();
    const auto left = (Micros(plan_->duration) - phase(stream, device)).count();
    return left <= 0 ? 0 : static_cast<std::uint64_t>((left + every - 1) / every);
}

std::uint64_t messages_of(const LoadPlan& plan) {
    const Schedule schedule(plan);
    std::uint64_t sum = 0;
    for (const auto& stream : plan.mix)
        for (std::uint32_t device = 0; is_message(stream) && device < plan.devices; ++device)
            sum += schedule.times(stream, device);
    return sum;
}

double planned_rate(const LoadPlan& plan, Operation operation) {
    for (const auto& stream : plan.mix)
        if (stream.operation == operation) return 1000.0 * plan.devices / static_cast<double>(stream.every.count());
    return 0;
}

double messages_per_second(const LoadPlan& plan) {
    double sum = 0;
    for (const auto& stream : plan.mix)
        if (is_message(stream)) sum += planned_rate(plan, stream.operation);
    return sum;
}

bool is_mine(const LoadShard& shard, std::uint32_t device) { return device % shard.count == shard.index - 1; }

std::uint32_t devices_of(const LoadPlan& plan, const LoadShard& shard) {
    return (plan.devices + shard.count - shard.index) / shard.count;
}

double share_of(const LoadPlan& plan, const std::vector<LoadShard>& shards) {
    double devices = 0;
    for (const auto& one : shards) devices += devices_of(plan, one);
    return devices / plan.devices;
}

std::chrono::milliseconds slice_of(const LoadPlan& plan) {
    const auto whole = std::chrono::ceil<std::chrono::seconds>(Schedule(plan).mix_ends() + Micros(plan.patience));
    return std::chrono::seconds(std::max<std::int64_t>(1, (whole.count() + most_slices - 1) / most_slices));
}

}  // namespace hubspec::load
