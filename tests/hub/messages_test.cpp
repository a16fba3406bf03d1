#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/hub/support/client.hpp"

namespace hubspec::hub {
namespace {

using namespace test;
using mqtt::Packet;
using testing::ElementsAre;
using testing::SizeIs;

const std::string events = "devices/D/messages/events/";
const std::string devicebound = "devices/D/messages/devicebound/#";

TEST(Telemetry, KeepsBodyAndProperties) {
    World world;
    Client client(world);
    client.connect().publish(events + "a=1&b%20c=%C3%BC&$.ct=application%2Fjson&%24.mid=m1&n&e=", "{\"id\":123}", 1);
    EXPECT_THAT(client.take(), ElementsAre(Packet(mqtt::Puback{7})));
    const auto all = world.telemetry();
    ASSERT_THAT(*all.array(), SizeIs(1));
    const auto& message = (*all.array())[0];
    EXPECT_EQ(*message.find("body"), model::Value("eyJpZCI6MTIzfQ=="));
    EXPECT_EQ(*message.find("properties"), *model::parse_json(R"({"a":"1","b c":"ü","n":null,"e":""})"));
    EXPECT_EQ(*message.find("systemProperties"),
              *model::parse_json(R"({"contentType":"application/json","messageId":"m1","connectionDeviceId":"D"})"));
    EXPECT_EQ(*message.find("annotations")->find("iothub-connection-device-id"), model::Value("D"));
}

TEST(Telemetry, RetainBecomesAProperty) {
    World world;
    Client client(world);
    client.connect().publish(events, "x", 1, true);
    EXPECT_EQ(*(*world.telemetry().array())[0].find("properties"), *model::parse_json(R"({"mqtt-retain":"true"})"));
}

TEST(Telemetry, AnotherDevicesTopicEndsTheConnection) {
    World world;
    Client client(world);
    client.connect().publish("devices/E/messages/events/", "x", 1);
    EXPECT_TRUE(client.closed());
    EXPECT_THAT(*world.telemetry().array(), SizeIs(0));
}

TEST(Telemetry, QualityOfServiceTwoEndsTheConnection) {
    World world;
    Client client(world);
    client.connect().publish(events, "x", 2);
    EXPECT_TRUE(client.closed());
    EXPECT_TRUE(client.take().empty());
}

TEST(Telemetry, TheLimitCountsBodyAndProperties) {
    World world;
    Client client(world);
    client.connect().publish(events, std::string(262'144, 'x'), 1);
    EXPECT_FALSE(client.closed());
    client.publish(events + "a=1", std::string(262'143, 'x'), 1);
    EXPECT_TRUE(client.closed());
}

TEST(Telemetry, UnsupportedTopicsEndTheConnection) {
    for (const auto* topic :
         {"foo", "/devices/D/messages/events/", "$iothub/twin/PUT/x/?$rid=1", "$IOTHUB/twin/GET/?$rid=1"}) {
        World world;
        Client client(world);
        client.connect().publish(topic, "x", 1);
        EXPECT_TRUE(client.closed()) << topic;
    }
}

TEST(Will, IsSentWhenTheConnectionIsLost) {
    World world;
    Client client(world);
    auto packet = client.connect_packet();
    packet.will = mqtt::Will{events + "a=1", bytes("gone"), 0, false};
    client.send(packet);
    client.vanish();
    const auto all = world.telemetry();
    ASSERT_THAT(*all.array(), SizeIs(1));
    EXPECT_EQ(*(*all.array())[0].find("properties"), *model::parse_json(R"({"a":"1","iothub-MessageType":"Will"})"));
}

TEST(Will, IsNotSentAfterDisconnect) {
    World world;
    Client client(world);
    auto packet = client.connect_packet();
    packet.will = mqtt::Will{events, bytes("gone"), 0, false};
    client.send(packet);
    client.send(mqtt::Disconnect{});
    EXPECT_THAT(*world.telemetry().array(), SizeIs(0));
}

TEST(CloudToDevice, TellsNullEmptyAndValueApart) {
    World world;
    Client client(world);
    client.connect().subscribe(devicebound);
    ServiceMessage message{"D", {}, {{"prop1", std::nullopt}, {"prop2", ""}, {"prop3", "a string"}}, "m"};
    message.ack = "full";
    world.send(message);
    const auto packets = client.take();
    ASSERT_THAT(packets, SizeIs(1));
    EXPECT_EQ(publish(packets[0]).topic,
              "devices/D/messages/devicebound/"
              "%24.mid=m&%24.to=%2Fdevices%2FD%2Fmessages%2Fdevicebound&prop1&prop2=&prop3=a%20string&iothub-ack=full");
}

TEST(CloudToDevice, WaitsForTheSubscription) {
    World world;
    Client client(world);
    client.connect(false);
    world.send({"D", bytes("hi")});
    EXPECT_TRUE(client.take().empty());
    client.send(mqtt::Subscribe{1, {{devicebound, 1}}});
    EXPECT_THAT(client.take(), SizeIs(2));
}

TEST(CloudToDevice, IsRedeliveredUntilItIsAcknowledged) {
    World world;
    Client client(world);
    client.connect(false).subscribe(devicebound);
    world.send({"D", bytes("hi")});
    const auto first = publish(client.take().at(0));
    EXPECT_FALSE(first.dup);
    client.vanish();
    Client again(world);
    again.send(again.connect_packet(false));
    const auto second = publish(again.take().at(1));
    EXPECT_TRUE(second.dup);
    again.send(mqtt::Puback{second.packet_id});
    EXPECT_EQ(world.call("GET", "/_hubspec/devices/D/queue").body, R"({"queued":0,"locked":0})");
}

TEST(CloudToDevice, QualityZeroIsCompleteWhenSent) {
    World world;
    Client client(world);
    client.connect().subscribe(devicebound, 0);
    world.send({"D", bytes("hi")});
    EXPECT_EQ(publish(client.take().at(0)).qos, 0);
    EXPECT_EQ(world.call("GET", "/_hubspec/devices/D/queue").body, R"({"queued":0,"locked":0})");
}

TEST(CloudToDevice, QualityZeroIsCompleteAlsoAfterALockThatRanOut) {
    World world;
    Client device(world);
    device.connect().subscribe(devicebound);
    world.send({"D", bytes("hi")});
    EXPECT_THAT(device.take(), SizeIs(1)) << "and never acknowledged";
    device.subscribe(devicebound, 0);
    world.pass(std::chrono::minutes(1));
    EXPECT_EQ(publish(device.take().at(0)).qos, 0);
    EXPECT_EQ(world.call("GET", "/_hubspec/devices/D/queue").body, R"({"queued":0,"locked":0})");
}

TEST(CloudToDevice, TheQueueHoldsFifty) {
    World world;
    for (int i = 0; i < 50; ++i) EXPECT_EQ(world.send({"D", {}}), 0);
    EXPECT_EQ(world.send({"D", {}}), 403004);
}

TEST(CloudToDevice, ExpiresAfterItsTime) {
    World world;
    ServiceMessage message{"D", {}};
    message.expires = world.now + std::chrono::seconds(60);
    world.send(message);
    world.pass(std::chrono::seconds(60));
    EXPECT_EQ(world.call("GET", "/_hubspec/devices/D/queue").body, R"({"queued":0,"locked":0})");
}

TEST(Rules, DropDelayDuplicateAndEdit) {
    const PacketPattern puback{PacketDirection::to_client, std::uint8_t{4}, {}, {}, 0, 1u};
    World dropping({}, {{puback, Drop{}}});
    Client silent(dropping);
    silent.connect().publish(events, "x", 1);
    EXPECT_TRUE(silent.take().empty());
    silent.publish(events, "x", 1);
    EXPECT_THAT(silent.take(), SizeIs(1));

    World delaying({}, {{puback, Delay{std::chrono::seconds(5)}}});
    Client slow(delaying);
    slow.connect().publish(events, "x", 1);
    EXPECT_TRUE(slow.take().empty());
    delaying.pass(std::chrono::seconds(5));
    EXPECT_THAT(slow.take(), ElementsAre(Packet(mqtt::Puback{7})));

    World doubling({}, {{puback, Duplicate{}}});
    Client twice(doubling);
    twice.connect().publish(events, "x", 1);
    EXPECT_THAT(twice.take(), SizeIs(2));

    const mqtt::Publish own{"a", {}, 0, false, false, 0};
    World appending({}, {{puback, Append{own}}});
    Client both(appending);
    both.connect().publish(events, "x", 1);
    EXPECT_THAT(both.take(), ElementsAre(Packet(mqtt::Puback{7}), Packet(own)));

    World closing({}, {{puback, CloseInstead{}}});
    Client ended(closing);
    ended.connect().publish(events, "x", 1);
    EXPECT_TRUE(ended.closed());
}

}  // namespace
}  // namespace hubspec::hub
