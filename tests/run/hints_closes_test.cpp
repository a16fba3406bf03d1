#include <gtest/gtest.h>

#include "tests/run/support/told.hpp"

namespace hubspec::run {
namespace {

using namespace test;

mqtt::Connect with_keep_alive(std::uint16_t seconds) {
    auto packet = connect_of();
    packet.keep_alive = seconds;
    return packet;
}

TEST(HintsOfCloses, ASecondConnectOnAConnection) {
    EXPECT_EQ(connected().sent(connect_of()).closed().hint("hub: pingresp"), "second-connect-on-a-connection");
    EXPECT_EQ(connected().add(model::ConnectionOpened{"main", ""}).sent(connect_of()).closed().hint("hub: connack"),
              "closed-without-connack");
}

TEST(HintsOfCloses, DisplacedByANewConnection) {
    EXPECT_EQ(connected().sent(connect_of(), "second").closed().hint("the connection stays open"),
              "displaced-by-a-new-connection");
    EXPECT_NE(connected().sent(connect_of("d2"), "second").closed().hint("the connection stays open"),
              "displaced-by-a-new-connection");
    EXPECT_NE(connected().sent(connect_of(), "second").in(60).closed().hint("the connection stays open"),
              "displaced-by-a-new-connection");
}

TEST(HintsOfCloses, AfterQualityTwo) {
    EXPECT_EQ(connected().sent(message(events, 2)).closed().hint("hub: pubrec"), "closed-after-quality-two");
    EXPECT_EQ(connected().sent(message(events, 1)).closed().hint("hub: puback"), "");
}

TEST(HintsOfCloses, AfterALargeMessage) {
    EXPECT_EQ(connected().sent(message(events, 1, std::string(262145, 'x'))).closed().hint("hub: puback"),
              "closed-after-a-large-message");
    EXPECT_EQ(connected().sent(message(events, 1, std::string(262144, 'x'))).closed().hint("hub: puback"), "");
}

TEST(HintsOfCloses, AfterAnUnsupportedFilter) {
    EXPECT_EQ(connected().sent(to("some/topic")).closed().hint("hub: suback"), "closed-after-an-unsupported-filter");
    EXPECT_EQ(connected().sent(to("devices/d2/messages/devicebound/#")).closed().hint("hub: suback"),
              "closed-after-an-unsupported-filter");
    EXPECT_EQ(connected().sent(to("devices/d1/messages/devicebound/#")).closed().hint("hub: suback"), "");
}

TEST(HintsOfCloses, AfterAnothersTopic) {
    EXPECT_EQ(connected().sent(message("devices/d2/messages/events/", 1)).closed().hint("hub: puback"),
              "closed-after-another-devices-topic");
    auto module = connect_of("d1/m1");
    EXPECT_EQ(connected(module).sent(message("devices/d1/modules/m1/messages/events/", 1)).closed().hint("hub: puback"),
              "");
    EXPECT_EQ(connected(module).sent(message(events, 1)).closed().hint("hub: puback"),
              "closed-after-another-devices-topic");
}

TEST(HintsOfCloses, AfterAnUnsupportedTopic) {
    EXPECT_EQ(connected().sent(message("some/topic", 1)).closed().hint("hub: puback"),
              "closed-after-an-unsupported-topic");
    EXPECT_EQ(
        connected().sent(message("some/topic", 1)).got(mqtt::Puback{1}).closed().hint("the connection stays open"), "");
}

TEST(HintsOfCloses, AfterAStandardFeature) {
    EXPECT_EQ(connected().sent(to("$iothub/twin/res/#")).closed().hint("hub: suback"),
              "closed-after-a-standard-feature");
    EXPECT_EQ(connected().sent(message("$iothub/twin/GET/?$rid=1")).closed().hint("hub: publish"),
              "closed-after-a-standard-feature");
    EXPECT_EQ(connected().sent(to("$iothub/twin/res/#")).got(mqtt::Suback{1, {0}}).closed().hint("hub: publish"), "");
}

TEST(HintsOfCloses, TokenRanOut) {
    EXPECT_EQ(connected().in(10).sent(mqtt::Pingreq{}).passes(3600).closed().hint("the connection stays open"),
              "token-ran-out");
    EXPECT_NE(connected().in(10).sent(mqtt::Pingreq{}).passes(3500).closed().hint("the connection stays open"),
              "token-ran-out");
}

TEST(HintsOfCloses, ByKeepAlive) {
    EXPECT_EQ(connected().in(5).sent(mqtt::Pingreq{}).in(90).closed().hint("hub: publish"), "closed-by-keep-alive");
    EXPECT_EQ(connected().in(5).sent(mqtt::Pingreq{}).in(20).closed().hint("hub: publish"), "");
    EXPECT_EQ(connected().in(5).sent(mqtt::Pingreq{}).in(200).closed().hint("hub: publish"), "");
    EXPECT_EQ(connected().in(5).sent(mqtt::Pingreq{}).in(90).closed().hint("hub: closes how reset"), "");
}

TEST(HintsOfCloses, ByTheCapOfKeepAlive) {
    const auto silent = [](std::uint16_t keep_alive, int seconds) {
        return connected(with_keep_alive(keep_alive)).in(seconds).closed().hint("hub: publish");
    };
    EXPECT_EQ(silent(2000, 1767), "closed-by-the-cap-of-keep-alive");
    EXPECT_EQ(silent(0, 1770), "closed-by-the-cap-of-keep-alive");
    EXPECT_EQ(silent(2000, 1900), "");
    EXPECT_EQ(silent(1000, 1767), "");
}

TEST(HintsOfCloses, InAShortSilence) {
    EXPECT_EQ(connected().in(61).closed().hint("hub: publish"), "closed-in-a-short-silence");
    EXPECT_EQ(connected().passes(88).closed().hint("never hub: closes"), "closed-in-a-short-silence");
    EXPECT_EQ(connected().in(20).closed().hint("hub: publish"), "");
}

TEST(HintsOfCloses, RightAfterConnack) {
    EXPECT_EQ(connected().in(1).closed().hint("hub: publish"), "closed-right-after-connack");
    EXPECT_EQ(connected().sent(message(events)).in(1).closed().hint("hub: publish"), "");
}

// A refusal ends the connection too [MQTT-3.2.2-5]: the close tells nothing more.
TEST(HintsOfCloses, NothingAfterARefusal) {
    Told told({field("client_id", text("other"))});
    EXPECT_EQ(told.sent(connect_of()).got(refusal()).then().closed().hint("hub: publish"), "");
}

// What is shown is not the close: it came later, and for another reason.
TEST(HintsOfCloses, NothingWhereSomethingElseIsShown) {
    EXPECT_EQ(connected().sent(message(events, 2)).got(mqtt::Puback{1}).closed().hint_before(1, "hub: closes"), "");
}

}  // namespace
}  // namespace hubspec::run
