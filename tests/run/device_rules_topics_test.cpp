#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/run/support/device_story.hpp"

namespace hubspec::run {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> sent_to(const std::string& topic, const DeviceFacts& device = plain_device()) {
    return broken_by(message(topic), device);
}
std::vector<std::string> with_bag(const std::string& bag) { return sent_to(events + bag); }
std::vector<std::string> subscribed_to(const std::string& filter, const DeviceFacts& device = plain_device()) {
    return connected(device).device(to(filter)).broken();
}

TEST(RulesOfTopics, UnknownTopics) {
    for (const auto* topic : {"foo", "/devices/d1/messages/events/", "$SYS/broker/connection/x/state",
                              "devices/d1/messages/devicebound/", "devices/d1/event/"})
        EXPECT_THAT(sent_to(topic), ElementsAre("fail topics-are-the-hubs D2C-01")) << topic;
    EXPECT_THAT(sent_to("foo", module_of_device()), ElementsAre("fail topics-are-the-hubs MODULE-05"));
    EXPECT_THAT(sent_to("$iothub/twin/GET?$rid=1"), ElementsAre("fail topics-are-the-hubs TWIN-02"));
    EXPECT_THAT(sent_to("$iothub/twin/PATCH/properties/desired/?$rid=1"),
                ElementsAre("fail topics-are-the-hubs REPORTED-04"));
    EXPECT_THAT(sent_to("$iothub/methods/response/200/?$rid=1"), ElementsAre("fail topics-are-the-hubs METHOD-04"));
    EXPECT_THAT(sent_to("$iothub/credentials/POST/?$rid=1"), ElementsAre("fail topics-are-the-hubs X-CSR-01"));
}

TEST(RulesOfTopics, SigningRequests) {
    const auto asked = [](const std::string& body) {
        return broken_by(message("$iothub/credentials/POST/issueCertificate/?$rid=1", body));
    };
    EXPECT_THAT(asked(R"({"id":"d1","csr":"AQID"})"), IsEmpty());
    EXPECT_THAT(asked(R"({"id":"d1","csr":"AQID","replace":null})"), IsEmpty());
    EXPECT_THAT(asked(R"({"id":"d1","csr":"AQID","replace":"*"})"), IsEmpty());
    for (const auto* body : {"x", "[]", R"({"csr":"AQID"})", R"({"id":"d2","csr":"AQID"})", R"({"id":"d1"})",
                             R"({"id":"d1","csr":"-----BEGIN CERTIFICATE REQUEST-----"})",
                             R"({"id":"d1","csr":"AQID\nAQID"})", R"({"id":"d1","csr":"AQID","replace":"r1"})"})
        EXPECT_THAT(asked(body), ElementsAre("fail signing-requests-are-well-formed X-CSR-03")) << body;
}

TEST(RulesOfTopics, KnownTopics) {
    for (const auto* topic :
         {"devices/d1/messages/events/", "devices/d1/messages/events", "devices/d1/messages/events/a=1/"})
        EXPECT_THAT(sent_to(topic), IsEmpty()) << topic;
    EXPECT_THAT(sent_to("devices/d1/modules/m1/messages/events/%24.on=out1/", module_of_device()), IsEmpty());
}

TEST(RulesOfTopics, TopicsOfOthers) {
    EXPECT_THAT(sent_to("devices/d2/messages/events/"), ElementsAre("fail topics-are-the-devices D2C-01"));
    EXPECT_THAT(sent_to("devices/D1/messages/events/"), ElementsAre("fail topics-are-the-devices D2C-01"));
    EXPECT_THAT(sent_to("devices/d1/modules/m1/messages/events/"), ElementsAre("fail topics-are-the-devices D2C-01"));
    EXPECT_THAT(sent_to(events, module_of_device()), ElementsAre("fail topics-are-the-devices MODULE-05"));
}

TEST(RulesOfTopics, Retain) {
    auto packet = message(events);
    packet.retain = true;
    const auto findings = connected().device(packet).findings();
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].type, "conformance.may");
    EXPECT_THAT(broken_by(packet), ElementsAre("warn nothing-is-retained D2C-11 D2C-12"));
}

