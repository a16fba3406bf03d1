// /devices/{id}/modules and what identities say of how they authenticate.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/hub/support/answers.hpp"
#include "tests/hub/support/client.hpp"

namespace hubspec::hub {
namespace {

using namespace test;
using testing::HasSubstr;

const std::string sha1 = "00112233445566778899AABBCCDDEEFF00112233";
const std::string sha256 = "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF";

TEST(ServiceModules, AreCreatedReadUpdatedAndDeleted) {  // X-REST-20, X-REST-22
    World world;
    const std::string path = "/devices/D/modules/a%3Ab" + version, body = R"({"deviceId":"D","moduleId":"a:b"})";
    EXPECT_EQ(error_name(world.call("GET", path)), "404 ModuleNotFound");
    const auto made = world.call("PUT", path, body);
    ASSERT_EQ(made.status, 200) << made.body;
    EXPECT_EQ(json(made).find("authentication")->find("symmetricKey")->find("primaryKey")->text()->size(), 44u);
    EXPECT_EQ(world.call("GET", path).body, made.body);
    EXPECT_EQ(error_name(world.call("PUT", path, body)), "409 ModuleAlreadyExistsOnDevice");
    EXPECT_EQ(error_name(world.call("PUT", path, body, {{"If-Match", "\"AAAACQ==\""}})), "412 PreconditionFailed");
    EXPECT_EQ(*json(world.call("PUT", path, R"({"deviceId":"D","moduleId":"a:b","managedBy":"me"})",
                               {{"If-Match", "\"AAAAAQ==\""}}))
                   .find("managedBy"),
              model::Value("me"));
    EXPECT_EQ(error_name(world.call("DELETE", path)), "400 ArgumentInvalid");
    EXPECT_EQ(world.call("DELETE", path, "", {{"If-Match", "*"}}).status, 204);
    EXPECT_EQ(error_name(world.call("DELETE", path, "", {{"If-Match", "*"}})), "404 ModuleNotFound");
}

TEST(ServiceModules, HaveTheFieldsOfADeviceWithoutStatus) {  // X-REST-21, X-MOD-05
    World world;
    const auto made = json(
        world.call("PUT", "/devices/D/modules/M" + version, R"({"deviceId":"D","moduleId":"M","status":"disabled"})"));
    for (const auto* name : {"deviceId", "moduleId", "managedBy", "generationId", "etag", "connectionState",
                             "connectionStateUpdatedTime", "lastActivityTime", "authentication"})
        EXPECT_NE(made.find(name), nullptr) << name;
    for (const auto* name : {"status", "statusReason", "statusUpdatedTime", "cloudToDeviceMessageCount"})
        EXPECT_EQ(made.find(name), nullptr) << name;
}

// "D%2FM" is one segment: the id of a device, which cannot have a slash (X-REST-16).
TEST(ServiceModules, AreNoDevicesOfAnIdWithASlash) {
    World world;
    world.call("PUT", "/devices/D/modules/M" + version, R"({"deviceId":"D","moduleId":"M"})");
    for (const auto& [method, target] :
         {std::pair{"GET", "/devices/D%2FM"}, std::pair{"DELETE", "/devices/D%2FM"},
          std::pair{"GET", "/devices/D%2FM/modules"}, std::pair{"DELETE", "/devices/D%2FM/commands"},
          std::pair{"GET", "/twins/D%2FM"}, std::pair{"PATCH", "/twins/D%2FM"}, std::pair{"PUT", "/twins/D%2FM"},
          std::pair{"POST", "/twins/D%2FM/methods"}})
        EXPECT_EQ(error_name(world.call(method, target + version, "{}", {{"If-Match", "*"}})), "404 DeviceNotFound")
            << method << " " << target;
    EXPECT_EQ(world.send({"D/M", bytes("x")}), 404001);
    EXPECT_EQ(world.call("GET", "/devices/D/modules/M" + version).status, 200);
}

TEST(ServiceModules, BadOnesAreRefused) {
    World world;
    for (const auto& [target, body, error] :
         {std::tuple{"/devices/X/modules/M", R"({"deviceId":"X","moduleId":"M"})", "404 DeviceNotFound"},
          std::tuple{"/devices/D/modules/M", R"({"deviceId":"E","moduleId":"M"})", "400 ArgumentInvalid"},
          std::tuple{"/devices/D/modules/M", R"({"deviceId":"D","moduleId":"N"})", "400 ArgumentInvalid"},
          std::tuple{"/devices/D/modules/M", R"({"deviceId":"D"})", "400 ArgumentInvalid"},
          std::tuple{"/devices/D/modules/a%20b", R"({"deviceId":"D","moduleId":"a b"})", "400 ArgumentInvalid"},
          std::tuple{"/devices/D/modules/M", "[]", "400 IotHubFormatError"}})
        EXPECT_EQ(error_name(world.call("PUT", target + version, body)), error) << target << body;
    EXPECT_EQ(error_name(world.call("GET", "/devices/X/modules" + version)), "404 DeviceNotFound");
    EXPECT_EQ(world.call("POST", "/devices/D/modules" + version).status, 405);
    EXPECT_EQ(world.call("GET", "/devices/D/modules/M/x" + version).status, 404);
    EXPECT_EQ(error_name(world.call("PUT", "/devices/D/modules/M" + version, R"({"deviceId":"D","moduleId":"M"})", {},
                                    "registryRead")),
              "401 IotHubUnauthorizedAccess");
    EXPECT_EQ(error_name(world.call("DELETE", "/devices/D/modules/M" + version, "", {{"If-Match", "*"}}, "device")),
              "401 IotHubUnauthorizedAccess");
}

TEST(ServiceModules, AreListedUnderTheirDeviceAndNotAsDevices) {
    World world;
    for (const auto* id : {"D", "E"}) world.hub.provision({id, {}, {}, "M"}, world.now);
    world.hub.provision({"D", {}, {}, "N"}, world.now);
    const auto names = [&](const std::string& target) {
        std::string all;
        const auto list = json(world.call("GET", target + version));
        for (const auto& one : *list.array())
            all +=
                *one.find("deviceId")->text() + (one.find("moduleId") ? "/" + *one.find("moduleId")->text() : "") + " ";
        return all;
    };
    EXPECT_EQ(names("/devices/D/modules"), "D/M D/N ");
    EXPECT_EQ(names("/devices"), "D E ");
    EXPECT_THAT(world.call("GET", "/statistics/devices" + version).body, HasSubstr(R"("totalDeviceCount":2)"));
    const auto rows = [&](const std::string& query) {
        return json(world.call("POST", "/devices/query" + version, R"({"query":")" + query + R"("})")).array()->size();
    };
    EXPECT_EQ(rows("SELECT * FROM devices"), 2u);
    EXPECT_EQ(rows("SELECT * FROM devices.modules"), 3u);
}

TEST(ServiceModules, AreFiftyAtMost) {  // X-MOD-04
    World world;
    const auto put = [&](int number) {
        const auto id = std::to_string(number);
        return world.call("PUT", "/devices/D/modules/" + id + version,
                          R"({"deviceId":"D","moduleId":")" + id + R"("})");
    };
    for (int i = 1; i <= 50; ++i) ASSERT_EQ(put(i).status, 200) << i;
    EXPECT_EQ(error_name(put(51)), "413 TooManyModulesOnDevice");
    EXPECT_THAT(put(51).body, HasSubstr("413003"));
}

TEST(ServiceModules, HaveTwinsWithEtags) {  // X-REST-26
    World world;
    world.hub.provision({"D", {}, {}, "M"}, world.now);
    const std::string path = "/twins/D/modules/M" + version;
    EXPECT_EQ(error_name(world.call("PATCH", path, R"({"tags":{"a":1}})", {{"If-Match", "\"AAAACQ==\""}})),
              "412 PreconditionFailed");
    EXPECT_EQ(world.call("PATCH", path, R"({"tags":{"a":1}})", {{"If-Match", "\"AAAAAQ==\""}}).status, 200);
    EXPECT_EQ(*json(world.call("PUT", path, R"({"tags":{"b":2}})")).find("tags"), *model::parse_json(R"({"b":2})"));
    EXPECT_EQ(error_name(world.call("GET", "/twins/D/modules/N" + version)), "404 ModuleNotFound");
    EXPECT_EQ(error_name(world.call("GET", "/twins/X/modules/M" + version)), "404 DeviceNotFound");
    EXPECT_EQ(world.call("GET", "/twins/D/modules" + version).status, 404);
    EXPECT_EQ(error_name(world.call("POST", "/twins/D/modules/N/methods" + version, R"({"methodName":"m"})")),
              "404 ModuleNotFound");
    EXPECT_EQ(world.call("POST", "/twins/D/modules/M/other" + version, R"({"methodName":"m"})").status, 404);
}

std::string authentication(const std::string& inside) {
    return R"({"deviceId":"x","authentication":{)" + inside + "}}";
}

TEST(Authentications, AreShownAsTheyWereMade) {  // X-X509-08, X-REST-14
    const std::string no_keys = R"("symmetricKey":{"primaryKey":null,"secondaryKey":null},)";
    const auto thumbprints = [](const std::string& one, const std::string& other) {
        return R"("x509Thumbprint":{"primaryThumbprint":)" + one + R"(,"secondaryThumbprint":)" + other + "},";
    };
    for (const auto& [type, made, shown] :
         {std::tuple{"selfSigned", thumbprints("\"" + sha1 + "\"", "\"" + sha256 + "\""),
                     thumbprints("\"" + sha1 + "\"", "\"" + sha256 + "\"")},
          std::tuple{"certificateAuthority", std::string(), thumbprints("null", "null")},
          std::tuple{"none", std::string(), thumbprints("null", "null")}}) {
        World world;
        const auto member = R"("type":")" + std::string(type) + "\"";
        const auto answer = world.call("PUT", "/devices/x" + version, authentication(made + member));
        ASSERT_EQ(answer.status, 200) << answer.body;
        EXPECT_EQ(*json(answer).find("authentication"), *model::parse_json("{" + no_keys + shown + member + "}"));
        EXPECT_EQ(*json(world.call("GET", "/twins/x" + version)).find("authenticationType"), model::Value(type));
    }
}

TEST(Authentications, MayChange) {
    World world;
    const std::string path = "/devices/x" + version;
    const auto put = [&](const std::string& inside) {
        return *json(world.call("PUT", path, authentication(inside), {{"If-Match", "*"}})).find("authentication");
    };
    world.call("PUT", path, R"({"deviceId":"x"})");
    const auto signed_by_itself =
        put(R"("type":"selfSigned","x509Thumbprint":{"primaryThumbprint":")" + std::string(40, 'a') + R"("})");
    EXPECT_EQ(*signed_by_itself.find("x509Thumbprint")->find("primaryThumbprint"), model::Value(std::string(40, 'A')));
    EXPECT_EQ(*signed_by_itself.find("symmetricKey")->find("primaryKey"), model::Value());
    const auto kept = json(world.call("PUT", path, R"({"deviceId":"x","status":"disabled"})", {{"If-Match", "*"}}));
    EXPECT_EQ(*kept.find("authentication"), signed_by_itself);
    const auto sas = put(R"("type":"sas")");
    EXPECT_EQ(sas.find("symmetricKey")->find("primaryKey")->text()->size(), 44u);
    EXPECT_EQ(*sas.find("x509Thumbprint")->find("primaryThumbprint"), model::Value());
}

TEST(Authentications, BadOnesAreRefused) {
    World world;
    for (const auto& [inside, message] :
         {std::pair{R"("type":"selfSigned")", "A selfSigned identity needs a thumbprint."},
          std::pair{R"("type":"selfSigned","x509Thumbprint":{"primaryThumbprint":"00"})",
                    "A thumbprint is no SHA-1 or SHA-256 in hexadecimal digits."},
          std::pair{R"("type":"x509")",
                    "The authentication type is none of sas, selfSigned, certificateAuthority, none."}}) {
        const auto answer = world.call("PUT", "/devices/x" + version, authentication(inside));
        EXPECT_EQ(error_name(answer), "400 ArgumentInvalid") << inside;
        EXPECT_THAT(answer.body, HasSubstr(message));
    }
}

}  // namespace
}  // namespace hubspec::hub
