// /twins: twins and direct methods as the back end has them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/hub/support/answers.hpp"
#include "tests/hub/support/client.hpp"

namespace hubspec::hub {
namespace {

using namespace test;

TEST(ServiceTwins, StaleEtagsAreRefused) {
    World world;
    EXPECT_EQ(
        error_name(world.call("PATCH", "/twins/D" + version, R"({"tags":{"a":1}})", {{"If-Match", "\"AAAACQ==\""}})),
        "412 PreconditionFailed");
    EXPECT_EQ(world.call("PATCH", "/twins/D" + version, R"({"tags":{"a":1}})", {{"If-Match", "\"AAAAAQ==\""}}).status,
              200);
    EXPECT_EQ(error_name(world.call("PATCH", "/twins/D" + version, R"({"properties":{"desired":{"a.b":1}}})")),
              "400 ArgumentInvalid");
}

TEST(ServiceTwins, SectionsHaveASize) {  // X-TWIN-11
    World world;
    const std::string part(4000, 'x');
    const auto members = [&](int count) {
        std::string text;
        for (int i = 0; i < count; ++i)
            text += std::string(i > 0 ? "," : "") + "\"p" + std::to_string(i) + "\":\"" + part + '"';
        return "{" + text + "}";
    };
    const auto patch = [&](const std::string& body) {
        return error_name(world.call("PATCH", "/twins/D" + version, body));
    };
    EXPECT_EQ(patch(R"({"tags":)" + members(2) + "}"), "200 ");
    EXPECT_EQ(patch(R"({"tags":{"more":")" + part + R"("}})"), "413 MessageTooLarge");
    EXPECT_EQ(json(world.call("GET", "/twins/D" + version)).find("tags")->find("more"), nullptr);
    EXPECT_EQ(patch(R"({"properties":{"desired":)" + members(8) + "}}"), "200 ");
    EXPECT_EQ(patch(R"({"properties":{"desired":)" + members(9) + "}}"), "413 MessageTooLarge");
    EXPECT_EQ(error_name(world.call("PUT", "/twins/D" + version, R"({"tags":)" + members(1) + "}")), "200 ");
}

TEST(ServiceMethods, BadCallsAreRefused) {
    World world;
    for (const auto* body : {R"({})", R"({"methodName":"a b"})", R"({"methodName":"m","responseTimeoutInSeconds":4})",
                             R"({"methodName":"m","responseTimeoutInSeconds":301})",
                             R"({"methodName":"m","connectTimeoutInSeconds":301})", R"({"methodName":7})"})
        EXPECT_EQ(error_name(world.call("POST", "/twins/D/methods" + version, body)), "400 ArgumentInvalid") << body;
    EXPECT_EQ(error_name(world.call("POST", "/twins/X/methods" + version, R"({"methodName":"m"})")),
              "404 DeviceNotFound");
}

}  // namespace
}  // namespace hubspec::hub
