#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/hub/support/client.hpp"

namespace hubspec::hub {
namespace {

using namespace test;
using mqtt::Packet;
using testing::ElementsAre;

const Packet accepted = mqtt::Connack{false, 0};
const Packet refused = mqtt::Connack{false, 5};

struct ConnectCase {
    const char* name;
    void (*change)(mqtt::Connect&, World&);
    Packet answer;
};

class Connecting : public testing::TestWithParam<ConnectCase> {};

TEST_P(Connecting, IsAnswered) {
    World world;
    Client client(world);
    auto packet = client.connect_packet();
    GetParam().change(packet, world);
    client.send(packet);
    EXPECT_THAT(client.take(), ElementsAre(GetParam().answer));
    EXPECT_EQ(client.closed(), GetParam().answer != accepted);
}

INSTANTIATE_TEST_SUITE_P(
    Connect, Connecting,
    testing::Values(
        ConnectCase{"Documented", [](mqtt::Connect&, World&) {}, accepted},
        ConnectCase{"SecondaryKey",
                    [](mqtt::Connect& c, World& w) { c.password = bytes(w.token(host + "/devices/D", other_key)); },
                    accepted},
        ConnectCase{"NoApiVersion", [](mqtt::Connect& c, World&) { c.user_name = host + "/D"; }, accepted},
        ConnectCase{"LegacyUserName",
                    [](mqtt::Connect& c, World&) { c.user_name = host + "/D/api-version=2016-11-14"; }, accepted},
        ConnectCase{
            "UpperCaseHost",
            [](mqtt::Connect& c, World&) { c.user_name = "CONTOSO.azure-devices.net/D/?api-version=2021-04-12"; },
            accepted},
        ConnectCase{"HubScope", [](mqtt::Connect& c, World& w) { c.password = bytes(w.token(host)); }, accepted},
        ConnectCase{
            "DevicePolicy",
            [](mqtt::Connect& c, World& w) { c.password = bytes(w.policy_token("device", host + "/devices/D")); },
            accepted},
        ConnectCase{
            "FarFuture",
            [](mqtt::Connect& c, World& w) { c.password = bytes(w.token(host + "/devices/D", device_key, 1LL << 40)); },
            accepted},
        ConnectCase{
            "ServicePolicy",
            [](mqtt::Connect& c, World& w) { c.password = bytes(w.policy_token("service", host + "/devices/D")); },
            refused},
        ConnectCase{"ShortHostName",
                    [](mqtt::Connect& c, World&) { c.user_name = "contoso/D/?api-version=2021-04-12"; }, refused},
        ConnectCase{"GarbageApiVersion",
                    [](mqtt::Connect& c, World&) { c.user_name = host + "/D/?api-version=yesterday"; }, refused},
        ConnectCase{"OtherClientId", [](mqtt::Connect& c, World&) { c.client_id = "x"; }, refused},
        ConnectCase{"OtherCase",
                    [](mqtt::Connect& c, World&) {
                        c.client_id = "d";
                        c.user_name = host + "/d/?api-version=2021-04-12";
                    },
                    refused},
        ConnectCase{"NoUserName",
                    [](mqtt::Connect& c, World&) {
                        c.user_name.reset();
                        c.password.reset();
                    },
                    refused},
        ConnectCase{"NoPassword", [](mqtt::Connect& c, World&) { c.password.reset(); }, refused},
        ConnectCase{"EmptyPassword", [](mqtt::Connect& c, World&) { c.password = bytes(""); }, refused},
        ConnectCase{
            "Expired",
            [](mqtt::Connect& c, World& w) { c.password = bytes(w.token(host + "/devices/D", device_key, -1)); },
            refused},
        ConnectCase{"WrongKey",
                    [](mqtt::Connect& c, World& w) {
                        c.password = bytes(w.token(host + "/devices/D", "d3Jvbmcta2V5LXdyb25nLWtleS13cm9uZy1rZXkt"));
                    },
                    refused},
        ConnectCase{"OtherDevicesScope",
                    [](mqtt::Connect& c, World& w) { c.password = bytes(w.token(host + "/devices/E")); }, refused},
        ConnectCase{
            "NarrowerScope",
            [](mqtt::Connect& c, World& w) { c.password = bytes(w.token(host + "/devices/D/api-version=2016-11-14")); },
            refused},
        ConnectCase{"TrailingNewline", [](mqtt::Connect& c, World& w) { c.password = bytes(w.token() + "\n"); },
                    refused},
        ConnectCase{"WholeConnectionString",
                    [](mqtt::Connect& c, World& w) {
                        c.password = bytes("HostName=h;DeviceId=D;SharedAccessSignature=" + w.token());
                    },
                    refused},
        ConnectCase{"UnknownDevice",
                    [](mqtt::Connect& c, World& w) {
                        c.client_id = "X";
                        c.user_name = host + "/X/?api-version=2021-04-12";
                        c.password = bytes(w.token(host + "/devices/X"));
                    },
                    refused},
        ConnectCase{"OldProtocol",
                    [](mqtt::Connect& c, World&) {
                        c.protocol_name = "MQIsdp";
                        c.protocol_level = 3;
                    },
                    mqtt::Connack{false, 1}},
        ConnectCase{"NewProtocol", [](mqtt::Connect& c, World&) { c.protocol_level = 5; }, mqtt::Connack{false, 1}}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(Connect, ADisabledDeviceIsDroppedAndRefused) {
    World world;
    Client client(world);
    client.connect();
    const auto body = R"({"deviceId":"D","status":"disabled"})";
    EXPECT_EQ(world.call("PUT", "/devices/D?api-version=2021-04-12", body, {{"If-Match", "\"*\""}}).status, 200);
    EXPECT_TRUE(client.closed());
    Client again(world);
    again.send(again.connect_packet());
    EXPECT_THAT(again.take(), ElementsAre(refused));
}

TEST(Connect, TheFirstPacketMustBeConnect) {
    World world;
    Client client(world);
    client.send(mqtt::Pingreq{});
    EXPECT_THAT(client.take(), ElementsAre());
    EXPECT_TRUE(client.closed());
}

TEST(Connect, ASecondConnectEndsTheConnection) {
    World world;
    Client client(world);
    client.connect().send(client.connect_packet());
    EXPECT_THAT(client.take(), ElementsAre());
    EXPECT_TRUE(client.closed());
}

TEST(Connect, WhatIsPipelinedBehindConnectIsAnsweredInOrder) {
    World world;
    Client client(world);
    mqtt::Bytes all;
    mqtt::encode_to(all, client.connect_packet());
    mqtt::encode_to(all, mqtt::Subscribe{9, {{"$iothub/twin/res/#", 0}}});
    mqtt::encode_to(all, mqtt::Publish{"devices/D/messages/events/", bytes("x"), 1, false, false, 3});
    client.send_bytes(all);
    EXPECT_THAT(client.take(), ElementsAre(accepted, Packet(mqtt::Suback{9, {0}}), Packet(mqtt::Puback{3})));
}

TEST(Connect, MalformedBytesEndTheConnection) {
    World world;
    Client client(world);
    client.connect().send_bytes({0x82, 0x02, 0x00, 0x01});  // SUBSCRIBE without a filter
    EXPECT_TRUE(client.closed());
}

TEST(Connect, ANewerConnectionTakesOver) {
    World world;
    Client first(world), second(world), other(world, "E");
    first.connect();
    other.connect();
    second.connect();
    EXPECT_TRUE(first.closed());
    EXPECT_FALSE(other.closed());
    second.publish("devices/D/messages/events/", "x", 1);
    EXPECT_THAT(second.take(), ElementsAre(Packet(mqtt::Puback{7})));
    EXPECT_THAT(world.log_codes(), ElementsAre(0, 0, 400027, 0));  // CONN-11
}

TEST(Connect, WithoutConnectTheTransportIsClosedAfterAMinute) {
    World world;
    Client client(world);
    world.pass(std::chrono::seconds(59));
    EXPECT_FALSE(client.closed());
    world.pass(std::chrono::seconds(1));
    EXPECT_TRUE(client.closed());
}

TEST(Connect, TheConnectionEndsWithItsToken) {
    World world;
    Client client(world);
    auto packet = client.connect_packet();
    packet.password = bytes(world.token(host + "/devices/D", device_key, 30));
    client.send(packet);
    world.pass(std::chrono::seconds(29));
    EXPECT_FALSE(client.closed());
    world.pass(std::chrono::seconds(1));
    EXPECT_TRUE(client.closed());
    EXPECT_THAT(world.log_codes(), ElementsAre(0, 401003, 404104));  // X-SAS-19
}

struct SilenceCase {
    std::uint16_t keep_alive;
    int open_until, closed_at;
};
class Silence : public testing::TestWithParam<SilenceCase> {};

TEST_P(Silence, EndsTheConnectionInTime) {
    World world;
    Client client(world);
    auto packet = client.connect_packet(true, GetParam().keep_alive);
    packet.password = bytes(world.token(host + "/devices/D", device_key, 1'000'000));
    client.send(packet);
    world.pass(std::chrono::milliseconds(GetParam().open_until));
    EXPECT_FALSE(client.closed());
    world.pass(std::chrono::milliseconds(GetParam().closed_at - GetParam().open_until));
    EXPECT_TRUE(client.closed());
    EXPECT_THAT(world.log_codes(), ElementsAre(0, 404104));  // KEEP-13
}

INSTANTIATE_TEST_SUITE_P(KeepAlive, Silence,
                         testing::Values(SilenceCase{10, 14'999, 15'000},           // KEEP-09
                                         SilenceCase{230, 344'999, 345'000},        // KEEP-12
                                         SilenceCase{1177, 1'765'499, 1'765'500},   // KEEP-14
                                         SilenceCase{1178, 1'766'999, 1'767'000},   // KEEP-14
                                         SilenceCase{65535, 1'766'999, 1'767'000},  // KEEP-10
                                         SilenceCase{0, 1'766'999, 1'767'000}));    // X-SESS-07

TEST(KeepAlive, AnyPacketResetsIt) {
    World world;
    Client client(world);
    client.connect(true, 10);
    for (int i = 0; i < 5; ++i) {
        world.pass(std::chrono::seconds(12));
        client.publish("devices/D/messages/events/", "x");
    }
    EXPECT_FALSE(client.closed());
    world.pass(std::chrono::seconds(15));
    EXPECT_TRUE(client.closed());
}

TEST(Session, IsKeptWithCleanSessionZero) {
    World world;
    Client first(world);
    first.connect(false).subscribe("devices/D/messages/devicebound/#");
    first.send(mqtt::Disconnect{});
    EXPECT_TRUE(first.closed());
    EXPECT_EQ(world.send({"D", bytes("hi")}), 0);
    Client second(world);
    second.send(second.connect_packet(false));
    const auto packets = second.take();
    ASSERT_EQ(packets.size(), 2u);
    EXPECT_EQ(packets[0], Packet(mqtt::Connack{true, 0}));
    EXPECT_EQ(text(publish(packets[1]).payload), "hi");
    EXPECT_EQ(publish(packets[1]).qos, 1);
}

TEST(Session, CleanSessionOneForgetsFiltersAndMessages) {
    World world;
    Client(world).connect(false).subscribe("devices/D/messages/devicebound/#").send(mqtt::Disconnect{});
    world.send({"D", bytes("hi")});
    Client(world).connect(true).send(mqtt::Disconnect{});
    Client third(world);
    third.send(third.connect_packet(false));
    EXPECT_THAT(third.take(), ElementsAre(accepted));
    third.subscribe("devices/D/messages/devicebound/#");
    EXPECT_THAT(third.take(), ElementsAre());
}

TEST(Subscribe, UnsupportedFiltersEndTheConnection) {
    for (const auto* filter :
         {"foo/bar", "devices/E/messages/devicebound/#", "$iothub/other/#", "devices/D/messages/devicebound/x/#"}) {
        World world;
        Client client(world);
        client.connect().send(mqtt::Subscribe{1, {{filter, 1}}});
        EXPECT_TRUE(client.closed()) << filter;
        EXPECT_TRUE(client.take().empty()) << filter;
    }
}

TEST(Subscribe, WithAnUnsupportedFilterLeavesNothingInTheSession) {
    World world;
    Client first(world);
    first.connect(false).send(mqtt::Subscribe{1, {{"devices/D/messages/devicebound/#", 1}, {"foo/bar", 1}}});
    EXPECT_TRUE(first.closed());
    world.send({"D", bytes("hi")});
    Client second(world);
    second.send(second.connect_packet(false));
    EXPECT_THAT(second.take(), ElementsAre(Packet(mqtt::Connack{true, 0})));
}

TEST(Subscribe, GrantsAtMostOne) {
    World world;
    Client client(world);
    client.connect().send(mqtt::Subscribe{
        1, {{"devices/D/messages/devicebound/#", 2}, {"$iothub/twin/res/#", 0}, {"$iothub/methods/POST/#", 1}}});
    EXPECT_THAT(client.take(), ElementsAre(Packet(mqtt::Suback{1, {1, 0, 1}})));
}

TEST(Unsubscribe, IsAcknowledgedForAnyFilter) {
    World world;
    Client client(world);
    client.connect().send(mqtt::Unsubscribe{4, {"foo/#"}});
    EXPECT_THAT(client.take(), ElementsAre(Packet(mqtt::Unsuback{4})));
    EXPECT_FALSE(client.closed());
}

}  // namespace
}  // namespace hubspec::hub
