// What identities and their twins keep of what the back end writes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/hub/support/answers.hpp"
#include "tests/hub/support/client.hpp"

namespace hubspec::hub {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::MatchesRegex;

std::string text(const model::Value& value, const char* name) {
    const auto* found = value.find(name);
    return found != nullptr && found->text() ? *found->text() : "";
}

TEST(Identities, EtagsStandInTheHeaderAndInTheBody) {  // X-REST-08
    World world;
    for (const std::string path : {"/devices/D", "/twins/D"}) {
        const auto answer = world.call("GET", path + version);
        EXPECT_EQ(model::header(answer.headers, "ETag"), "\"AAAAAQ==\"") << path;
        EXPECT_EQ(text(json(answer), "etag"), "AAAAAQ==") << path;
    }
    for (const auto* etag : {"\"AAAAAQ==\"", "AAAAAg==", "\"*\"", "*"})
        EXPECT_EQ(world.call("PUT", "/devices/D" + version, R"({"deviceId":"D"})", {{"If-Match", etag}}).status, 200)
            << etag;
    EXPECT_EQ(text(json(world.call("GET", "/devices/D" + version)), "etag"), "AAAABQ==");
    EXPECT_EQ(
        error_name(world.call("PUT", "/devices/nobody" + version, R"({"deviceId":"nobody"})", {{"If-Match", "*"}})),
        "404 DeviceNotFound");
}

TEST(Identities, StatusHasAReasonAndATime) {  // X-REST-13
    World world;
    world.pass(std::chrono::seconds(5));
    const auto updated =
        json(world.call("PUT", "/devices/D" + version,
                        R"({"deviceId":"D","status":"disabled","statusReason":"stolen"})", {{"If-Match", "*"}}));
    EXPECT_EQ(text(updated, "status"), "disabled");
    EXPECT_EQ(text(updated, "statusReason"), "stolen");
    EXPECT_EQ(text(updated, "statusUpdatedTime"), "2023-11-14T22:13:25.000Z");
}

TEST(Identities, WhatNobodyChecksDoesNoHarm) {
    Policy policy;
    policy.checks_service_bodies = false;
    World world(policy);
    for (const auto* members :
         {R"("capabilities":{"iotEdge":true},"parentScopes":[1,{}])", R"("authentication":{"type":"no such"})",
          R"("authentication":7,"capabilities":[],"deviceScope":{},"status":1)"}) {
        const auto answer = world.call("PUT", "/devices/n" + version, std::string("{") + members + "}");
        EXPECT_EQ(answer.status, 200) << members << answer.body;
        world.call("DELETE", "/devices/n" + version, "", {{"If-Match", "*"}});
    }
}

TEST(Identities, EdgeDevicesHaveAScopeAndTwoModules) {  // X-REST-13
    World world;
    const auto edge =
        json(world.call("PUT", "/devices/edge" + version, R"({"deviceId":"edge","capabilities":{"iotEdge":true}})"));
    EXPECT_EQ(*edge.find("capabilities")->find("iotEdge"), model::Value(true));
    const auto scope = text(edge, "deviceScope");
    EXPECT_EQ(scope, "ms-azure-iot-edge://edge-" + text(edge, "generationId"));
    const auto leaf =
        json(world.call("PUT", "/devices/leaf" + version, R"({"deviceId":"leaf","deviceScope":")" + scope + R"("})"));
    EXPECT_EQ(text(leaf, "deviceScope"), scope);
    EXPECT_EQ(*leaf.find("parentScopes")->array()->front().text(), scope);
    const auto below =
        json(world.call("PUT", "/devices/below" + version,
                        R"({"deviceId":"below","capabilities":{"iotEdge":true},"parentScopes":[")" + scope + R"("]})"));
    EXPECT_NE(text(below, "deviceScope"), scope);
    EXPECT_EQ(*below.find("parentScopes")->array()->front().text(), scope);
    std::vector<std::string> modules;
    const auto list = json(world.call("GET", "/devices/edge/modules" + version));
    for (const auto& one : *list.array()) modules.push_back(text(one, "moduleId"));
    EXPECT_THAT(modules, ElementsAre("$edgeAgent", "$edgeHub"));
    EXPECT_EQ(*json(world.call("GET", "/twins/edge" + version)).find("capabilities")->find("iotEdge"),
              model::Value(true));
    EXPECT_EQ(json(world.call("GET", "/devices/D" + version)).find("deviceScope"), nullptr);
}

TEST(Identities, AuthenticateInFourWays) {  // X-REST-14
    World world;
    for (const auto& [type, more] :
         {std::pair{"sas", ""},
          {"certificateAuthority", ""},
          {"none", ""},
          {"selfSigned", R"(,"x509Thumbprint":{"primaryThumbprint":"00112233445566778899aabbccddeeff00112233"})"}}) {
        const auto made = world.call(
            "PUT", std::string("/devices/") + type + version,
            std::string(R"({"deviceId":")") + type + R"(","authentication":{"type":")" + type + '"' + more + "}}");
        ASSERT_EQ(made.status, 200) << made.body;
        const auto identity = json(made);
        const auto* authentication = identity.find("authentication");
        EXPECT_EQ(text(*authentication, "type"), type);
        EXPECT_EQ(text(*authentication->find("symmetricKey"), "primaryKey").empty(), std::string(type) != "sas");
    }
}

}  // namespace
}  // namespace hubspec::hub
