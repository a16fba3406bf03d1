// A load against the reference hub on real sockets: what is counted, never how long it took.

#include "harness/load/run.hpp"

#include <gtest/gtest.h>

#include "fixtures/hub/hub.hpp"
#include "harness/iothub/sas_token.hpp"
#include "tests/actors/support/world.hpp"

namespace hubspec::load {
namespace {

using namespace model;
using namespace std::chrono_literals;

class LoadRun : public testing::Test {
protected:
    LoadRun() {
        plan.devices = 3;
        plan.connects_per_second = 1000;
        plan.duration = 200ms;
        plan.patience = 60s;
    }

    LoadResult run(LoadShard shard = {}, std::stop_token stop = {}) {
        LoadTask task{plan, shard, world.endpoint(), world.service_access(), {}, 2, 10ms};
        for (std::uint32_t number = 0; number < plan.devices; ++number) {
            if (!is_mine(shard, number)) continue;
            actors::Identity identity{"device",
                                      "load-" + std::to_string(number),
                                      iothub::base64_encode(std::vector<std::uint8_t>(32, 7)),
                                      {},
                                      {}};
            world.server().with_hub([&](hub::Hub& hub, hub::Time now) {
                hub.provision({identity.device_id, identity.primary_key, {}}, now);
            });
            if (wrong_key) identity.primary_key = iothub::base64_encode(std::vector<std::uint8_t>(32, 8));
            task.members.push_back({number, std::move(identity)});
        }
        return run_load(
            task, [this](const LoadState& state) { connected = std::max(connected, state.connected); }, stop);
    }

    static const OperationTally& of(const LoadResult& result, Operation operation) {
        return result.operations[number_of(operation)];
    }
    static void expect_done(const LoadResult& result, Operation operation, std::uint64_t times) {
        const auto& tally = of(result, operation);
        EXPECT_EQ(tally.done, times) << to_string(operation);
        EXPECT_EQ(tally.latencies.count(), times) << to_string(operation);
        for (const auto& [cause, count] : tally.causes)
            ADD_FAILURE() << to_string(operation) << ": " << cause << " " << count;
    }

