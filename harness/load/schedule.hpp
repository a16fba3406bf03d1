#pragma once

#include <cstdint>

#include "harness/model/load.hpp"

/// A load: many devices in one process, each on a raw MQTT connection, all on a schedule that the hub cannot slow down.
namespace hubspec::load {

using model::Micros;

/// When what is due, counted from the begin of the load: arithmetic alone. A device is known by its number in the whole
/// load, so that shards do together what one process would.
class Schedule {
public:
    explicit Schedule(const model::LoadPlan& plan) : plan_(&plan) {}

    Micros connect_due(std::uint32_t device) const;
    /// The mix begins when the last device is due to connect.
    Micros mix_begins() const { return connect_due(plan_->devices - 1); }
    Micros mix_ends() const { return mix_begins() + plan_->duration; }
    /// The devices take turns: in each period they are evenly apart.
    Micros due(const model::Stream& stream, std::uint32_t device, std::uint64_t number) const;
    /// How often a device does it within the mix.
    std::uint64_t times(const model::Stream& stream, std::uint32_t device) const;

private:
    Micros phase(const model::Stream& stream, std::uint32_t device) const;
    const model::LoadPlan* plan_;
};

/// What all devices of the plan send and are sent; connections are no messages.
std::uint64_t messages_of(const model::LoadPlan& plan);
/// The same in a second.
double messages_per_second(const model::LoadPlan& plan);
/// What the plan does in a second of one operation; 0: it is not in the mix.
double planned_rate(const model::LoadPlan& plan, model::Operation operation);
bool is_mine(const model::LoadShard& shard, std::uint32_t device);
std::uint32_t devices_of(const model::LoadPlan& plan, const model::LoadShard& shard);
/// How much of each second's work these shards do: 0.5 of 1/4 and 2/4.
double share_of(const model::LoadPlan& plan, const std::vector<model::LoadShard>& shards);
/// The width of a slice of time, so that no load has more than some hundred of them.
std::chrono::milliseconds slice_of(const model::LoadPlan& plan);

}  // namespace hubspec::load
