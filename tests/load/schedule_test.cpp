#include "harness/load/schedule.hpp"

#include <gtest/gtest.h>

#include <set>

namespace hubspec::load {
namespace {

using namespace model;
using namespace std::chrono_literals;

LoadPlan plan_of(std::uint32_t devices, std::chrono::milliseconds duration, std::vector<Stream> mix) {
    LoadPlan plan;
    plan.devices = devices;
    plan.connects_per_second = 10;
    plan.duration = duration;
    plan.mix = std::move(mix);
    return plan;
}
Stream telemetry(std::chrono::milliseconds every) { return {Operation::telemetry, every, 1, 100, 1}; }

TEST(Schedule, ConnectsAtTheRampAndThenBeginsTheMix) {
    const auto plan = plan_of(11, 10s, {telemetry(1s)});
    const Schedule schedule(plan);
    EXPECT_EQ(schedule.connect_due(0), 0us);
    EXPECT_EQ(schedule.connect_due(3), 300ms);
    EXPECT_EQ(schedule.mix_begins(), 1s);
    EXPECT_EQ(schedule.mix_ends(), 11s);
}

TEST(Schedule, LetsTheDevicesTakeTurns) {
    const auto plan = plan_of(4, 2s, {telemetry(1s)});
    const Schedule schedule(plan);
    const auto& stream = plan.mix.front();
    std::set<Micros> moments;
    for (std::uint32_t device = 0; device < 4; ++device) {
        EXPECT_EQ(schedule.times(stream, device), 2u);
        for (std::uint64_t number = 0; number < 2; ++number)
            moments.insert(schedule.due(stream, device, number) - schedule.mix_begins());
    }
    EXPECT_EQ(moments, (std::set<Micros>{0ms, 250ms, 500ms, 750ms, 1000ms, 1250ms, 1500ms, 1750ms}));
}

TEST(Schedule, HasOnlyWhatIsDueBeforeTheEnd) {
    const auto plan = plan_of(2, 2500ms, {telemetry(2s)});
    const Schedule schedule(plan);
    EXPECT_EQ(schedule.times(plan.mix.front(), 0), 2u);  // at 0 and 2 s
    EXPECT_EQ(schedule.times(plan.mix.front(), 1), 1u);  // at 1 s
    const auto slow = plan_of(2, 500ms, {telemetry(2s)});
    EXPECT_EQ(Schedule(slow).times(slow.mix.front(), 1), 0u);  // at 1 s: too late
}

TEST(Schedule, CountsMessagesAndRates) {
    auto plan = plan_of(100, 30s, {telemetry(1s), {Operation::twin_get, 10s, 0, 0, 1}, {Operation::reconnect, 60s}});
    EXPECT_EQ(messages_of(plan), 3300u);
    EXPECT_DOUBLE_EQ(messages_per_second(plan), 110);
    EXPECT_DOUBLE_EQ(planned_rate(plan, Operation::telemetry), 100);
    EXPECT_EQ(planned_rate(plan, Operation::method), 0);
}

TEST(Schedule, OfShardsIsThatOfTheWhole) {
    const auto plan = plan_of(10, 3s, {telemetry(1s)});
    std::set<std::uint32_t> devices;
    std::uint32_t sum = 0;
    for (std::uint32_t index = 1; index <= 3; ++index) {
        std::uint32_t mine = 0;
        for (std::uint32_t device = 0; device < plan.devices; ++device)
            if (is_mine({index, 3}, device)) ++mine, devices.insert(device);
        EXPECT_EQ(devices_of(plan, {index, 3}), mine);
        sum += mine;
    }
    EXPECT_EQ(devices.size(), 10u);
    EXPECT_EQ(sum, 10u);
    EXPECT_DOUBLE_EQ(share_of(plan, {{1, 3}}), 0.4);
    EXPECT_DOUBLE_EQ(share_of(plan, {{1, 3}, {2, 3}, {3, 3}}), 1);
}

TEST(Schedule, HasNoMoreThanSomeHundredSlices) {
    EXPECT_EQ(slice_of(plan_of(1, 30s, {})), 1s);
    EXPECT_EQ(slice_of(plan_of(1, std::chrono::hours(24), {})), 361s);
}

}  // namespace
}  // namespace hubspec::load
