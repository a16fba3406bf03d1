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

std::string trigger(const std::string& type, int delay, int duration) {
    return events + "AzIoTHub_FaultOperationType=" + type +
           "&AzIoTHub_FaultOperationCloseReason=boom&AzIoTHub_FaultOperationDelayInSecs=" + std::to_string(delay) +
           "&AzIoTHub_FaultOperationDurationInSecs=" + std::to_string(duration);
}

std::optional<CloseKind> close_of(const World& world, ConnectionId id) {
    for (const auto& effect : world.unclaimed)
        if (const auto* close = std::get_if<Close>(&effect); close != nullptr && close->connection == id)
            return close->kind;
    return std::nullopt;
}

struct Case {
    std::string type;
    CloseKind kind;
    std::int64_t code;
};

TEST(InjectedFault, EndsTheConnectionBeforeThePuback) {
    for (const auto& [type, kind, code] : {Case{"KillTcp", CloseKind::reset, 400029},
                                           {"ShutDownMqtt", CloseKind::fin, 400029},
                                           {"InvokeThrottling", CloseKind::fin, 429001},
                                           {"InvokeMaxMessageQuota", CloseKind::fin, 403002},
                                           {"InvokeAuthError", CloseKind::fin, 401003}}) {
        World world;
        Client client(world);
        client.connect().publish(trigger(type, 0, 0), "x", 1);
        EXPECT_THAT(client.take(), IsEmpty()) << type;
        EXPECT_EQ(close_of(world, client.id()), kind) << type;
        EXPECT_THAT(world.log_codes(), ElementsAre(0, code)) << type;
        EXPECT_THAT(*world.telemetry().array(), IsEmpty()) << type;
    }
}

TEST(InjectedFault, WaitsForItsDelay) {
    World world;
    Client client(world);
    client.connect().publish(trigger("KillTcp", 5, 0), "x", 1);
    world.pass(Duration(4999));
    EXPECT_FALSE(client.closed());
    world.pass(Duration(1));
    EXPECT_TRUE(client.closed());
}

TEST(InjectedFault, RefusesConnectionsWhileItLasts) {
    World world;
    Client client(world), early(world), late(world);
    client.connect().publish(trigger("ShutDownMqtt", 0, 10), "x", 1);
    early.send(early.connect_packet());
    EXPECT_THAT(early.take(), IsEmpty());
    EXPECT_TRUE(early.closed());
    world.pass(std::chrono::seconds(10));
    late.send(late.connect_packet());
    EXPECT_THAT(late.take(), ElementsAre(Packet(mqtt::Connack{false, 0})));
    EXPECT_THAT(world.log_codes(), ElementsAre(0, 400029, 400030, 0));
}

TEST(InjectedFault, OfAuthenticationRefusesWithCode5) {
    World world;
    Client client(world), early(world);
    client.connect().publish(trigger("InvokeAuthError", 0, 10), "x", 1);
    early.send(early.connect_packet());
    EXPECT_THAT(early.take(), ElementsAre(Packet(mqtt::Connack{false, 5})));
}

TEST(InjectedFault, OfTheQuotaConnectsAndThenCloses) {
    World world;
    Client client(world), early(world);
    client.connect().publish(trigger("InvokeMaxMessageQuota", 0, 10), "x", 1);
    early.send(early.connect_packet());
    EXPECT_THAT(early.take(), ElementsAre(Packet(mqtt::Connack{false, 0})));
    early.publish(events, "x", 1);
    EXPECT_TRUE(early.closed());
}

TEST(InjectedFault, ConcernsItsSenderOnly) {
    World world;
    Client client(world), other(world, "E");
    other.connect();
    client.connect().publish(trigger("KillTcp", 0, 10), "x", 1);
    EXPECT_FALSE(other.closed());
    other.publish("devices/E/messages/events/", "x", 1);
    EXPECT_THAT(other.take(), ElementsAre(Packet(mqtt::Puback{7})));
}

TEST(InjectedFault, OfAnotherProtocolIsTelemetry) {
    World world;
    Client client(world);
    client.connect().publish(trigger("KillAmqpConnection", 0, 0), "x", 1);
    EXPECT_THAT(client.take(), SizeIs(1));
    EXPECT_THAT(*world.telemetry().array(), SizeIs(1));
}

TEST(InjectedFault, StrikesItsSenderOnly) {
    World world;
    Client sender(world), other(world, "E");
    sender.connect();
    other.connect();
    sender.publish(trigger("KillTcp", 0, 0), "x", 1);
    EXPECT_TRUE(sender.closed());
    EXPECT_FALSE(other.closed());
}

}  // namespace
}  // namespace hubspec::hub
