// POST /devices: many changes of the registry in one request.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/hub/support/answers.hpp"
#include "tests/hub/support/client.hpp"

namespace hubspec::hub {
namespace {

using namespace test;
using testing::HasSubstr;

const std::string all_good = R"({"isSuccessful":true,"errors":[],"warnings":[]})";

std::string bulk(World& world, const std::string& body) {
    const auto answer = world.call("POST", "/devices" + version, body);
    return std::to_string(answer.status) + " " + answer.body;
}

TEST(Bulk, CreatesUpdatesAndDeletes) {
    World world;
    EXPECT_EQ(bulk(world, R"([{"id":"n1","importMode":"create","tags":{"a":1},"properties":{"desired":{"b":2}}},
                              {"id":"n2","importMode":"Create","status":"disabled"},
                              {"id":"n1","moduleId":"m","importMode":"create","managedBy":"me"}])"),
              "200 " + all_good);
    const auto twin = json(world.call("GET", "/twins/n1" + version));
    EXPECT_EQ(*twin.find("tags")->find("a"), model::Value(1));
    EXPECT_EQ(*twin.find("properties")->find("desired")->find("b"), model::Value(2));
    EXPECT_EQ(*json(world.call("GET", "/devices/n1/modules/m" + version)).find("managedBy"), model::Value("me"));

    EXPECT_EQ(bulk(world, R"([{"id":"n2","importMode":"Update","status":"enabled","statusReason":"again"},
                              {"id":"n3","importMode":"createOrUpdate"},
                              {"id":"n1","importMode":"updateTwin","tags":{"a":null}}])"),
              "200 " + all_good);
    EXPECT_EQ(*json(world.call("GET", "/devices/n2" + version)).find("statusReason"), model::Value("again"));
    EXPECT_EQ(json(world.call("GET", "/twins/n1" + version)).find("tags")->find("a"), nullptr);

    EXPECT_EQ(bulk(world, R"([{"id":"n1","importMode":"Delete"},{"id":"n2","importMode":"delete"},
                              {"id":"n3","importMode":"DELETE"}])"),
              "200 " + all_good);
    EXPECT_EQ(error_name(world.call("GET", "/devices/n1/modules/m" + version)), "404 DeviceNotFound");
}

TEST(Bulk, EachItemFailsForItself) {
    World world;
    EXPECT_EQ(bulk(world, R"([{"id":"D","importMode":"create"},{"id":"n","importMode":"create"},
                              {"id":"x","importMode":"update"},{"id":"a b","importMode":"create"},
                              {"id":"y","importMode":"import"},{"id":"n","importMode":"create"},
                              {"id":"D","moduleId":"m","importMode":"delete"}])"),
              R"(400 {"isSuccessful":false,"errors":[)"
              R"({"deviceId":"D","errorCode":"DeviceAlreadyExists","errorStatus":"There is a device 'D' already."},)"
              R"({"deviceId":"x","errorCode":"DeviceNotFound","errorStatus":"No device of this id is registered."},)"
              R"({"deviceId":"a b","errorCode":"ArgumentInvalid","errorStatus":"The device id has characters that are )"
              R"(not allowed, or more than 128."},)"
              R"({"deviceId":"y","errorCode":"ArgumentInvalid","errorStatus":"The importMode 'import' is none."},)"
              R"({"deviceId":"n","errorCode":"DeviceDefinedMultipleTimes","errorStatus":"The request names this )"
              R"(identity twice."},)"
              R"({"deviceId":"D","errorCode":"ModuleNotFound","errorStatus":"The device has no module of this id.",)"
              R"("moduleId":"m"}],"warnings":[]})");
    EXPECT_EQ(world.call("GET", "/devices/n" + version).status, 200);
}

TEST(Bulk, ATwinThatIsTooLargeLeavesNoIdentityBehind) {
    World world;
    std::string tags;
    for (const char* name : {"a", "b", "c"})
        tags += std::string(R"(,")") + name + R"(":")" + std::string(4000, 'x') + '"';
    EXPECT_THAT(bulk(world, R"([{"id":"n","importMode":"create","tags":{"z":1)" + tags + "}}]"),
                HasSubstr(R"("deviceId":"n","errorCode":"MessageTooLarge")"));
    EXPECT_EQ(error_name(world.call("GET", "/devices/n" + version)), "404 DeviceNotFound");
}

TEST(Bulk, EtagsAreCompared) {
    World world;
    EXPECT_THAT(bulk(world, R"([{"id":"D","importMode":"UpdateIfMatchETag","eTag":"AAAACQ=="},
                                {"id":"E","importMode":"DeleteIfMatchETag"}])"),
                testing::AllOf(HasSubstr("PreconditionFailed"), HasSubstr(R"("E","errorCode":"ArgumentInvalid")")));
    EXPECT_EQ(bulk(world, R"([{"id":"D","importMode":"UpdateIfMatchETag","eTag":"AAAAAQ=="},
                              {"id":"E","importMode":"DeleteIfMatchETag","etag":"*"}])"),
              "200 " + all_good);
    EXPECT_THAT(bulk(world, R"([{"id":"D","importMode":"updateTwinIfMatchETag","twinETag":"AAAACQ==","tags":{}}])"),
                HasSubstr("PreconditionFailed"));
}

TEST(Bulk, TheListHasRules) {
    World world;
    std::string many = "[";
    for (int i = 0; i < 101; ++i) many += std::string(i > 0 ? "," : "") + R"({"id":"n)" + std::to_string(i) + R"("})";
    const auto post = [&](const std::string& body) {
        return error_name(world.call("POST", "/devices" + version, body));
    };
    EXPECT_EQ(post("[]"), "400 ArgumentInvalid");
    EXPECT_EQ(post(many + "]"), "400 ArgumentInvalid");
    EXPECT_EQ(post("{}"), "400 IotHubFormatError");
    EXPECT_EQ(post("[1]"), "400 IotHubFormatError");
    EXPECT_EQ(post("no json"), "400 IotHubFormatError");
    EXPECT_EQ(error_name(world.call("POST", "/devices" + version, "[]", {}, "registryRead")),
              "401 IotHubUnauthorizedAccess");
}

}  // namespace
}  // namespace hubspec::hub
