// The device actor: Eclipse Paho against a real hub on a real socket, and against peers that misbehave.

#include "harness/actors/device.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "harness/actors/paho_sockets.hpp"
#include "tests/actors/support/world.hpp"

namespace hubspec::actors {
namespace {

using namespace model;
using test::Peer;
using test::World;
using testing::HasSubstr;

mqtt::Publish telemetry(std::uint8_t qos = 1) { return {"devices/d1/messages/events/", {'x'}, qos, false, false, 0}; }

TEST(Device, ConnectsAndTellsWhatPahoTells) {
    World world;
    Device device(world.inbox(), "main");
    device.connect(world.endpoint(), world.connect_packet());
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
    const auto closed = world.await<ConnectionClosed>();
    EXPECT_FALSE(closed.by_peer);
    EXPECT_TRUE(paho_is_interposed());
}

TEST(Device, ARefusalIsAConnackWithItsCode) {
    World world;
    Device device(world.inbox(), "main");
    device.connect(world.endpoint(), world.connect_packet("d1", "d3Jvbmc="));
    EXPECT_EQ(world.await_packet<mqtt::Connack>(), (mqtt::Connack{false, 5}));
}

TEST(Device, AHubThatIsNotThereIsAClosedConnection) {
    World world;
    world.endpoint().mqtt_port = 1;
    Device device(world.inbox(), "main");
    device.connect(world.endpoint(), world.connect_packet());
    const auto closed = world.await<ConnectionClosed>();
    EXPECT_FALSE(closed.established);
    EXPECT_FALSE(closed.how.empty());
}

TEST(Device, AnUntrustedCertificateIsAClosedConnection) {
    World world;
    world.endpoint().ca_file = "/etc/ssl/certs/ca-certificates.crt";
    Device device(world.inbox(), "main");
    device.connect(world.endpoint(), world.connect_packet());
    const auto closed = world.await<ConnectionClosed>();
    EXPECT_FALSE(closed.established);
    EXPECT_EQ(closed.how, "no connection: TCP or the handshake failed");
}

TEST(Device, APeerThatClosesBeforeConnackIsAClosedConnection) {
    World world;
    Peer peer(world.loop(), [](const auto&, const auto& close, const auto&) { close(); });
    world.endpoint().mqtt_port = peer.port();
    Device device(world.inbox(), "main");
    device.connect(world.endpoint(), world.connect_packet());
    EXPECT_FALSE(world.await<ConnectionClosed>().established);
}

TEST(Device, CanBeDestroyedWhileItConnects) {
    World world;
    Peer peer(world.loop(), [](const auto&, const auto&, const auto&) {});
    world.endpoint().mqtt_port = peer.port();
    for (int i = 0; i < 5; ++i) {
        Device device(world.inbox(), "main");
        device.connect(world.endpoint(), world.connect_packet());
    }
    SUCCEED();
}

TEST(Device, DropEndsTheConnectionWithoutDisconnect) {
    World world;
    {
        Device watched(world.inbox(), "main");
        auto packet = world.connect_packet();
        packet.will = mqtt::Will{"devices/d1/messages/events/", {'w'}, 1, false};
        watched.connect(world.endpoint(), packet);
        world.await_packet<mqtt::Connack>();
        watched.drop();
        world.await<ConnectionClosed>();
    }
    // A Will is what a hub sends for a connection that ended without DISCONNECT.
    Service service(world.endpoint(), world.service_access(), world.inbox());
    service.follow_telemetry();
    EXPECT_THAT(to_json(world.await<TelemetrySeen>().message), HasSubstr("dw=="));
}

TEST(Device, WhatPahoRefusesToSendIsAnInvalidArgument) {
    World world;
    Device device(world.inbox(), "main");
    EXPECT_THROW(device.publish(telemetry()), std::invalid_argument);
    device.connect(world.endpoint(), world.connect_packet());
    world.await_packet<mqtt::Connack>();
    EXPECT_THROW(device.publish({"devices/#", {}, 3, false, false, 0}), std::invalid_argument);
}

// Paho reuses descriptors, polls for a second while another client is idle and connects in an order of its own.
TEST(Device, ManyOneAfterTheOtherAndSideBySideAllConnect) {
    World world;
    for (int i = 0; i < 20; ++i) {
        Device device(world.inbox(), "main");
        device.connect(world.endpoint(), world.connect_packet());
        ASSERT_EQ(world.await_packet<mqtt::Connack>().return_code, 0) << i;
    }
    std::vector<std::thread> threads;
    std::atomic<int> pubacks = 0;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            World own;
            for (int round = 0; round < 5; ++round) {
                Device device(own.inbox(), "main");
                device.connect(own.endpoint(), own.connect_packet());
                if (own.await_packet<mqtt::Connack>().return_code != 0) return;
                device.publish(telemetry());
                own.await_packet<mqtt::Puback>();
                ++pubacks;
                device.disconnect();
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(pubacks, 40);
}

TEST(Device, NothingThatIsToldHoldsTheToken) {
    World world;
    Device device(world.inbox(), "main");
    device.connect(world.endpoint(), world.connect_packet());
    world.await_packet<mqtt::Connack>();
    for (const auto& event : world.seen) EXPECT_THAT(describe(event), testing::Not(HasSubstr("sig=")));
}

}  // namespace
}  // namespace hubspec::actors