    test::World world;
    LoadPlan plan;
    bool wrong_key = false;
    std::uint32_t connected = 0;
};

TEST_F(LoadRun, DoesAllThatIsInTheMix) {
    plan.mix = {{Operation::telemetry, 50ms, 1, 50, 1},
                {Operation::twin_get, 100ms, 0, 0, 1},
                {Operation::reported, 100ms, 0, 80, 2},
                {Operation::method, 100ms, 0, 20, 1},
                {Operation::cloud_to_device, 100ms, 0, 40, 1}};
    plan.patience = 60s;
    const auto result = run();
    expect_done(result, Operation::connect, 3);
    expect_done(result, Operation::telemetry, 12);
    expect_done(result, Operation::twin_get, 6);
    expect_done(result, Operation::reported, 6);
    expect_done(result, Operation::method, 6);
    expect_done(result, Operation::cloud_to_device, 6);
    EXPECT_FALSE(result.interrupted);
    EXPECT_EQ(result.devices, 3u);
    EXPECT_EQ(result.most_connected, 3u);
    EXPECT_EQ(result.mix_lasted, 200ms);
}

TEST_F(LoadRun, ComesBackAndLosesNothing) {
    plan.mix = {{Operation::telemetry, 20ms, 1, 50, 1}, {Operation::reconnect, 100ms, 0, 0, 1}};
    const auto result = run();
    expect_done(result, Operation::telemetry, 30);
    expect_done(result, Operation::reconnect, 6);
    expect_done(result, Operation::connect, 3);
}

TEST_F(LoadRun, GoesThroughWebSockets) {
    plan.web_socket = true;
    plan.mix = {{Operation::telemetry, 50ms, 0, 50, 1}, {Operation::twin_get, 100ms, 0, 0, 1}};
    const auto result = run();
    expect_done(result, Operation::telemetry, 12);
    expect_done(result, Operation::twin_get, 6);
}

TEST_F(LoadRun, CanBeAPartOfTheWhole) {
    plan.mix = {{Operation::telemetry, 50ms, 1, 50, 1}};
    const auto result = run({2, 2});
    expect_done(result, Operation::connect, 1);
    expect_done(result, Operation::telemetry, 4);
    EXPECT_EQ(result.shards, (std::vector<LoadShard>{{2, 2}}));
}

TEST_F(LoadRun, CountsWhatIsNotAnsweredByItsCause) {
    world.server().show("puback-never-comes");
    plan.patience = 300ms;
    plan.duration = 1s;
    plan.mix = {{Operation::telemetry, 500ms, 1, 50, 10}};
    const auto result = run();
    const auto& telemetry = of(result, Operation::telemetry);
    EXPECT_EQ(telemetry.done, 0u);
    EXPECT_EQ(telemetry.errors, 6u);
    std::uint64_t counted = 0;
    for (const auto& [cause, times] : telemetry.causes) {
        EXPECT_TRUE(cause == "no answer in time" || cause == "not sent in time") << cause;
        counted += times;
    }
    EXPECT_EQ(counted, 6u);
}

TEST_F(LoadRun, CountsWhoIsRefused) {
    wrong_key = true;
    plan.patience = 3s;
    plan.mix = {{Operation::telemetry, 100ms, 1, 50, 1}};
    const auto result = run();
    const auto& connect = of(result, Operation::connect);
    EXPECT_EQ(connect.done, 0u);
    EXPECT_TRUE(connect.causes.contains("refused with CONNACK 5 (not authorized)"));
    // What was due and could not be sent is no less an error.
    EXPECT_EQ(of(result, Operation::telemetry).causes, (std::map<std::string, std::uint64_t>{{"not sent in time", 6}}));
}

TEST_F(LoadRun, CountsWhatTheHubThrottles) {
    world.server().show("twin-answers-429");
    plan.mix = {{Operation::twin_get, 100ms, 0, 0, 1}};
    const auto result = run();
    EXPECT_EQ(of(result, Operation::twin_get).causes,
              (std::map<std::string, std::uint64_t>{{"status 429 (throttled)", 6}}));
    EXPECT_EQ(throttled_in(result), 6u);
}

TEST_F(LoadRun, SaysThatNobodyListens) {
    const test::DeadPort dead;
    world.endpoint().mqtt_port = dead.port();
    plan.patience = 1s;
    plan.mix = {{Operation::telemetry, 100ms, 1, 50, 1}};
    const auto result = run();
    EXPECT_GE(of(result, Operation::connect).causes.at("TCP connection failed: Connection refused"), 3u);
    EXPECT_EQ(of(result, Operation::connect).causes.size(), 1u);
}

TEST_F(LoadRun, KeepsWhatWasDoneWhenItIsStopped) {
    plan.duration = 600s;
    plan.mix = {{Operation::telemetry, 20ms, 1, 50, 1}};
    std::stop_source stop;
    LoadTask task{plan, {}, world.endpoint(), world.service_access(), {}, 1, 10ms};
    world.server().with_hub([&](hub::Hub& hub, hub::Time now) {
        hub.provision({"load-0", world.device_key(), {}}, now);
    });
    task.members = {{0, {"device", "load-0", world.device_key(), {}, {}}}};
    const auto result = run_load(
        task,
        [&](const LoadState& state) {
            if (state.so_far.operations[number_of(Operation::telemetry)].done > 2) stop.request_stop();
        },
        stop.get_token());
    EXPECT_TRUE(result.interrupted);
    EXPECT_GT(of(result, Operation::telemetry).done, 2u);
    EXPECT_EQ(of(result, Operation::telemetry).errors, 0u);  // what was not due yet is none
    EXPECT_LT(result.mix_lasted, 600s);
}

TEST(BackEnd, TellsWhatBecameOfACall) {
    EXPECT_EQ(cause_of_answer({200, {}, R"({"status":200,"payload":{}})"}), "");
    EXPECT_EQ(cause_of_answer({200, {}, R"({"status":400})"}), "the device's status became 400");
    EXPECT_EQ(cause_of_answer({200, {}, "?"}), "HTTP 200 without the device's status");
    EXPECT_EQ(cause_of_answer({429, {}, {}}), "HTTP 429 (throttled)");
    EXPECT_EQ(cause_of_answer({504, {}, {}}), "HTTP 504");
}

}  // namespace
}  // namespace hubspec::load
