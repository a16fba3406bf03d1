// The device actor: Eclipse Paho against the reference hub on real sockets.

#include "harness/actors/device.hpp"
#include "harness/actors/amqp_back_end.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "harness/actors/paho_sockets.hpp"
#include "tests/actors/support/world.hpp"

namespace hubspec::actors {
namespace {

using namespace model;
using test::DeadPort;
using test::Peer;
using test::World;
using testing::HasSubstr;

mqtt::Publish telemetry(std::uint8_t qos = 1) { return {"devices/d1/messages/events/", {'x'}, qos, false, false, 0}; }

TEST(Device, ConnectsAndTellsWhatPahoTells) {
    World world;
    Device device(world.inbox(), "main");
    device.connect(world.endpoint(), world.connect_packet());
    EXPECT_EQ(world.await<PacketSent>(), (PacketSent{"main", world.connect_packet(), {}, true}));
    EXPECT_EQ(world.await<ConnectionOpened>(), (ConnectionOpened{"main", {}}));
    EXPECT_EQ(world.await_packet<mqtt::Connack>(), (mqtt::Connack{false, 0}));
    device.subscribe({0, {{"$iothub/twin/res/#", 0}}});
    world.await_packet<mqtt::Suback>();
    device.publish({"$iothub/twin/GET/?$rid=1", {}, 0, false, false, 0});
    EXPECT_THAT(world.await_packet<mqtt::Publish>().topic, HasSubstr("$iothub/twin/res/200/?$rid=1"));
    device.publish(telemetry());
    world.await_packet<mqtt::Puback>();
    device.unsubscribe({0, {"$iothub/twin/res/#"}});
    world.await_packet<mqtt::Unsuback>();
    device.disconnect();
    EXPECT_EQ(world.await<ConnectionClosed>(), (ConnectionClosed{"main", false, true, "disconnected"}));
    EXPECT_TRUE(paho_is_interposed());
}

TEST(Device, ARefusalIsAConnackWithItsCodeAndPahosOwnClose) {
    World world;
    Device device(world.inbox(), "main");
    device.connect(world.endpoint(), world.connect_packet("d1", "d3Jvbmc="));
    EXPECT_EQ(world.await_packet<mqtt::Connack>(), (mqtt::Connack{false, 5}));
    EXPECT_EQ(world.await<ConnectionClosed>(),
              (ConnectionClosed{"main", false, true, "closed by Paho after the refusal"}));
    EXPECT_EQ(world.all_seen<PacketSent>().size(), 1u) << "Paho tried again";
}

TEST(Device, DropEndsTheConnectionWithoutDisconnect) {
    World world;
    Device watched(world.inbox(), "main");
    auto packet = world.connect_packet();
    packet.will = mqtt::Will{"devices/d1/messages/events/", {'w'}, 1, false};
    watched.connect(world.endpoint(), packet);
    world.await_packet<mqtt::Connack>();
    watched.drop();
    EXPECT_FALSE(world.await<ConnectionClosed>().by_peer);
    // A Will is what a hub sends for a connection that ended without DISCONNECT.
    TelemetryReader reader(world.loop(), world.endpoint(), world.events(), world.service_access(), world.tell(), {});
    EXPECT_THAT(to_json(world.await<TelemetrySeen>().message), HasSubstr("dw=="));
}

// --- Paho reuses descriptors, polls for a second while another client is idle and connects in an order of its own. ---

TEST(Device, ThirtyOneAfterTheOtherConnectBesideAnIdleOne) {
    World world, beside;
    Device idle(beside.inbox(), "idle");
    idle.connect(beside.endpoint(), beside.connect_packet("d2"));
    ASSERT_EQ(beside.await_packet<mqtt::Connack>().return_code, 0);
    for (int i = 0; i < 30; ++i) {
        Device device(world.inbox(), "main");
        device.connect(world.endpoint(), world.connect_packet());
        world.await<ConnectionOpened>();
        ASSERT_EQ(world.await_packet<mqtt::Connack>().return_code, 0) << i;
    }
    EXPECT_FALSE(idle.received().closed);
}

TEST(Device, EightSideBySideConnect) {
    std::vector<std::thread> threads;
    std::atomic<int> pubacks = 0;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            World own;
            for (int round = 0; round < 5; ++round) {
                Device device(own.inbox(), "main");
                device.connect(own.endpoint(), own.connect_packet());
                if (own.await_packet<mqtt::Connack>() != mqtt::Connack{}) return;
                device.publish(telemetry());
                if (own.await_packet<mqtt::Puback>().packet_id != 0) ++pubacks;
                device.disconnect();
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(pubacks, 40);
}

TEST(Device, AGoodConnectionRightAfterABadOneSucceeds) {
    World world;
    Peer mute(world.loop(), [](net::Socket& socket, const mqtt::Bytes& received) {
        if (!received.empty()) socket.close();
    });
    const test::TemporaryFile other_root(test::other_root_pem());
    auto untrusting = world.endpoint();
    untrusting.ca_file = other_root.path();
    for (int i = 0; i < 20; ++i) {
        Device bad(world.inbox(), "bad"), good(world.inbox(), "good");
        bad.connect(i % 2 == 0 ? untrusting : world.endpoint_at(mute.port()), world.connect_packet());
        ASSERT_EQ(world.await<ConnectionClosed>().connection, "bad");
        good.connect(world.endpoint(), world.connect_packet());
        ASSERT_EQ(world.await<ConnectionOpened>().connection, "good") << i;
        ASSERT_EQ(world.await_packet<mqtt::Connack>().return_code, 0) << i;
    }
}

// --- being destroyed ---

void destroy_while_connecting(World& world, std::uint16_t port) {
    for (int i = 0; i < 5; ++i) {
        Device device(world.inbox(), "gone");
        device.connect(world.endpoint_at(port), world.connect_packet());
    }
    Device next(world.inbox(), "next");
    next.connect(world.endpoint(), world.connect_packet());
    EXPECT_EQ(world.await_packet<mqtt::Connack>(), mqtt::Connack{});
    for (const auto& opened : world.all_seen<ConnectionOpened>()) EXPECT_EQ(opened.connection, "next");
    EXPECT_TRUE(world.all_seen<ConnectionClosed>().empty()) << "told after it was destroyed";
}

TEST(Device, CanBeDestroyedWhileTcpStands) {
    World world;
    const DeadPort listening(true);
    destroy_while_connecting(world, listening.port());
}

TEST(Device, CanBeDestroyedWhileItWaitsForConnack) {
    World world;
    const Peer silent(world.loop(), [](net::Socket&, const mqtt::Bytes&) {});
    destroy_while_connecting(world, silent.port());
}

TEST(Device, CanBeDestroyedBeforeItConnects) {
    World world;
    const Device device(world.inbox(), "main");
    EXPECT_EQ(device.received().packets, 0u);
}

}  // namespace
}  // namespace hubspec::actors
