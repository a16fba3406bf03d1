#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/hub/support/client.hpp"

namespace hubspec::hub {
namespace {

using namespace test;
using testing::ElementsAre;

model::Value entry(World& world, std::size_t index) {
    return (
        *model::parse_json(world.call("GET", "/_hubspec/log?after=0&wait=0").body)->find("entries")->array())[index];
}

TEST(Log, TellsWhoConnectedHowAndFromWhere) {
    World world;
    Transport transport;
    transport.peer_address = "203.0.113.77";
    const auto id = world.hub.connected(transport, world.now);
    auto packet = Client(world).connect_packet();
    packet.user_name = *packet.user_name + "&DeviceClientType=sdk%2F1.0";
    world.keep(world.hub.received(id, mqtt::encode(packet), world.now));
    const auto connected = entry(world, 0);
    EXPECT_EQ(*connected.find("operationName"), model::Value("deviceConnect"));
    EXPECT_EQ(*connected.find("level"), model::Value("Information"));
    EXPECT_EQ(*connected.find("properties"), *model::parse_json(R"({"deviceId":"D","protocol":"Mqtt",
        "sdkVersion":"sdk/1.0","authType":{"scope":"device","type":"sas","issuer":"iothub"},
        "maskedIpAddress":"203.0.113.XXX"})"));
}

TEST(Log, HasAnEntryForEachConnectionAndItsEnd) {
    World world;
    Client first(world), second(world), third(world);
    first.connect();
    first.send(mqtt::Disconnect{});
    second.connect();
    second.vanish();
    third.connect();
    world.call("PUT", "/devices/D?api-version=2021-04-12", R"({"deviceId":"D","status":"disabled"})",
               {{"If-Match", "*"}});
    EXPECT_THAT(world.log_codes(), ElementsAre(0, 0, 0, 404104, 0, 403012));
    EXPECT_EQ(*entry(world, 1).find("operationName"), model::Value("deviceDisconnect"));
    EXPECT_EQ(*entry(world, 3).find("level"), model::Value("Error"));
}

TEST(Log, NamesTheReasonBesideItsNumber) {
    World world;
    Client first(world), second(world);
    first.connect();
    second.connect();
    EXPECT_EQ(*entry(world, 1).find("resultDescription"), model::Value("ConnectionForcefullyClosedOnNewConnection"));
}

}  // namespace
}  // namespace hubspec::hub
