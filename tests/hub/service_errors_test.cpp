// What the service API refuses, and how it says so.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/hub/support/answers.hpp"
#include "tests/hub/support/client.hpp"

namespace hubspec::hub {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::MatchesRegex;

TEST(ServiceErrors, AreJsonInAText) {
    World world;
    const auto answer = world.call("GET", "/devices/X" + version);
    EXPECT_THAT(answer.body,
                MatchesRegex(R"(\{"Message":"\{\\"errorCode\\":404001,\\"message\\":\\"No device of this id )"
                             R"(is registered\.\\",\\"timestampUtc\\":\\"2023-11-14T22:13:20\.000Z\\",)"
                             R"(\\"trackingId\\":\\"[0-9a-f]+-G:1-TimeStamp:2023-11-14T22:13:20\.000Z\\")"
                             R"(\}","ExceptionMessage":""\})"));
}

TEST(ServiceErrors, HadAnOlderForm) {
    Policy policy;
    policy.service_errors_are_older = true;
    World world(policy);
    EXPECT_THAT(
        world.call("GET", "/devices/X" + version).body,
        MatchesRegex(R"(\{"Message":"ErrorCode:DeviceNotFound;No device of this id is registered\.",)"
                     R"("ExceptionMessage":"Tracking ID:[0-9a-f]+-G:1-TimeStamp:2023-11-14T22:13:20\.000Z"\})"));
}

TEST(ServiceErrors, ApiVersionsAreWholeDates) {
    World world;
    for (const auto* date : {"2018-06-30", "2019-10-01", "2020-09-30", "2021-04-12", "2024-03-31"})
        EXPECT_EQ(world.call("GET", std::string("/devices/D?api-version=") + date).status, 200) << date;
    for (const auto* date : {"", "2018-06", "2018-6-30", "20180630", "2018-06-3x", "latest"})
        EXPECT_EQ(error_name(world.call("GET", std::string("/devices/D?api-version=") + date)),
                  "400 InvalidProtocolVersion")
            << date;
}

TEST(ServiceErrors, APathTakesItsMethods) {
    World world;
    const auto answer = world.call("POST", "/devices/D/modules/M" + version);
    EXPECT_EQ(error_name(answer), "405 GenericMethodNotAllowed");
    EXPECT_EQ(model::header(answer.headers, "Allow"), "GET, PUT, DELETE");
    EXPECT_THAT(answer.body, HasSubstr("This path takes GET, PUT, DELETE alone, not POST."));
    EXPECT_EQ(error_name(world.call("PATCH", "/devices" + version)), "405 GenericMethodNotAllowed");
    EXPECT_EQ(error_name(world.call("GET", "/twins/D/methods" + version)), "405 GenericMethodNotAllowed");
    EXPECT_EQ(error_name(world.call("GET", "/devices/D/more" + version)), "404 GenericNotFound");
    EXPECT_EQ(error_name(world.call("GET", "/statistics" + version)), "404 GenericNotFound");
    EXPECT_EQ(world.call("GET", "/Devices/D" + version).status, 200);
    EXPECT_EQ(error_name(world.call("GET", "/devices/query" + version)), "404 DeviceNotFound")
        << "a device like any other";
}

TEST(ServiceErrors, WhatIsLeftOutSaysSo) {  // X-REST-32
    World world;
    for (const auto& [method, path] : {std::pair{"POST", "/devices/keys/regenerate"},
                                       {"POST", "/devices/D/applyConfigurationContent"},
                                       {"GET", "/configurations"},
                                       {"PUT", "/configurations/c"},
                                       {"GET", "/jobs/v2/query"},
                                       {"GET", "/jobs/1"},
                                       {"GET", "/digitaltwins/D"},
                                       {"POST", "/devices/D/files"}})
        EXPECT_EQ(error_name(world.call(method, path + version)), "501 NotImplemented") << path;
    EXPECT_THAT(world.call("GET", "/jobs/1" + version).body, HasSubstr("Jobs: Azure has it, this hub leaves it out."));
}

TEST(ServiceErrors, BodiesHaveATypeAndASize) {
    World world;
    const auto put = [&](const std::string& body, model::HttpHeaders headers = {}) {
        return error_name(world.call("PUT", "/devices/n" + version, body, std::move(headers)));
    };
    EXPECT_EQ(put(R"({"deviceId":"n"})", {{"Content-Type", "text/plain"}}), "415 GenericUnsupportedMediaType");
    EXPECT_EQ(put(R"({"deviceId":"n"})", {{"Content-Encoding", "gzip"}}), "415 GenericUnsupportedMediaType");
    EXPECT_EQ(put(R"({"deviceId":"n"})", {{"Content-Type", "application/json; charset=utf-8"}}), "200 ");
    EXPECT_EQ(put(std::string(1024 * 1024 + 1, ' ')), "413 MessageTooLarge");
    EXPECT_EQ(put(std::string(1024 * 1024, ' ')), "400 IotHubFormatError");
}

TEST(ServiceErrors, WrongTypesAndDepthsAreRefused) {
    World world;
    for (const auto& [method, target, body] : std::initializer_list<std::array<std::string, 3>>{
             {"PUT", "/devices/n", R"({"deviceId":7})"},
             {"PUT", "/devices/n", R"({"deviceId":"n","status":7})"},
             {"PUT", "/devices/n", R"({"deviceId":"n","statusReason":{}})"},
             {"PUT", "/devices/n", R"({"deviceId":"n","authentication":"sas"})"},
             {"PUT", "/devices/n", R"({"deviceId":"n","authentication":{"symmetricKey":[]}})"},
             {"PUT", "/devices/n", R"({"deviceId":"n","authentication":{"type":"magic"}})"},
             {"PUT", "/devices/n", R"({"deviceId":"n","capabilities":true})"},
             {"PUT", "/devices/n", R"({"deviceId":"n","capabilities":{"iotEdge":"yes"}})"},
             {"PUT", "/devices/n", R"({"deviceId":"n","deviceScope":"n"})"},
             {"PUT", "/devices/n", R"({"deviceId":"n","parentScopes":[7]})"},
             {"PUT", "/devices/n", R"({"deviceId":"n","parentScopes":"x"})"},
             {"PATCH", "/twins/D", R"({"tags":7})"},
             {"PATCH", "/twins/D", R"({"properties":[]})"},
             {"PATCH", "/twins/D", R"({"properties":{"desired":"x"}})"},
             {"POST", "/devices/query", R"({"query":7})"},
             {"POST", "/devices/query", R"({})"},
             {"POST", "/twins/D/methods", R"({"methodName":7})"},
             {"POST", "/twins/D/methods", R"({"methodName":"m","responseTimeoutInSeconds":"5"})"},
         })
        EXPECT_EQ(error_name(world.call(method, target + version, body)), "400 ArgumentInvalid") << target << body;
    std::string deep = "1";
    for (int i = 0; i < 101; ++i) deep = R"({"a":)" + deep + "}";
    for (const auto& [method, target] : {std::pair{"PUT", "/devices/n"},
                                         {"PATCH", "/twins/D"},
                                         {"POST", "/devices/query"},
                                         {"POST", "/twins/D/methods"},
                                         {"POST", "/devices"}})
        EXPECT_EQ(error_name(world.call(method, target + version, deep)), "400 IotHubFormatError") << target;
}

TEST(ServiceErrors, AThrottledHubMayNameAWait) {  // X-THR-09
    for (const std::uint32_t wait : {0u, 20u}) {
        Policy policy;
        policy.limits.twin_reads_per_second = 1;
        policy.retry_after = wait;
        World world(policy);
        EXPECT_EQ(world.call("GET", "/twins/D" + version).status, 200);
        const auto answer = world.call("GET", "/twins/D" + version);
        EXPECT_EQ(error_name(answer), "429 ThrottlingException");
        EXPECT_EQ(model::header(answer.headers, "Retry-After"), wait == 0 ? "" : "20");
    }
}

TEST(ServiceErrors, AHubInTroubleSaysSo) {  // X-ERR-08
    for (const auto& [code, name] : {std::pair{500001, "500 ServerError"}, {503001, "503 ServiceUnavailable"}}) {
        Policy policy;
        policy.service_fault = code;
        World world(policy);
        EXPECT_EQ(error_name(world.call("GET", "/twins/D" + version)), name);
        EXPECT_EQ(world.call("GET", "/_hubspec/clock").status, 200);
    }
}

TEST(ServiceErrors, CallsInFlightAreLimited) {  // X-METH-16
    Policy policy;
    policy.limits.methods_in_flight = 1;
    World world(policy);
    const std::string body = R"({"methodName":"m","connectTimeoutInSeconds":60})";
    const auto waiting = world.ask("POST", "/twins/D/methods" + version, body);
    EXPECT_FALSE(world.answered(waiting));
    EXPECT_EQ(error_name(world.call("POST", "/twins/D/methods" + version, body)),
              "403 DeviceMaximumInflightMethodExceeded");
    const auto other = world.ask("POST", "/twins/E/methods" + version, body);
    EXPECT_FALSE(world.answered(other)) << "each device has its own";
}

}  // namespace
}  // namespace hubspec::hub
