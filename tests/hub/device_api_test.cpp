// What a device has by HTTPS (X-REST-33).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/hub/support/answers.hpp"
#include "tests/hub/support/client.hpp"

namespace hubspec::hub {
namespace {

using namespace test;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::SizeIs;

const std::string events = "/devices/D/messages/events" + version;
const std::string messages = "/devices/D/messages/deviceBound" + version;

struct DeviceWorld : World {
    using World::World;

    /// What the device is answered; with a token of its own unless another is given.
    model::HttpResponse ask(const std::string& method, const std::string& target, const std::string& body = {},
                            model::HttpHeaders headers = {}, std::optional<std::string> shown = {}) {
        headers.emplace_back("Authorization", shown.value_or(token()));
        keep(hub.request(++last_request, {method, target, std::move(headers), body}, now));
        return answered(last_request).value_or(model::HttpResponse{0, {}, "no answer"});
    }
    std::string status(const std::string& method, const std::string& target) { return error_name(ask(method, target)); }

    void post(const std::string& text, const std::string& ack = {}) {
        ServiceMessage message{"D", bytes(text), {}, "m1"};
        message.ack = ack;
        EXPECT_EQ(send(message), 0);
    }
    /// The body of the next message, and the token of its lock.
    std::pair<std::string, std::string> read(model::HttpHeaders headers = {}) {
        const auto answer = ask("GET", messages, {}, std::move(headers));
        const std::string quoted(model::header(answer.headers, "ETag"));
        return {answer.body, quoted.empty() ? "" : quoted.substr(1, quoted.size() - 2)};
    }
    int settle(const std::string& method, const std::string& rest, const std::string& query = {}) {
        return ask(method, "/devices/D/messages/deviceBound/" + rest + version + query).status;
    }
    std::string feedback() {
        pass(15s);
        return call("GET", "/messages/serviceBound/feedback" + version).body;
    }
};

TEST(DeviceApi, TelemetryIsThatOfMqtt) {
    DeviceWorld world;
    const auto answer = world.ask("POST", events, "23 degrees",
                                  {{"IoTHub-MessageId", "m1"},
                                   {"iothub-contenttype", "text/plain"},
                                   {"iothub-app-Color", "red"},
                                   {"iothub-app-iothub-connection-device-id", "E"}});
    EXPECT_EQ(answer.status, 204) << answer.body;
    Client client(world);
    client.connect();
    client.publish("devices/D/messages/events/$.mid=m1&$.ct=text%2Fplain&Color=red", "23 degrees");
    const auto told = world.telemetry();
    ASSERT_THAT(*told.array(), SizeIs(2));
    for (const auto* member : {"deviceId", "body", "properties", "systemProperties"})
        EXPECT_EQ(*told.array()->at(0).find(member), *told.array()->at(1).find(member)) << member;
}

TEST(DeviceApi, AModuleSendsItsOwn) {
    DeviceWorld world;
    world.hub.provision({"D", module_key, {}, "M"}, world.now);
    const auto resource = host + "/devices/D/modules/M";
    const auto path = "/devices/D/modules/M/messages/events" + version;
    EXPECT_EQ(world.ask("POST", path, "x", {}, world.token(resource, module_key)).status, 204);
    EXPECT_EQ(*world.telemetry().array()->front().find("moduleId"), model::Value("M"));
    EXPECT_EQ(error_name(world.ask("POST", path, "x")), "401 IotHubUnauthorized") << "that is the device's token";
}

TEST(DeviceApi, ATokenIsForItsDevice) {
    DeviceWorld world;
    const auto post = [&](const std::string& target, const std::string& token) {
        return error_name(world.ask("POST", target, "x", {}, token));
    };
    EXPECT_EQ(post(events, world.token(host + "/devices/E")), "401 IotHubUnauthorized");
    EXPECT_EQ(post(events, world.token(host + "/devices/D", device_key, -10)), "401 IotHubUnauthorized");
    EXPECT_EQ(post(events, world.token(host + "/devices/D", module_key)), "401 IotHubUnauthorized");
    EXPECT_EQ(post(events, "no token"), "401 IotHubUnauthorized");
    EXPECT_EQ(post(events, world.policy_token("service")), "401 IotHubUnauthorized");
    EXPECT_EQ(post(events, world.policy_token("device")), "204 ");
    EXPECT_EQ(post("/devices/X/messages/events" + version, world.token(host + "/devices/X")), "404 DeviceNotFound");
    EXPECT_EQ(post("/devices/D/messages/events", world.token()), "400 InvalidProtocolVersion");
    world.call("PUT", "/devices/D" + version, R"({"deviceId":"D","status":"disabled"})", {{"If-Match", "*"}});
    EXPECT_EQ(post(events, world.token()), "403 DeviceDisabled");
}

TEST(DeviceApi, LimitsAreThoseOfTheHub) {
    Policy policy;
    policy.limits.telemetry_per_second = 1;
    policy.limits.messages_per_day = 2;
    DeviceWorld world(policy);
    EXPECT_EQ(error_name(world.ask("POST", events, std::string(262'145, 'x'))), "413 MessageTooLarge");
    EXPECT_EQ(world.ask("POST", events, std::string(262'144, 'x')).status, 204);
    EXPECT_EQ(error_name(world.ask("POST", events, "x")), "429 ThrottlingException");
    world.pass(1s);
    EXPECT_EQ(world.ask("POST", events, "x").status, 204);
    world.pass(1s);
    EXPECT_EQ(error_name(world.ask("POST", events, "x")), "403 IotHubQuotaExceeded");
}

TEST(DeviceApi, AMessageIsReadAndCompleted) {
    DeviceWorld world;
    EXPECT_EQ(world.status("GET", messages), "204 ");
    ServiceMessage sent{"D", bytes("on"), {{"name", "a b"}, {"line", "a\r\nb"}}, "m1", "c1", "u1"};
    sent.ack = "full";
    world.send(sent);
    const auto answer = world.ask("GET", messages);
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "on");
    for (const auto& [name, value] : {std::pair{"iothub-messageid", "m1"},
                                      {"iothub-correlationid", "c1"},
                                      {"iothub-userid", "u1"},
                                      {"iothub-to", "/devices/D/messages/devicebound"},
                                      {"iothub-ack", "full"},
                                      {"iothub-deliverycount", "0"},
                                      {"iothub-sequencenumber", "1"},
                                      {"iothub-enqueuedtime", "2023-11-14T22:13:20.000Z"},
                                      {"iothub-expiry", "2023-11-14T23:13:20.000Z"},
                                      {"iothub-app-name", "a b"},
                                      {"iothub-app-line", "a%0D%0Ab"}})
        EXPECT_EQ(model::header(answer.headers, name), value) << name;
    EXPECT_EQ(world.status("GET", messages), "204 ") << "it is locked";
    const std::string lock(model::header(answer.headers, "ETag"));
    EXPECT_EQ(world.settle("DELETE", lock.substr(1, lock.size() - 2)), 204);
    EXPECT_EQ(world.settle("DELETE", lock.substr(1, lock.size() - 2)), 412);
    EXPECT_THAT(world.feedback(), HasSubstr(R"("statusCode":"Success")"));
}

TEST(DeviceApi, AMessageIsRejected) {
    DeviceWorld world;
    world.post("x", "full");
    EXPECT_EQ(world.settle("DELETE", world.read().second, "&reject"), 204);
    EXPECT_EQ(world.status("GET", messages), "204 ");
    EXPECT_THAT(world.feedback(), HasSubstr(R"("statusCode":"Rejected")"));
}

TEST(DeviceApi, AMessageThatIsGivenBackComesAgainUntilItWasTooOften) {  // X-C2D-07, X-C2D-09
    DeviceWorld world;
    world.post("x", "full");
    for (int i = 0; i < 10; ++i) EXPECT_EQ(world.settle("POST", world.read().second + "/abandon"), 204) << i;
    EXPECT_EQ(world.status("GET", messages), "204 ");
    EXPECT_THAT(world.feedback(), HasSubstr(R"("statusCode":"DeliveryCountExceeded")"));
}

TEST(DeviceApi, ALockExpires) {
    DeviceWorld world;
    world.post("x");
    const auto first = world.read({{"IotHub-MessageLockTimeout", "5"}}).second;
    world.pass(5s);
    EXPECT_EQ(world.settle("DELETE", first), 412);
    const auto [body, second] = world.read();
    EXPECT_EQ(body, "x");
    EXPECT_NE(second, first);
    world.pass(59s);
    EXPECT_EQ(world.settle("DELETE", second), 204);
    for (const auto* wrong : {"4", "301", "long"})
        EXPECT_EQ(error_name(world.ask("GET", messages, {}, {{"IotHub-MessageLockTimeout", wrong}})),
                  "400 ArgumentInvalid");
}

TEST(DeviceApi, WhatIsLockedHereIsNotSentByMqtt) {
    DeviceWorld world;
    world.post("x");
    const auto lock = world.read().second;
    Client client(world);
    client.connect(false);
    client.send(mqtt::Subscribe{1, {{"devices/D/messages/devicebound/#", 1}}});
    EXPECT_THAT(client.take(), SizeIs(1)) << "the SUBACK";
    EXPECT_EQ(world.settle("POST", lock + "/abandon"), 204);
    EXPECT_THAT(client.take(), SizeIs(1));
    EXPECT_EQ(world.status("GET", messages), "204 ") << "now the connection has it";
}

TEST(DeviceApi, ATokenOfALockIsOfItsDevice) {
    DeviceWorld world;
    world.post("x");
    const auto lock = world.read().second;
    const auto path = "/devices/E/messages/deviceBound/" + lock + version;
    EXPECT_EQ(error_name(world.ask("DELETE", path, {}, {}, world.token(host + "/devices/E"))),
              "412 DeviceMessageLockLost");
    EXPECT_EQ(world.settle("DELETE", lock), 204);
}

}  // namespace
}  // namespace hubspec::hub
