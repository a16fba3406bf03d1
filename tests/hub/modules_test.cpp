// Module identities: a hub with device D and its module D/M.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/hub/support/answers.hpp"
#include "tests/hub/support/client.hpp"

namespace hubspec::hub {
namespace {

using namespace test;
using mqtt::Packet;
using testing::ElementsAre;
using testing::IsEmpty;

const Packet accepted = mqtt::Connack{false, 0};
const Packet refused = mqtt::Connack{false, 5};
const std::string module_filter = "devices/D/modules/M/#";

struct ModuleWorld : World {
    explicit ModuleWorld(Policy policy = {}) : World(std::move(policy)) {
        hub.provision({"D", module_key, other_key, "M"}, now);
    }
    std::string body(const std::string& method, const std::string& target, const std::string& sent = {}) {
        return call(method, target + version, sent).body;
    }
};

struct ConnectCase {
    const char* name;
    void (*change)(mqtt::Connect&, World&);
    Packet answer;
};
void PrintTo(const ConnectCase& one, std::ostream* out) { *out << one.name; }

class ModuleConnecting : public testing::TestWithParam<ConnectCase> {};

TEST_P(ModuleConnecting, IsAnswered) {
    ModuleWorld world;
    Client module(world, "D/M");
    auto packet = module.connect_packet();
    GetParam().change(packet, world);
    module.send(packet);
    EXPECT_THAT(module.take(), ElementsAre(GetParam().answer));
}

INSTANTIATE_TEST_SUITE_P(
    Modules, ModuleConnecting,
    testing::Values(
        ConnectCase{"Documented", [](mqtt::Connect&, World&) {}, accepted},
        ConnectCase{"LegacyUserName",
                    [](mqtt::Connect& c, World&) { c.user_name = host + "/D/M/api-version=2018-06-30"; }, accepted},
        ConnectCase{
            "SecondaryKey",
            [](mqtt::Connect& c, World& w) { c.password = bytes(w.token(host + "/devices/D/modules/M", other_key)); },
            accepted},
        ConnectCase{"ItsKeyForTheWholeDevice",
                    [](mqtt::Connect& c, World& w) { c.password = bytes(w.token(host + "/devices/D", module_key)); },
                    accepted},
        ConnectCase{"DevicePolicy",
                    [](mqtt::Connect& c, World& w) {
                        c.password = bytes(w.policy_token("device", host + "/devices/D/modules/M"));
                    },
                    accepted},
        ConnectCase{"TokenOfTheDevice", [](mqtt::Connect& c, World& w) { c.password = bytes(w.token()); }, refused},
        ConnectCase{"KeyOfTheDevice",
                    [](mqtt::Connect& c, World& w) { c.password = bytes(w.token(host + "/devices/D/modules/M")); },
                    refused},
        ConnectCase{
            "ScopeOfAnotherModule",
            [](mqtt::Connect& c, World& w) { c.password = bytes(w.token(host + "/devices/D/modules/N", module_key)); },
            refused},
        ConnectCase{"ClientIdOfTheDevice", [](mqtt::Connect& c, World&) { c.client_id = "D"; }, refused},
        ConnectCase{"ClientIdWithoutTheDevice", [](mqtt::Connect& c, World&) { c.client_id = "M"; }, refused},
        ConnectCase{"UserNameOfTheDevice",
                    [](mqtt::Connect& c, World&) { c.user_name = host + "/D/?api-version=2021-04-12"; }, refused},
        ConnectCase{"UnknownModule",
                    [](mqtt::Connect& c, World&) {
                        c.client_id = "D/N";
                        c.user_name = host + "/D/N/?api-version=2021-04-12";
                    },
                    refused}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(Modules, TelemetryCarriesDeviceAndModule) {  // MODULE-05, X-MOD-03, X-TOPIC-17
    ModuleWorld world;
    Client module(world, "D/M");
    module.connect().publish("devices/D/modules/M/messages/events/%24.on=out1&%24.cmid=N&%24.cdid=E&a=b/", "x", 1);
    EXPECT_THAT(module.take(), ElementsAre(mqtt::Puback{7}));
    const auto message = world.telemetry().array()->at(0);
    EXPECT_EQ(*message.find("deviceId"), model::Value("D"));
    EXPECT_EQ(*message.find("moduleId"), model::Value("M"));
    EXPECT_EQ(*message.find("systemProperties"),
              json(R"({"outputName":"out1","connectionModuleId":"M","connectionDeviceId":"D"})"));
    EXPECT_EQ(*message.find("properties"), json(R"({"a":"b"})"));
    const auto& annotations = *message.find("annotations");
    EXPECT_EQ(*annotations.find("iothub-connection-module-id"), model::Value("M"));
    EXPECT_EQ(*json(*annotations.find("iothub-connection-auth-method")->text()).find("scope"), model::Value("module"));
}

TEST(Modules, PublishOnTheirOwnTopicOnly) {  // MODULE-05, X-TOPIC-26
    for (const auto& [identity, topic] :
         {std::pair{"D/M", "devices/D/messages/events/"}, std::pair{"D/M", "devices/D/modules/N/messages/events/"},
          std::pair{"D", "devices/D/modules/M/messages/events/"}}) {
        ModuleWorld world;
        Client client(world, identity);
        client.connect().publish(topic, "x");
        EXPECT_TRUE(client.closed()) << identity << " on " << topic;
        EXPECT_THAT(*world.telemetry().array(), IsEmpty());
    }
}

TEST(Modules, SubscribeToTheirOwnFiltersOnly) {  // MODULE-07, X-MOD-01
    for (const auto& [identity, filter, taken] :
         {std::tuple{"D/M", "devices/D/modules/M/#", true}, std::tuple{"D/M", "devices/D/modules/M/inputs/#", true},
          std::tuple{"D/M", "devices/D/modules/M/messages/devicebound/#", true},
          std::tuple{"D/M", "$iothub/twin/res/#", true}, std::tuple{"D/M", "$iothub/methods/POST/#", true},
          std::tuple{"D/M", "devices/D/messages/devicebound/#", false},
          std::tuple{"D/M", "devices/D/modules/N/#", false}, std::tuple{"D", "devices/D/modules/M/#", false}}) {
        ModuleWorld world;
        Client client(world, identity);
        client.connect().send(mqtt::Subscribe{1, {{filter, 2}}});
        if (taken)
            EXPECT_THAT(client.take(), ElementsAre(Packet{mqtt::Suback{1, {1}}})) << filter;
        else
            EXPECT_TRUE(client.closed()) << identity << " on " << filter;
    }
}

TEST(Modules, SendTheirWill) {  // MODULE-06
    ModuleWorld world;
    Client module(world, "D/M");
    auto packet = module.connect_packet();
    packet.will = mqtt::Will{"devices/D/modules/M/messages/events/a=b", bytes("gone"), 1, false};
    module.send(packet);
    module.vanish();
    const auto message = world.telemetry().array()->at(0);
    EXPECT_EQ(*message.find("moduleId"), model::Value("M"));
    EXPECT_EQ(*message.find("properties"), json(R"({"a":"b","iothub-MessageType":"Will"})"));
}

TEST(Modules, AWillOnTheTopicOfTheDeviceIsNoMessage) {
    ModuleWorld world;
    Client module(world, "D/M");
    auto packet = module.connect_packet();
    packet.will = mqtt::Will{"devices/D/messages/events/", bytes("gone"), 1, false};
    module.send(packet);
    module.vanish();
    EXPECT_THAT(*world.telemetry().array(), IsEmpty());
}

TEST(Modules, HaveATwinOfTheirOwn) {  // MODULE-08, MODULE-09, X-MOD-07
    ModuleWorld world;
    Client module(world, "D/M");
    module.connect().subscribe("$iothub/twin/res/#");
    module.publish("$iothub/twin/PATCH/properties/reported/?$rid=1", R"({"a":1})");
    module.publish("$iothub/twin/GET/?$rid=2");
    const auto answers = module.take();
    ASSERT_EQ(answers.size(), 2u);
    EXPECT_EQ(publish(answers[0]).topic, "$iothub/twin/res/204/?$rid=1&$version=2");
    EXPECT_EQ(text(publish(answers[1]).payload), R"({"desired":{"$version":1},"reported":{"a":1,"$version":2}})");
    const auto twin = json(world.body("GET", "/twins/D/modules/M"));
    EXPECT_EQ(*twin.find("moduleId"), model::Value("M"));
    EXPECT_EQ(*twin.find("connectionState"), model::Value("Connected"));
    EXPECT_EQ(*twin.find("properties")->find("reported")->find("a"), model::Value(1));
    EXPECT_EQ(json(world.body("GET", "/twins/D")).find("properties")->find("reported")->find("a"), nullptr);
}

TEST(Modules, AreNotifiedOfTheirOwnDesiredProperties) {  // X-MOD-07
    ModuleWorld world;
    Client module(world, "D/M"), device(world, "D");
    for (auto* one : {&module, &device}) one->connect().subscribe("$iothub/twin/PATCH/properties/desired/#");
    EXPECT_EQ(world.call("PATCH", "/twins/D/modules/M" + version, R"({"properties":{"desired":{"x":1}}})").status, 200);
    EXPECT_THAT(device.take(), IsEmpty());
    const auto seen = module.take();
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(text(publish(seen[0]).payload), R"({"x":1,"$version":2})");
    world.call("PUT", "/twins/D" + version, R"({"properties":{"desired":{"y":2}}})");
    EXPECT_EQ(device.take().size(), 1u);
    EXPECT_THAT(module.take(), IsEmpty());
}

TEST(Modules, TakeTheirOwnMethods) {  // X-MOD-07, X-MOD-12
    ModuleWorld world;
    Client module(world, "D/M"), device(world, "D");
    for (auto* one : {&module, &device}) one->connect().subscribe("$iothub/methods/POST/#");
    const auto call = world.ask("POST", "/twins/D/modules/M/methods" + version, R"({"methodName":"m","payload":1})");
    EXPECT_THAT(device.take(), IsEmpty());
    const auto request = publish(module.take().at(0));
    EXPECT_EQ(request.topic, "$iothub/methods/POST/m/?$rid=1");
    device.publish("$iothub/methods/res/200/?$rid=1", "2");
    EXPECT_FALSE(world.answered(call));
    module.publish("$iothub/methods/res/201/?$rid=1", "3");
    EXPECT_EQ(world.answered(call)->body, R"({"status":201,"payload":3})");
}

TEST(Modules, LiveBesideTheirDevice) {  // MODULE-10, X-MOD-08
    ModuleWorld world;
    Client device(world, "D"), module(world, "D/M");
    device.connect();
    module.connect();
    EXPECT_FALSE(device.closed());
    Client again(world, "D/M");
    again.connect();
    EXPECT_TRUE(module.closed());
    EXPECT_FALSE(device.closed());
    EXPECT_FALSE(again.closed());
}

TEST(Modules, AreDisabledWithTheirDevice) {  // X-MOD-05, X-REST-19
    ModuleWorld world;
    Client module(world, "D/M");
    module.connect();
    world.call("PUT", "/devices/D" + version, R"({"deviceId":"D","status":"disabled"})", {{"If-Match", "*"}});
    EXPECT_TRUE(module.closed());
    Client again(world, "D/M");
    again.send(again.connect_packet());
    EXPECT_THAT(again.take(), ElementsAre(refused));
    world.call("PUT", "/devices/D" + version, R"({"deviceId":"D","status":"enabled"})", {{"If-Match", "*"}});
    Client once_more(world, "D/M");
    once_more.send(once_more.connect_packet());
    EXPECT_THAT(once_more.take(), ElementsAre(accepted));
}

TEST(Modules, GoWithTheirDevice) {  // X-REST-10
    ModuleWorld world;
    Client module(world, "D/M");
    module.connect();
    world.call("DELETE", "/devices/D" + version, "", {{"If-Match", "*"}});
    EXPECT_TRUE(module.closed());
    world.call("PUT", "/devices/D" + version, R"({"deviceId":"D"})");
    EXPECT_EQ(world.body("GET", "/devices/D/modules"), "[]");
}

TEST(Modules, NeedADevice) {
    World world;
    try {
        world.hub.provision({"X", module_key, other_key, "M"}, world.now);
        FAIL() << "a module without its device was registered";
    } catch (const std::invalid_argument& problem) {
        EXPECT_STREQ(problem.what(), "there is no device 'X' for its module 'M'");
    }
}

TEST(Modules, HaveAConnectionString) {
    ModuleWorld world;
    EXPECT_EQ(world.hub.device_connection_string("D/M"),
              "HostName=" + host + ";DeviceId=D;ModuleId=M;SharedAccessKey=" + module_key);
    EXPECT_EQ(world.hub.device_connection_string("D/N"), "");
}

TEST(Inputs, ArriveWithTheirOrigin) {  // X-MOD-02
    ModuleWorld world;
    Client module(world, "D/M");
    module.connect().subscribe(module_filter);
    const auto answer = world.call("POST", "/_hubspec/devices/D/modules/M/inputs/in%201",
                                   R"({"body":"eA==","properties":{"a":"b"},"messageId":"m1",)"
                                   R"("connectionDeviceId":"L","connectionModuleId":"N"})");
    EXPECT_EQ(answer.body, R"({"sequenceNumber":1})");
    const auto message = publish(module.take().at(0));
    EXPECT_EQ(message.topic, "devices/D/modules/M/inputs/in%201/%24.mid=m1&%24.cdid=L&%24.cmid=N&a=b");
    EXPECT_EQ(text(message.payload), "x");
    EXPECT_EQ(message.qos, 1);
}

TEST(Inputs, WaitForTheModuleAndItsPuback) {
    ModuleWorld world;
    world.call("POST", "/_hubspec/devices/D/modules/M/inputs/in", R"({"body":"eA=="})");
    Client module(world, "D/M"), device(world, "D");
    device.connect().send(mqtt::Subscribe{1, {{"devices/D/messages/devicebound/#", 1}}});
    EXPECT_EQ(device.take().size(), 1u);
    module.send(module.connect_packet(false));
    module.send(mqtt::Subscribe{1, {{module_filter, 1}}});
    const auto packets = module.take();
    ASSERT_EQ(packets.size(), 3u);
    EXPECT_EQ(publish(packets[2]).topic, "devices/D/modules/M/inputs/in/%24.cdid=D");
    world.pass(std::chrono::seconds(60));  // the lock ends without a PUBACK
    const auto again = publish(module.take().at(0));
    EXPECT_TRUE(again.dup);
    module.send(mqtt::Puback{again.packet_id});
    world.pass(std::chrono::seconds(120));
    EXPECT_THAT(module.take(), IsEmpty());
}

TEST(Inputs, NeedAModuleAndABody) {
    ModuleWorld world;
    const auto status = [&](const std::string& target, const std::string& sent) {
        return world.call("POST", target, sent).status;
    };
    EXPECT_EQ(status("/_hubspec/devices/D/modules/N/inputs/in", R"({"body":"eA=="})"), 404);
    EXPECT_EQ(status("/_hubspec/devices/D/modules/M/inputs/in", R"({"body":"?"})"), 400);
    EXPECT_EQ(status("/_hubspec/devices/D/modules/M/inputs", R"({"body":"eA=="})"), 404);
    EXPECT_EQ(world.call("POST", "/_hubspec/devices/D/modules/M/inputs/in", R"({"body":"eA=="})", {}, "device").status,
              401);
}

}  // namespace
}  // namespace hubspec::hub
