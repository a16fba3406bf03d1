// MQTT in a WebSocket, by both actors, on a real hub.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "harness/actors/device.hpp"
#include "harness/actors/wire.hpp"
#include "tests/actors/support/world.hpp"

namespace hubspec::actors {
namespace {

using namespace model;
using test::World;
using testing::HasSubstr;

Wire::Transport over_web_socket(const std::string& path = "/$iothub/websocket", const std::string& offered = "mqtt") {
    Wire::Transport transport;
    transport.web_socket = Wire::Transport::WebSocket{path, {{"Sec-WebSocket-Protocol", offered}}};
    return transport;
}

TEST(WebSocketWire, OpensSendsAndReceives) {
    World world;
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint(), over_web_socket());
    wire.send({{world.connect_packet(), {}}});
    const auto answered = world.await<UpgradeAnswered>();
    EXPECT_EQ(answered.response.status, 101);
    EXPECT_EQ(header(answered.response.headers, "sec-websocket-protocol"), "mqtt");
    EXPECT_EQ(world.await<ConnectionOpened>().connection, "main");
    EXPECT_EQ(world.await_packet<mqtt::Connack>().return_code, 0);
    wire.send({{mqtt::Pingreq{}, {}}, {mqtt::Pingreq{}, {}}});
    world.await_packet<mqtt::Pingresp>();
    world.await_packet<mqtt::Pingresp>();
    wire.close();
    EXPECT_FALSE(world.await<ConnectionClosed>().by_peer);
}

TEST(WebSocketWire, KnowsWhenItsPingWasAnswered) {
    World world;
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint(), over_web_socket());
    world.await<ConnectionOpened>();
    EXPECT_FALSE(wire.awaits_pong());
    wire.send_ping_frame();
    const auto deadline = test::patience();
    while (wire.awaits_pong() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    EXPECT_FALSE(wire.awaits_pong());
    Wire plain(world.loop(), world.inbox(), "plain");
    plain.open(world.endpoint(), {});
    world.await<ConnectionOpened>();
    plain.send_ping_frame();
    while (plain.awaits_pong() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    EXPECT_FALSE(plain.awaits_pong()) << "it has no frames";
}

TEST(WebSocketWire, TellsARefusalAndItsEnd) {
    World world;
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint(), over_web_socket("/elsewhere"));
    EXPECT_EQ(world.await<UpgradeAnswered>().response.status, 400);
    EXPECT_EQ(world.await<ConnectionClosed>(),
              (ConnectionClosed{"main", true, true, "the hub refused the WebSocket with HTTP 400"}));
}

TEST(WebSocketWire, TellsWhyTheHubClosed) {
    World world;
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint(), over_web_socket());
    wire.send({{world.connect_packet(), {}}});
    world.await_packet<mqtt::Connack>();
    wire.send({{mqtt::Publish{"a", {}, 0, false, false, 0}, {}}}, Wire::Frame::text);
    EXPECT_EQ(
        world.await<ConnectionClosed>(),
        (ConnectionClosed{"main", true, true, "the hub closed (WebSocket close 1003 (MQTT needs binary frames))"}));
}

TEST(WebSocketWire, AHubThatClosesSaysSoInAFrame) {
    World world;
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint(), over_web_socket());
    wire.send({{world.connect_packet(), {}}});
    world.await_packet<mqtt::Connack>();
    wire.send({{world.connect_packet(), {}}});  // X-CONN-20: a second CONNECT ends the connection
    EXPECT_EQ(world.await<ConnectionClosed>().how, "the hub closed (WebSocket close 1000)");
}

TEST(WebSocketDevice, SpeaksThroughPaho) {
    World world;
    Device device(world.inbox(), "main");
    device.connect(world.endpoint(), world.connect_packet(), true);
    EXPECT_EQ(world.await_packet<mqtt::Connack>(), (mqtt::Connack{false, 0}));
    device.subscribe({0, {{"$iothub/twin/res/#", 0}}});
    world.await_packet<mqtt::Suback>();
    device.publish({"$iothub/twin/GET/?$rid=1", {}, 0, false, false, 0});
    EXPECT_THAT(world.await_packet<mqtt::Publish>().topic, HasSubstr("$iothub/twin/res/200/?$rid=1"));
    device.disconnect();
    EXPECT_EQ(world.await<ConnectionClosed>(), (ConnectionClosed{"main", false, true, "disconnected"}));
}

TEST(WebSocketDevice, ARefusalByConnackIsOne) {
    World world;
    Device device(world.inbox(), "main");
    device.connect(world.endpoint(), world.connect_packet("d1", "d3Jvbmc="), true);
    EXPECT_EQ(world.await_packet<mqtt::Connack>(), (mqtt::Connack{false, 5}));
}

TEST(WebSocketDevice, DropEndsTheConnection) {
    World world;
    Device device(world.inbox(), "main");
    device.connect(world.endpoint(), world.connect_packet(), true);
    world.await_packet<mqtt::Connack>();
    device.drop();
    EXPECT_FALSE(world.await<ConnectionClosed>().by_peer);
}

}  // namespace
}  // namespace hubspec::actors