TEST(RulesOfTopics, Size) {
    EXPECT_THAT(broken_by(message(events, std::string(262'145, 'x'))),
                ElementsAre("fail messages-are-small-enough X-D2C-01 X-D2C-03"));
    EXPECT_THAT(broken_by(message(events, std::string(262'144, 'x'))), IsEmpty());
}

TEST(RulesOfFilters, OfADevice) {
    for (const auto* filter :
         {"devices/d1/messages/devicebound/#", "devices/+/messages/devicebound/#", "$iothub/twin/res/#",
          "$iothub/twin/PATCH/properties/desired/#", "$iothub/methods/POST/#", "$iothub/credential/#"})
        EXPECT_THAT(subscribed_to(filter), IsEmpty()) << filter;
    for (const auto* filter : {"#", "devices/d1/#", "devices/d1/messages/#"})
        EXPECT_THAT(subscribed_to(filter), ElementsAre("warn filters-are-not-too-broad X-SUB-03")) << filter;
    EXPECT_THAT(subscribed_to("foo/bar"), ElementsAre("fail filters-are-the-hubs C2D-04 X-SUB-03"));
    EXPECT_THAT(subscribed_to("devices/d2/messages/devicebound/#"),
                ElementsAre("fail filters-are-the-hubs C2D-01 X-SUB-03"));
    EXPECT_THAT(subscribed_to("devices/d1/messages/devicebound/"),
                ElementsAre("fail filters-are-the-hubs C2D-01 X-SUB-03"));
    EXPECT_THAT(subscribed_to("$iothub/twin/res/+"), ElementsAre("fail filters-are-the-hubs TWIN-01 X-SUB-03"));
    EXPECT_THAT(subscribed_to("$iothub/methods/POST/reboot/#"),
                ElementsAre("fail filters-are-the-hubs METHOD-01 X-SUB-03"));
}

TEST(RulesOfFilters, OfAModule) {
    const std::string own = "devices/d1/modules/m1";
    for (const auto& filter : {own + "/#", own + "/inputs/#", own + "/messages/devicebound/#", answers, calls})
        EXPECT_THAT(subscribed_to(filter, module_of_device()), IsEmpty()) << filter;
    EXPECT_THAT(subscribed_to("#", module_of_device()), ElementsAre("warn filters-are-not-too-broad X-SUB-03"));
    EXPECT_THAT(subscribed_to(bound + "#", module_of_device()),
                ElementsAre("fail filters-are-the-hubs MODULE-07 X-SUB-03"));
}

TEST(RulesOfFilters, FiveAtATime) {
    const std::vector<std::string> filters{bound + "#", answers, calls, "$iothub/twin/PATCH/properties/desired/#",
                                           "$iothub/credential/#"};
    auto story = connected();
    for (const auto& filter : filters) story.subscribes(filter);
    EXPECT_THAT(story.broken(), IsEmpty());
    EXPECT_THAT(story.subscribes("devices/+/messages/devicebound/#").broken(),
                ElementsAre("warn filters-are-five-at-most X-SUB-04"));
    auto changing = connected();
    for (const auto& filter : filters) changing.subscribes(filter);
    changing.device(mqtt::Unsubscribe{2, {bound + "#"}}).subscribes("devices/+/messages/devicebound/#");
    EXPECT_THAT(changing.broken(), IsEmpty());
}

TEST(RulesOfBags, WhatMustBeEncoded) {
    for (const auto* bag : {"a=b c", "a=100%", "a=%2", "a=%zz", "a=\"x\"", "a={1}", "a=b/c", "a=\xC3\xA9", "=1", "?a=1",
                            "a=1&b={", "a=\x01"})
        EXPECT_THAT(with_bag(bag), ElementsAre("fail bags-are-encoded D2C-03")) << bag;
    for (const auto* bag : {"a=b%20c", "a=1&b=&c", "a=%C3%a9", "a=%2B", "a=1/", "a-b_c.d~e!f*g'h=(i)"})
        EXPECT_THAT(with_bag(bag), IsEmpty()) << bag;
}

TEST(RulesOfBags, WhatShouldBeEncoded) {
    for (const auto* bag : {"a=12:30", "a=b=c", "a=x@y", "a=1,2", "a=1;b", "a=1&&b=2", "&a=1", "a=1?"})
        EXPECT_THAT(with_bag(bag), ElementsAre("warn delimiters-are-encoded D2C-03")) << bag;
    EXPECT_THAT(with_bag("a=12%3A30"), IsEmpty());
}

TEST(RulesOfBags, Names) {
    EXPECT_THAT(with_bag("gr%C3%B6%C3%9Fe=1"), ElementsAre("fail property-names-are-printable X-TOPIC-16"));
    EXPECT_THAT(with_bag("a%0Ab=1"), ElementsAre("fail property-names-are-printable X-TOPIC-16"));
    EXPECT_THAT(with_bag("a=1&A=2"), ElementsAre("warn property-names-differ X-TOPIC-14"));
    EXPECT_THAT(with_bag("a=1&b=1&with%20space=1"), IsEmpty());
}

TEST(RulesOfBags, SystemProperties) {
    EXPECT_THAT(with_bag("%24.foo=1"), ElementsAre("warn system-properties-are-known X-TOPIC-01"));
    EXPECT_THAT(with_bag("$.contentType=a"), ElementsAre("warn system-properties-are-known X-TOPIC-01"));
    EXPECT_THAT(with_bag("$.mid=1&%24.cid=2&$.ct=application%2Fjson&$.ce=utf-8&$.cdid=d1&$.sub=c&$.on=o"), IsEmpty());
    EXPECT_THAT(with_bag("$.mid=" + std::string(129, 'x')), ElementsAre("fail message-ids-are-plain X-TOPIC-15"));
    EXPECT_THAT(with_bag("$.mid=a%20b"), ElementsAre("fail message-ids-are-plain X-TOPIC-15"));
    EXPECT_THAT(with_bag("$.mid=" + std::string(128, 'x')), IsEmpty());
}

TEST(RulesOfBags, CreationTime) {
    const auto created = [](const std::string& time) { return with_bag("iothub-creation-time-utc=" + time); };
    for (const auto* time : {"2026-01-31T12%3A00%3A00Z", "2026-01-31T12%3A00%3A00.123Z"})
        EXPECT_THAT(created(time), IsEmpty()) << time;
    for (const auto* time : {"2026-01-31T12%3A00%3A00", "2026-01-31T12%3A00%3A00%2B02%3A00", "1700000000", ""})
        EXPECT_THAT(created(time), ElementsAre("fail creation-times-are-utc X-TOPIC-19")) << time;
}

}  // namespace
}  // namespace hubspec::run
