#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/iothub/property_bag.hpp"
#include "tests/hub/support/answers.hpp"
#include "tests/hub/support/client.hpp"

namespace hubspec::hub {
namespace {

using namespace test;

TEST(Devices, AreCreatedReadUpdatedAndDeleted) {
    World world;
    const auto made = world.call("PUT", "/devices/new%3A1" + version, R"({"deviceId":"new:1"})");
    ASSERT_EQ(made.status, 200) << made.body;
    const auto identity = *model::parse_json(made.body);
    EXPECT_EQ(*identity.find("status"), model::Value("enabled"));
    EXPECT_EQ(identity.find("authentication")->find("symmetricKey")->find("primaryKey")->text()->size(), 44u);
    EXPECT_EQ(error_name(world.call("PUT", "/devices/new%3A1" + version, R"({"deviceId":"new:1"})")),
              "409 DeviceAlreadyExists");
    EXPECT_EQ(world.call("GET", "/devices/new:1" + version).body, made.body);
    EXPECT_EQ(error_name(world.call("PUT", "/devices/new%3A1" + version, R"({"deviceId":"new:1"})",
                                    {{"If-Match", "\"AAAACQ==\""}})),
              "412 PreconditionFailed");
    EXPECT_EQ(error_name(world.call("DELETE", "/devices/new%3A1" + version)), "400 ArgumentInvalid");
    EXPECT_EQ(world.call("DELETE", "/devices/new%3A1" + version, "", {{"If-Match", "*"}}).status, 204);
    EXPECT_EQ(error_name(world.call("GET", "/devices/new%3A1" + version)), "404 DeviceNotFound");
}

TEST(Devices, DeletingOneDropsItsConnection) {
    World world;
    Client client(world);
    client.connect();
    world.call("DELETE", "/devices/D" + version, "", {{"If-Match", "*"}});
    EXPECT_TRUE(client.closed());
}

TEST(Devices, BadOnesAreRefused) {
    World world;
    for (const auto& [id, body] :
         {std::pair{"a b", R"({"deviceId":"a b"})"}, std::pair{"x", R"({"deviceId":"y"})"},
          std::pair{"x", R"({"deviceId":"x","status":"maybe"})"},
          std::pair{"x", R"({"deviceId":"x","authentication":{"symmetricKey":{"primaryKey":"AAAA"}}})"}})
        EXPECT_EQ(error_name(world.call("PUT", "/devices/" + iothub::percent_encode(id) + version, body)),
                  "400 ArgumentInvalid")
            << body;
    EXPECT_EQ(error_name(world.call("PUT", "/devices/x" + version, "[]")), "400 IotHubFormatError");
    EXPECT_EQ(error_name(world.call("PUT", "/devices/x" + version, std::string(100'000, '['))),
              "400 IotHubFormatError");
}

TEST(Service, NeedsAnApiVersionAndAToken) {
    World world;
    EXPECT_EQ(error_name(world.call("GET", "/devices/D")), "400 InvalidProtocolVersion");
    EXPECT_EQ(error_name(world.call("GET", "/devices/D?api-version=2018-06")), "400 InvalidProtocolVersion");
    EXPECT_EQ(error_name(world.call("GET", "/devices/D" + version, "", {{"Authorization", "nonsense"}})),
              "401 IotHubUnauthorized");
    EXPECT_EQ(error_name(world.call("PUT", "/devices/x" + version, R"({"deviceId":"x"})", {}, "registryRead")),
              "401 IotHubUnauthorizedAccess");
    EXPECT_EQ(error_name(world.call("GET", "/twins/D" + version, "", {}, "device")), "401 IotHubUnauthorizedAccess");
    EXPECT_EQ(world.call("GET", "/nothing" + version).status, 404);
    EXPECT_EQ(world.call("GET", "/").status, 404);
}

TEST(Service, ErrorsHaveAzuresBody) {
    World world;
    const auto answer = world.call("GET", "/devices/X" + version);
    const auto outer = *model::parse_json(answer.body);
    const auto inner = *model::parse_json(*outer.find("Message")->text());
    EXPECT_EQ(*inner.find("errorCode"), model::Value(404001));
    EXPECT_TRUE(outer.find("ExceptionMessage") != nullptr);
}

TEST(Statistics, Count) {
    World world;
    Client client(world);
    client.connect();
    EXPECT_EQ(world.call("GET", "/statistics/devices" + version).body,
              R"({"totalDeviceCount":2,"enabledDeviceCount":2,"disabledDeviceCount":0})");
    EXPECT_EQ(world.call("GET", "/statistics/service" + version).body, R"({"connectedDeviceCount":1})");
}

TEST(Control, TheLogIsWaitedFor) {
    World world;
    const auto id = world.ask("GET", "/_hubspec/log?after=0&wait=60000");
    EXPECT_FALSE(world.answered(id));
    Client client(world);
    client.connect();
    ASSERT_TRUE(world.answered(id));
    const auto late = world.ask("GET", "/_hubspec/log?after=1&wait=60000");
    world.pass(std::chrono::seconds(60));
    EXPECT_EQ(world.answered(late)->body, R"({"entries":[],"next":1})");
}

TEST(Control, NeedsARight) {
    World world;
    EXPECT_EQ(world.call("GET", "/_hubspec/log", "", {}, "device").status, 401);
    EXPECT_EQ(world.call("GET", "/_hubspec/nothing").status, 404);
}

TEST(Control, TheClockIsTheShells) {
    World world;
    world.ask("POST", "/_hubspec/clock", R"({"advanceMs":1000})");
    ASSERT_FALSE(world.unclaimed.empty());
    EXPECT_EQ(std::get<AdvanceClock>(world.unclaimed.back()).by, std::chrono::seconds(1));
    EXPECT_EQ(world.call("POST", "/_hubspec/clock", R"({"advanceMs":-1})").status, 400);
}

TEST(Connections, AreCounted) {
    World world;
    Client client(world);
    client.connect();
    const auto bytes = world.hub.connections()[0].bytes_received;
    client.publish("devices/D/messages/events/", "x", 1);
    const auto counts = world.hub.connections();
    ASSERT_EQ(counts.size(), 1u);
    const auto publish = mqtt::encode(mqtt::Publish{"devices/D/messages/events/", {'x'}, 1, false, false, 7});
    EXPECT_EQ(counts[0], (ConnectionCounts{1, "D", true, 2, 0, 2, 1, 2, bytes + publish.size()}));
    client.vanish();
    EXPECT_FALSE(world.hub.connections()[0].open);
}

}  // namespace
}  // namespace hubspec::hub
