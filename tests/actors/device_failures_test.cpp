// The device actor against hubs that are not there, not trusted or not polite.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/actors/device.hpp"
#include "tests/actors/support/world.hpp"

namespace hubspec::actors {
namespace {

using namespace model;
using test::answering;
using test::be_content;
using test::DeadPort;
using test::Peer;
using test::World;

/// Connects, and gives how that ended.
ConnectionClosed end_of_connecting(World& world, const Endpoint& endpoint) {
    Device device(world.inbox(), "main");
    device.connect(endpoint, world.connect_packet());
    return world.await<ConnectionClosed>();
}

const ConnectionClosed no_transport{"main", true, false, "no connection: TCP or the handshake failed"};
const ConnectionClosed unanswered{"main", true, true, "the hub closed the connection and did not answer CONNECT"};

TEST(DeviceFailures, NobodyListens) {
    World world;
    const DeadPort refusing;
    EXPECT_EQ(end_of_connecting(world, world.endpoint_at(refusing.port())), no_transport);
    EXPECT_TRUE(world.all_seen<ConnectionOpened>().empty());
}

TEST(DeviceFailures, ANameThatIsNoHosts) {
    World world;
    world.endpoint().address = "nobody.invalid";
    EXPECT_EQ(end_of_connecting(world, world.endpoint()), no_transport);
}

TEST(DeviceFailures, ACertificateOfAnotherRoot) {
    World world;
    const test::TemporaryFile other_root(test::other_root_pem());
    world.endpoint().ca_file = other_root.path();
    EXPECT_EQ(end_of_connecting(world, world.endpoint()), no_transport);
}

TEST(DeviceFailures, ACertificateOfAnotherName) {
    World world;
    Peer peer(world.loop(), answering(be_content), test::context_of_another_name());
    EXPECT_EQ(end_of_connecting(world, world.endpoint_at(peer.port())), no_transport);
    EXPECT_TRUE(peer.packets_until_end().empty()) << "the token went to a stranger";
}

TEST(DeviceFailures, ACaFileThatIsNone) {
    World world;
    world.endpoint().ca_file = "/nowhere/ca.pem";
    EXPECT_EQ(end_of_connecting(world, world.endpoint()), no_transport);
}

TEST(DeviceFailures, ThePeerClosesInsteadOfConnack) {
    World world;
    for (const auto close : {&net::Socket::close, &net::Socket::fin, &net::Socket::reset}) {
        Peer peer(world.loop(), [close](net::Socket& socket, const mqtt::Bytes& received) {
            if (!received.empty()) (socket.*close)();
        });
        EXPECT_EQ(end_of_connecting(world, world.endpoint_at(peer.port())), unanswered);
        EXPECT_EQ(world.all_seen<ConnectionOpened>().size(), 1u);
        world.seen.clear();
    }
}

TEST(DeviceFailures, ThePeerClosesAsSoonAsTlsStands) {
    World world;
    Peer peer(world.loop(), [](net::Socket& socket, const mqtt::Bytes&) { socket.close(); });
    EXPECT_EQ(end_of_connecting(world, world.endpoint_at(peer.port())), unanswered);
}

TEST(DeviceFailures, ThePeerNeverAnswers) {
    World world;
    Peer peer(world.loop(), [](net::Socket&, const mqtt::Bytes&) {});
    auto endpoint = world.endpoint_at(peer.port());
    endpoint.connect_timeout = std::chrono::milliseconds(300);
    EXPECT_EQ(end_of_connecting(world, endpoint),
              (ConnectionClosed{"main", true, false, "no connection: no answer within 1 s"}));
    EXPECT_EQ(peer.await_records(1).size(), 1u) << "it gave up before it had sent CONNECT";
}

TEST(DeviceFailures, TheHubGoesAway) {
    World world;
    for (const auto close : {&net::Socket::close, &net::Socket::fin, &net::Socket::reset}) {
        Peer peer(world.loop(), answering([close](net::Socket& socket, const mqtt::Packet& packet) {
                      be_content(socket, packet);
                      if (std::holds_alternative<mqtt::Publish>(packet)) (socket.*close)();
                  }));
        Device device(world.inbox(), "main");
        device.connect(world.endpoint_at(peer.port()), world.connect_packet());
        EXPECT_EQ(world.await_packet<mqtt::Connack>(), mqtt::Connack{});
        device.publish({"a", {'x'}, 0, false, false, 0});
        EXPECT_EQ(world.await<ConnectionClosed>(),
                  (ConnectionClosed{"main", true, true, "the hub closed the connection"}));
        EXPECT_NO_THROW(device.publish({"a", {'x'}, 0, false, false, 0}));
        EXPECT_NO_THROW(device.disconnect());
    }
}

TEST(DeviceFailures, TheHubClosesWithMessagesInFlight) {
    World world;
    int publishes = 0;
    Peer peer(world.loop(), answering([&](net::Socket& socket, const mqtt::Packet& packet) {
                  if (std::holds_alternative<mqtt::Connect>(packet)) test::send(socket, mqtt::Connack{});
                  if (std::holds_alternative<mqtt::Publish>(packet) && ++publishes == 20) socket.reset();
              }));
    Device device(world.inbox(), "main");
    device.connect(world.endpoint_at(peer.port()), world.connect_packet());
    world.await_packet<mqtt::Connack>();
    for (int i = 0; i < 20; ++i) device.publish({"a", {'x'}, 1, false, false, 0});
    EXPECT_TRUE(world.await<ConnectionClosed>().by_peer);
    EXPECT_EQ(world.all_seen<PacketReceived>().size(), 1u) << "an unanswered PUBLISH was told as acknowledged";
}

TEST(DeviceFailures, CanBeDestroyedWithMessagesInFlight) {
    World world;
    Peer peer(world.loop(), answering([](net::Socket& socket, const mqtt::Packet& packet) {
                  if (std::holds_alternative<mqtt::Connect>(packet)) test::send(socket, mqtt::Connack{});
              }));
    {
        Device device(world.inbox(), "main");
        device.connect(world.endpoint_at(peer.port()), world.connect_packet());
        world.await_packet<mqtt::Connack>();
        for (int i = 0; i < 20; ++i) device.publish({"a", {'x'}, 1, false, false, 0});
    }
    for (const auto& packet : peer.packets_until_end()) EXPECT_NE(mqtt::packet_name(packet), "DISCONNECT");
    world.drain();
    EXPECT_TRUE(world.all_seen<ConnectionClosed>().empty());
}

TEST(DeviceFailures, DroppingWhileItConnectsEndsIt) {
    World world;
    Peer silent(world.loop(), [](net::Socket&, const mqtt::Bytes&) {});
    Device device(world.inbox(), "main");
    device.connect(world.endpoint_at(silent.port()), world.connect_packet());
    silent.await_records(1);
    device.drop();
    EXPECT_FALSE(world.await<ConnectionClosed>().by_peer);
}

TEST(DeviceFailures, ADropRightAfterConnectIsNotForgotten) {
    World world;
    for (int i = 0; i < 10; ++i) {
        Device device(world.inbox(), "main");
        device.connect(world.endpoint(), world.connect_packet());
        device.drop();
        ASSERT_FALSE(world.await<ConnectionClosed>().by_peer);
    }
}

}  // namespace
}  // namespace hubspec::actors
