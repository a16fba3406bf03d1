// What the device actor puts on the wire, and what it makes of what comes back, packet by packet.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/actors/device.hpp"
#include "tests/actors/support/world.hpp"

namespace hubspec::actors {
namespace {

using namespace model;
using test::answering;
using test::be_content;
using test::Peer;
using test::send;
using test::World;
using testing::ElementsAre;
using testing::IsEmpty;

/// Connects to a peer with this script.
struct Conversation {
    explicit Conversation(std::function<void(net::Socket&, const mqtt::Packet&)> answer)
        : peer(world.loop(), answering(std::move(answer))) {}

    mqtt::Connack connect(const mqtt::Connect& packet) {
        device.emplace(world.inbox(), "main");
        device->connect(world.endpoint_at(peer.port()), packet);
        return world.await_packet<mqtt::Connack>();
    }
    void connect() { EXPECT_EQ(connect(world.connect_packet()), mqtt::Connack{}); }
    /// Ends the connection; all that the peer has got of it.
    std::vector<mqtt::Packet> leave() {
        device->disconnect();
        world.await<ConnectionClosed>();
        return peer.packets_until_end();
    }

    World world;
    Peer peer;
    std::optional<Device> device;
};

template <class Packet>
std::vector<Packet> only(const std::vector<mqtt::Packet>& packets) {
    std::vector<Packet> all;
    for (const auto& packet : packets)
        if (const auto* one = std::get_if<Packet>(&packet)) all.push_back(*one);
    return all;
}

TEST(DevicePackets, ConnectGoesOutAsItIsTold) {
    mqtt::Connect with_all;
    with_all.client_id = "d1/module";
    with_all.clean_session = false;
    with_all.keep_alive = 1767;
    with_all.user_name = "hub.example/d1/?api-version=2021-04-12";
    with_all.password = mqtt::Bytes{'s', 0, 0xFF};
    with_all.will = mqtt::Will{"devices/d1/messages/events/", {0, 1, 2}, 1, true};
    auto empty_will = with_all;
    empty_will.will = mqtt::Will{"w", {}, 0, false};
    mqtt::Connect bare;
    bare.client_id = "d1";
    for (const auto& packet : {with_all, empty_will, bare}) {
        Conversation conversation(be_content);
        conversation.connect(packet);
        EXPECT_THAT(only<mqtt::Connect>(conversation.leave()), ElementsAre(packet));
    }
}

TEST(DevicePackets, AKeptSessionIsTold) {
    Conversation conversation([](net::Socket& socket, const mqtt::Packet& packet) {
        if (std::holds_alternative<mqtt::Connect>(packet)) send(socket, mqtt::Connack{true, 0});
    });
    auto packet = conversation.world.connect_packet();
    packet.clean_session = false;
    EXPECT_EQ(conversation.connect(packet), (mqtt::Connack{true, 0}));
}

TEST(DevicePackets, EveryRefusalKeepsItsCode) {
    for (std::uint8_t code = 1; code <= 5; ++code) {
        Conversation conversation([code](net::Socket& socket, const mqtt::Packet& packet) {
            if (std::holds_alternative<mqtt::Connect>(packet)) send(socket, mqtt::Connack{false, code});
        });
        EXPECT_EQ(conversation.connect(conversation.world.connect_packet()), (mqtt::Connack{false, code}));
        EXPECT_EQ(conversation.world.await<ConnectionClosed>().how, "closed by Paho after the refusal");
    }
}

TEST(DevicePackets, SubscribeIsAnsweredWithAllCodes) {
    Conversation conversation([](net::Socket& socket, const mqtt::Packet& packet) {
        be_content(socket, packet);
        if (const auto* subscribe = std::get_if<mqtt::Subscribe>(&packet))
            send(socket, mqtt::Suback{subscribe->packet_id, {1, 0x80, 0}});
    });
    conversation.connect();
    conversation.device->subscribe({0, {{"a", 1}, {"b/+", 2}, {"c/#", 0}}});
    const auto suback = conversation.world.await_packet<mqtt::Suback>();
    EXPECT_THAT(suback.return_codes, ElementsAre(1, 0x80, 0));
    EXPECT_THAT(only<mqtt::Subscribe>(conversation.leave()),
                ElementsAre(mqtt::Subscribe{suback.packet_id, {{"a", 1}, {"b/+", 2}, {"c/#", 0}}}));
}

TEST(DevicePackets, OfASingleFilterOnlyARefusalHasACode) {
    for (const std::uint8_t code : {0, 1, 2, 0x80}) {
        Conversation conversation([code](net::Socket& socket, const mqtt::Packet& packet) {
            be_content(socket, packet);
            if (const auto* subscribe = std::get_if<mqtt::Subscribe>(&packet))
                send(socket, mqtt::Suback{subscribe->packet_id, {code}});
        });
        conversation.connect();
        conversation.device->subscribe({0, {{"a", 1}}});
        const auto suback = conversation.world.await_packet<mqtt::Suback>();
        EXPECT_NE(suback.packet_id, 0);
        if (code == 0x80)
            EXPECT_THAT(suback.return_codes, ElementsAre(0x80));
        else
            EXPECT_THAT(suback.return_codes, IsEmpty());
    }
}

TEST(DevicePackets, UnsubscribeIsAnswered) {
    Conversation conversation([](net::Socket& socket, const mqtt::Packet& packet) {
        be_content(socket, packet);
        if (const auto* unsubscribe = std::get_if<mqtt::Unsubscribe>(&packet))
            send(socket, mqtt::Unsuback{unsubscribe->packet_id});
    });
    conversation.connect();
    conversation.device->unsubscribe({0, {"a", "b/#"}});
    const auto unsuback = conversation.world.await_packet<mqtt::Unsuback>();
    EXPECT_THAT(only<mqtt::Unsubscribe>(conversation.leave()),
                ElementsAre(mqtt::Unsubscribe{unsuback.packet_id, {"a", "b/#"}}));
}

TEST(DevicePackets, PublishesGoOutInOrderAndAreAcknowledged) {
    Conversation conversation(be_content);
    conversation.connect();
    const mqtt::Bytes large(100'000, 'l');
    conversation.device->publish({"first", {}, 0, false, false, 0});
    conversation.device->publish({"second", large, 1, true, false, 0});
    const auto puback = conversation.world.await_packet<mqtt::Puback>();
    EXPECT_THAT(only<mqtt::Publish>(conversation.leave()),
                ElementsAre(mqtt::Publish{"first", {}, 0, false, false, 0},
                            mqtt::Publish{"second", large, 1, true, false, puback.packet_id}));
}

TEST(DevicePackets, QualityTwoEndsWithPubcomp) {
    Conversation conversation([](net::Socket& socket, const mqtt::Packet& packet) {
        be_content(socket, packet);
        if (const auto* publish = std::get_if<mqtt::Publish>(&packet)) send(socket, mqtt::Pubrec{publish->packet_id});
        if (const auto* pubrel = std::get_if<mqtt::Pubrel>(&packet)) send(socket, mqtt::Pubcomp{pubrel->packet_id});
    });
    conversation.connect();
    conversation.device->publish({"a", {'x'}, 2, false, false, 0});
    EXPECT_NE(conversation.world.await_packet<mqtt::Pubcomp>().packet_id, 0);
}

TEST(DevicePackets, WhatComesInIsTold) {
    Conversation conversation([](net::Socket& socket, const mqtt::Packet& packet) {
        be_content(socket, packet);
        if (!std::holds_alternative<mqtt::Subscribe>(packet)) return;
        send(socket, mqtt::Publish{"zero", {0, 0xFF}, 0, false, false, 0});
        send(socket, mqtt::Publish{"one?%20&a=b", {}, 1, true, true, 7});
        send(socket, mqtt::Suback{std::get<mqtt::Subscribe>(packet).packet_id, {0, 0}});
    });
    conversation.connect();
    conversation.device->subscribe({0, {{"#", 1}, {"+", 1}}});
    auto& world = conversation.world;
    EXPECT_EQ(world.await_packet<mqtt::Publish>(), (mqtt::Publish{"zero", {0, 0xFF}, 0, false, false, 0}));
    // Paho does not tell the identifier of what it acknowledges by itself.
    EXPECT_EQ(world.await_packet<mqtt::Publish>(), (mqtt::Publish{"one?%20&a=b", {}, 1, true, true, 0}));
    world.await_packet<mqtt::Suback>();
    EXPECT_FALSE(conversation.device->received().closed);
    EXPECT_THAT(only<mqtt::Puback>(conversation.leave()), ElementsAre(mqtt::Puback{7}));
    EXPECT_EQ(conversation.device->received().packets, 4u);
    EXPECT_EQ(conversation.device->received().publishes, 2u);
}

TEST(DevicePackets, DisconnectIsTheLastPacket) {
    Conversation conversation(be_content);
    conversation.connect();
    conversation.device->publish({"a", {'x'}, 0, false, false, 0});
    const auto packets = conversation.leave();
    ASSERT_EQ(packets.size(), 3u);
    EXPECT_EQ(packets.back(), mqtt::Packet(mqtt::Disconnect{}));
}

TEST(DevicePackets, DisconnectRightAfterConnectIsNotForgotten) {
    for (int i = 0; i < 10; ++i) {
        Conversation conversation(be_content);
        conversation.device.emplace(conversation.world.inbox(), "main");
        conversation.device->connect(conversation.world.endpoint_at(conversation.peer.port()),
                                     conversation.world.connect_packet());
        const auto packets = conversation.leave();
        ASSERT_EQ(packets.size(), 2u);
        EXPECT_EQ(packets.back(), mqtt::Packet(mqtt::Disconnect{}));
    }
}

TEST(DevicePackets, ADropIsNoDisconnect) {
    Conversation conversation(be_content);
    conversation.connect();
    conversation.device->drop();
    conversation.world.await<ConnectionClosed>();
    EXPECT_THAT(only<mqtt::Disconnect>(conversation.peer.packets_until_end()), IsEmpty());
}

TEST(DevicePackets, ADeviceThatIsDestroyedIsDropped) {
    Conversation conversation(be_content);
    conversation.connect();
    conversation.device.reset();
    EXPECT_THAT(only<mqtt::Disconnect>(conversation.peer.packets_until_end()), IsEmpty());
}

/// What is said of a call that Paho refuses.
std::string refusal(const std::function<void()>& call) {
    try {
        call();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "nothing";
}

TEST(DevicePackets, WhatPahoRefusesToSendIsTheScenariosToChange) {
    Conversation conversation(be_content);
    Device early(conversation.world.inbox(), "main");
    EXPECT_EQ(refusal([&] { early.publish({"a", {}, 0, false, false, 0}); }), "the device is not connected");
    conversation.connect();
    auto& device = *conversation.device;
    EXPECT_EQ(refusal([&] {
                  device.publish({"a", {}, 3, false, false, 0});
              }),
              "Paho does not send this: MQTT error [-9]: Bad QoS; a wire line can");
    EXPECT_EQ(refusal([&] {
                  device.publish({"\xFF", {}, 0, false, false, 0});
              }),
              "Paho does not send this: MQTT error [-5]: Invalid UTF8 string; a wire line can");
    EXPECT_EQ(refusal([&] {
                  device.subscribe({0, {{"a", 3}}});
              }),
              "Paho does not send this: MQTT error [-9]: Invalid QoS value; a wire line can");
    EXPECT_EQ(refusal([&] {
                  device.unsubscribe({0, {"\xFF"}});
              }),
              "Paho does not send this: MQTT error [-5]: Invalid UTF8 string; a wire line can");
    EXPECT_THAT(only<mqtt::Publish>(conversation.leave()), IsEmpty());
}

TEST(DevicePackets, WhatPahoRefusesToConnectWithIsTheScenariosToChange) {
    World world;
    const auto refused = [&](const mqtt::Connect& packet) {
        Device device(world.inbox(), "main");
        return refusal([&] { device.connect(world.endpoint(), packet); });
    };
    auto bad_client = world.connect_packet();
    bad_client.client_id = "\xFF";
    EXPECT_EQ(refused(bad_client), "Paho does not send this: MQTT error [-5]: Invalid UTF8 string; a wire line can");
    auto bad_will = world.connect_packet();
    bad_will.will = mqtt::Will{"w", {}, 3, false};
    EXPECT_EQ(refused(bad_will), "Paho does not send this: MQTT error [-9]: Invalid QoS value; a wire line can");
    // Another device still gets its turn.
    Device good(world.inbox(), "main");
    good.connect(world.endpoint(), world.connect_packet());
    EXPECT_EQ(world.await_packet<mqtt::Connack>(), mqtt::Connack{});
}

}  // namespace
}  // namespace hubspec::actors
