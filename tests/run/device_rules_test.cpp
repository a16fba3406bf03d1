#include "harness/run/device_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/run/support/device_story.hpp"

namespace hubspec::run {
namespace {

using namespace test;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(DeviceRules, AreNamedOnceAndHaveRequirementsOfTheCatalogue) {
    std::set<std::string> names;
    for (const auto& rule : device_rules()) {
        EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
        EXPECT_THAT(rule.requirements, Not(IsEmpty())) << rule.name;
        EXPECT_TRUE(rule.sentence.ends_with('.') || rule.sentence.ends_with("...")) << rule.name;
        for (const auto& id : rule.requirements) EXPECT_NE(real_catalogue().find(id), nullptr) << id;
    }
    EXPECT_GE(names.size(), 50u);
}

TEST(DeviceRules, SayWhatWasSeenAndWhatTheRuleIs) {
    auto packet = hello();
    packet.client_id = "d2";
    const auto findings = Story().connects(packet).findings();
    ASSERT_THAT(findings, SizeIs(1));
    const auto& one = findings[0];
    EXPECT_EQ(one.summary,
              "main: the client identifier is \"d2\", not \"d1\". the-client-id-is-the-devices: The client identifier "
              "is the device's id, or DEVICE/MODULE of a module.");
    EXPECT_EQ(one.expected, "The client identifier is the device's id, or DEVICE/MODULE of a module.");
    EXPECT_EQ(one.actual,
              "CONNECT client id d2, clean session 1, keep alive 60 s, user name h.net/d1/?api-version=2021-04-12, "
              "password (hidden)");
    EXPECT_EQ(one.type, "conformance.must");
    EXPECT_EQ(one.verdict, model::Verdict::fail);
    EXPECT_THAT(one.requirements, ElementsAre("CONN-02"));
    EXPECT_EQ(one.trace_line, 1u);
}

TEST(DeviceRules, AreReportedOnceForEachConnection) {
    auto story = connected();
    story.device(message("foo")).device(message("bar")).closes().in(1000);
    story.connects(hello(), false, "main 2").device(message("foo"));
    const auto findings = story.findings();
    ASSERT_THAT(findings, SizeIs(2));
    EXPECT_EQ(
        findings[0].summary,
        "main: the topic is \"foo\" (2 times). topics-are-the-hubs: Messages go to topics that the hub has: it is "
        "no general broker.");
    EXPECT_EQ(findings[1].summary,
              "main 2: the topic is \"foo\". topics-are-the-hubs: Messages go to topics that the hub has: it is no "
              "general broker.");
    EXPECT_EQ(findings[0].trace_line, 3u);
}

TEST(DeviceRules, NameThreeConnectionsAndCountTheOthers) {
    Story story;
    for (int number = 1; number <= 6; ++number)
        story.connects(hello(), false, "main " + std::to_string(number)).device(message("foo")).closes().in(1000);
    const auto findings = story.findings();
    ASSERT_THAT(findings, SizeIs(3));
    EXPECT_THAT(findings[2].summary, HasSubstr("main 3: the topic is \"foo\" (and on 3 more connections). "));
}

TEST(DeviceRules, BreachesOfDifferentRequirementsStandApart) {
    auto story = connected();
    story.device(message("foo")).device(message("$iothub/twin/GET?$rid=1"));
    EXPECT_THAT(story.broken(), ElementsAre("fail topics-are-the-hubs D2C-01", "fail topics-are-the-hubs TWIN-02"));
}

TEST(DeviceRules, HoldInAnEmptyTrace) { EXPECT_THAT(broken_device_rules({}, plain_device(), {}), IsEmpty()); }

TEST(DeviceRules, AreMustsWithoutACatalogue) {
    const auto findings = broken_device_rules(Story().connects(with_user_name("h.net/d1")).trace(), plain_device(), {});
    ASSERT_THAT(findings, SizeIs(1));
    EXPECT_EQ(findings[0].verdict, model::Verdict::fail);
}

// A device may flood the hub: the time to judge it grows with the trace, and no faster.
TEST(DeviceRules, BearAFlood) {
    Story story;
    for (int number = 1; number <= 3; ++number) {
        story.connects(resuming(hello()), number > 1, "main " + std::to_string(number));
        for (int i = 0; i < 5'000; ++i) {
            const auto text = std::to_string(i);
            story.device(message(events, text, static_cast<mqtt::PacketId>(i + 1))).device(message(get + text, ""));
        }
        story.in(20'000).closes();
    }
    EXPECT_THAT(story.broken(), Contains("fail answers-are-subscribed-first TWIN-01"));
}

// Whatever a device does with its password, no text has it.
TEST(DeviceRules, KeepSecrets) {
    const std::string secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQ=";
    auto packet = with_password(secret);
    packet.client_id = secret;
    packet.user_name = "h.net/" + secret + "/?api-version=" + secret;
    packet.will = mqtt::Will{secret, bytes_of(secret)};
    auto story = Story().connects(packet);
    story.device(message(secret, secret)).device(message(patch + "1", secret)).device(to(secret));
    story.device(message(events + secret + "=/" + secret)).malformed("MQTT-2.2.2-2", "PUBACK has flags", secret);
    EXPECT_THAT(story.findings(), Not(IsEmpty()));
    for (const auto& finding : story.findings())
        for (const auto& text : {finding.summary, finding.expected, finding.actual})
            EXPECT_THAT(text, Not(HasSubstr("c2VjcmV0"))) << text;
}

TEST(DeviceRules, KeepTokensThatStandInTheWrongPlace) {
    const auto token = token_for("h.net/devices/d1");
    auto packet = with_user_name("h.net/d1/?api-version=2021-04-12&" + token);
    packet.client_id = token;
    const auto signature = token.substr(token.find("sig=") + 4, 12);
    const auto findings = Story().connects(packet).device(message(token)).findings();
    EXPECT_THAT(findings, Not(IsEmpty()));
    for (const auto& finding : findings)
        for (const auto& text : {finding.summary, finding.actual}) EXPECT_THAT(text, Not(HasSubstr(signature))) << text;
}

// The bytes of a CONNECT that is no MQTT hold the password.
TEST(DeviceRules, DoNotShowMalformedBytes) {
    const auto findings =
        Story().opens().malformed("MQTT-3.1.2-3", "connect flags have the reserved bit 0 set", "\x10SECRET").findings();
    ASSERT_THAT(findings, SizeIs(1));
    EXPECT_EQ(findings[0].actual, "malformed [MQTT-3.1.2-3]: connect flags have the reserved bit 0 set; 7 bytes");
}

TEST(FactsOfATrace, AreTheNamesOfTheCase) {
    const model::Trace trace{
        {{}, model::NameBound{"hub.host", "h.net"}},      {{}, model::NameBound{"device.id", "d1"}},
        {{}, model::NameBound{"device.module_id", "m1"}}, {{}, model::NameBound{"device.primary_key_length", 0}},
        {{}, model::NameBound{"other.id", "d2"}},         {{}, model::DeviceStarted{"./device"}}};
    DeviceFacts facts = module_of_device();
    facts.other_host_names = {"localhost", "127.0.0.1"};
    facts.server_name_expected = "h.net";
    facts.has_certificate = facts.is_fresh = true;
    EXPECT_EQ(facts_of(trace), facts);
}

}  // namespace
}  // namespace hubspec::run
