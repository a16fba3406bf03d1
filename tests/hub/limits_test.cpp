#include "fixtures/hub/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/hub/support/client.hpp"

namespace hubspec::hub {
namespace {

using namespace test;
using mqtt::Packet;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const std::string events = "devices/D/messages/events/";

Policy with(void (*change)(Limits&)) {
    Policy policy;
    change(policy.limits);
    return policy;
}

std::vector<Duration> delays(const Rate& rate, std::size_t count) {
    const Time now{std::chrono::seconds(1000)};
    TokenBucket bucket;
    std::vector<Duration> all;
    for (std::size_t i = 0; i < count; ++i) {
        all.push_back(earliest(bucket, rate, now) - now);
        bucket = after_one_more(bucket, rate, now);
    }
    return all;
}

TEST(TokenBucket, LetsAWholeRateThroughAtOnceThenOneAfterAnother) {
    EXPECT_THAT(delays({2, Duration(1000)}, 5),
                ElementsAre(Duration(0), Duration(0), Duration(500), Duration(1000), Duration(1500)));
    EXPECT_THAT(delays({1, std::chrono::minutes(1)}, 2), ElementsAre(Duration(0), std::chrono::minutes(1)));
}

TEST(TokenBucket, IsFullAgainAfterItsTime) {
    const Rate rate{2, Duration(1000)};
    const Time now{std::chrono::seconds(1000)};
    const auto used = after_one_more(after_one_more({}, rate, now), rate, now);
    EXPECT_EQ(earliest(used, rate, now), now + Duration(500));
    EXPECT_EQ(earliest(used, rate, now + Duration(500)), now + Duration(500));
    EXPECT_EQ(after_one_more(used, rate, now + Duration(5000)), after_one_more({}, rate, now + Duration(5000)));
}

TEST(Limits, NothingIsLimitedByDefault) {
    for (const auto what : {Metered::telemetry, Metered::connections, Metered::twin_reads, Metered::twin_updates,
                            Metered::cloud_to_device, Metered::identity_operations})
        EXPECT_EQ(rate_of(Limits{}, what), std::nullopt);
}

TEST(Limits, TelemetryOverTheRateWaitsItsTurn) {
    World world(with([](Limits& limits) { limits.telemetry_per_second = 2; }));
    Client client(world);
    client.connect();
    for (int i = 0; i < 4; ++i) client.publish(events, std::to_string(i), 1);
    EXPECT_THAT(client.take(), SizeIs(2));
    EXPECT_THAT(*world.telemetry().array(), SizeIs(2));
    world.pass(Duration(499));
    EXPECT_THAT(client.take(), IsEmpty());
    world.pass(Duration(1));
    EXPECT_THAT(client.take(), ElementsAre(Packet(mqtt::Puback{7})));
    world.pass(Duration(500));
    EXPECT_THAT(client.take(), ElementsAre(Packet(mqtt::Puback{7})));
    EXPECT_THAT(*world.telemetry().array(), SizeIs(4));
}

TEST(Limits, SustainedExcessEndsTheConnection) {
    World world(with([](Limits& limits) { limits.telemetry_per_second = 1, limits.longest_delay_in_seconds = 3; }));
    Client client(world);
    client.connect();
    for (int i = 0; i < 4; ++i) client.publish(events, "x", 1);
    EXPECT_FALSE(client.closed());
    client.publish(events, "one too many", 1);
    EXPECT_TRUE(client.closed());
    EXPECT_THAT(world.log_codes(), ElementsAre(0, 429002));
    world.pass(std::chrono::seconds(10));
    EXPECT_THAT(*world.telemetry().array(), SizeIs(1)) << "what was never acknowledged is sent again by its sender";
}

TEST(Limits, HeldTelemetryOfQualityZeroOutlivesItsConnection) {
    World world(with([](Limits& limits) { limits.telemetry_per_second = 1; }));
    Client client(world);
    client.connect();
    for (int i = 0; i < 2; ++i) client.publish(events, "x", 0);
    client.send(mqtt::Disconnect{});
    world.pass(std::chrono::seconds(1));
    EXPECT_THAT(*world.telemetry().array(), SizeIs(2));
}

TEST(Limits, TwinOperationsOverTheRateAreAnswered429) {
    World world(with([](Limits& limits) { limits.twin_reads_per_second = limits.twin_updates_per_second = 1; }));
    Client client(world);
    client.connect().subscribe("$iothub/twin/res/#", 0);
    for (const auto* rid : {"1", "2"}) client.publish(std::string("$iothub/twin/GET/?$rid=") + rid);
    for (const auto* rid : {"3", "4"})
        client.publish(std::string("$iothub/twin/PATCH/properties/reported/?$rid=") + rid, "{}");
    std::vector<std::string> topics;
    for (const auto& packet : client.take()) topics.push_back(publish(packet).topic);
    EXPECT_THAT(topics, ElementsAre("$iothub/twin/res/200/?$rid=1", "$iothub/twin/res/429/?$rid=2",
                                    "$iothub/twin/res/204/?$rid=3&$version=2", "$iothub/twin/res/429/?$rid=4"));
    world.pass(std::chrono::seconds(1));
    client.publish("$iothub/twin/GET/?$rid=5");
    EXPECT_EQ(publish(client.take()[0]).topic, "$iothub/twin/res/200/?$rid=5");
}

TEST(Limits, TooManyConnectionsAreClosedUntilThereIsRoom) {
    World world(with([](Limits& limits) { limits.connections_per_second = 1; }));
    Client first(world), second(world, "E"), third(world, "E");
    first.connect();
    second.send(second.connect_packet());
    EXPECT_THAT(second.take(), IsEmpty());
    EXPECT_TRUE(second.closed());
    world.pass(std::chrono::seconds(1));
    third.send(third.connect_packet());
    EXPECT_THAT(third.take(), ElementsAre(Packet(mqtt::Connack{false, 0})));
    EXPECT_THAT(world.log_codes(), ElementsAre(0, 429001, 0));
}

TEST(Limits, TheServiceApiAnswers429) {
    World world(with([](Limits& limits) {
        limits.identity_operations_per_minute = limits.cloud_to_device_per_minute = 1;
        limits.twin_reads_per_second = 1;
    }));
    for (const auto* target : {"/devices/D?api-version=2021-04-12", "/twins/D?api-version=2021-04-12"}) {
        EXPECT_EQ(world.call("GET", target).status, 200) << target;
        const auto refused = world.call("GET", target);
        EXPECT_EQ(refused.status, 429) << target;
        EXPECT_EQ(model::header(refused.headers, "iothub-errorcode"), "ThrottlingException") << target;
        EXPECT_THAT(refused.body, testing::HasSubstr(R"(\"errorCode\":429001)")) << target;
    }
    EXPECT_EQ(world.send({"D", {}}), 0);
    EXPECT_EQ(world.send({"D", {}}), 429001);
    world.pass(std::chrono::minutes(1));
    EXPECT_EQ(world.call("GET", "/devices/D?api-version=2021-04-12").status, 200);
}

TEST(Limits, TheQuotaOfTheDayLetsConnectAndNothingElse) {
    World world(with([](Limits& limits) { limits.messages_per_day = 1; }));
    Client first(world), second(world);
    first.connect().publish(events, "x", 1);
    EXPECT_THAT(first.take(), ElementsAre(Packet(mqtt::Puback{7})));
    first.publish(events, "x", 1);
    EXPECT_TRUE(first.closed());
    second.send(second.connect_packet());
    EXPECT_THAT(second.take(), ElementsAre(Packet(mqtt::Connack{false, 0})));
    second.send(mqtt::Subscribe{1, {{"$iothub/twin/res/#", 0}}});
    EXPECT_THAT(second.take(), IsEmpty());
    EXPECT_TRUE(second.closed());
    EXPECT_THAT(world.log_codes(), ElementsAre(0, 403002, 0, 403002));
    EXPECT_EQ(world.send({"D", {}}), 403002);
    world.pass(std::chrono::hours(24));
    Client third(world);
    third.connect().publish(events, "x", 1);
    EXPECT_FALSE(third.closed());
}

TEST(Limits, IdentitiesAreCounted) {
    World world(with([](Limits& limits) { limits.identities = 2; }));
    const auto refused = world.call("PUT", "/devices/F?api-version=2021-04-12", R"({"deviceId":"F"})");
    EXPECT_EQ(refused.status, 413);
    EXPECT_EQ(model::header(refused.headers, "iothub-errorcode"), "TooManyDevices");
}

TEST(Limits, AreSetByTheControlApi) {
    World world;
    EXPECT_EQ(world.call("PUT", "/_hubspec/limits", R"({"telemetry_per_second":2,"identities":null})").status, 200);
    EXPECT_EQ(world.hub.policy().limits.telemetry_per_second, 2U);
    EXPECT_EQ(world.call("PUT", "/_hubspec/limits", "{}").status, 200);
    EXPECT_EQ(world.hub.policy().limits, Limits{});
    const auto unknown = world.call("PUT", "/_hubspec/limits", R"({"telemetry":2})");
    EXPECT_EQ(unknown.status, 400);
    EXPECT_THAT(unknown.body, testing::HasSubstr("There is no limit 'telemetry'."));
    const auto wrong = world.call("PUT", "/_hubspec/limits", R"({"identities":-1})");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_THAT(wrong.body, testing::HasSubstr("The limit 'identities' must be 0 to 1000000000, or null."));
}

TEST(Limits, OfATierGrowWithItsUnitsWhereTheyDo) {
    const auto one = *limits_of_tier("s1", 1), two = *limits_of_tier("s1", 2);
    EXPECT_EQ(one.cloud_to_device_per_minute, 100U);
    EXPECT_EQ(two.cloud_to_device_per_minute, 200U);
    EXPECT_EQ(two.method_kilobytes_per_second, 320U);
    EXPECT_EQ(two.twin_updates_per_second, 50U);
    EXPECT_EQ(one.messages_per_day, 400'000U);
    EXPECT_EQ(limits_of_tier("f1", 1)->messages_per_day, 8'000U);
    EXPECT_EQ(limits_of_tier("s9", 1), std::nullopt);
}

TEST(Limits, ATierIsSetByTheControlApiAndItsLimitsGiveWayToNamedOnes) {
    World world;
    EXPECT_EQ(world.call("PUT", "/_hubspec/limits", R"({"tier":"b1","identities":3,"messages_per_day":null})").status,
              200);
    auto expected = *limits_of_tier("b1", 1);
    expected.identities = 3;
    expected.messages_per_day.reset();
    EXPECT_EQ(world.hub.policy().limits, expected);
    EXPECT_TRUE(world.hub.policy().basic_tier);
    const auto unknown = world.call("PUT", "/_hubspec/limits", R"({"tier":"s9"})");
    EXPECT_EQ(unknown.status, 400);
    EXPECT_THAT(unknown.body, testing::HasSubstr("There is no tier 's9'."));
    EXPECT_EQ(world.hub.policy().limits, expected);
    EXPECT_EQ(world.call("PUT", "/_hubspec/limits", R"({"tier":"s1"})").status, 200);
    EXPECT_FALSE(world.hub.policy().basic_tier);
}

TEST(Limits, ACallTakesAsMuchAsItIsLong) {
    World world(with([](Limits& limits) { limits.method_kilobytes_per_second = 4; }));
    Client client(world);
    client.connect();
    const auto call = [&](std::size_t size) {
        const auto body = R"({"methodName":"m","payload":")" + std::string(size, 'x') + "\"}";
        return world.call("POST", "/twins/D/methods?api-version=2021-04-12", body).status;
    };
    EXPECT_EQ(call(4096), 404) << "taken, and nobody is there";
    EXPECT_EQ(call(1), 429);
    world.pass(Duration(500));
    EXPECT_EQ(call(1), 404);
}

}  // namespace
}  // namespace hubspec::hub
