#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/run/support/device_story.hpp"

namespace hubspec::run {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Connected with a keep alive, in seconds.
Story alive(std::uint16_t seconds) {
    auto packet = hello();
    packet.keep_alive = seconds;
    Story story;
    story.connects(packet);
    return story;
}
/// Connected, and cloud-to-device messages subscribed to.
Story listening() { return connected().subscribes(bound + "#"); }
mqtt::Publish delivery(mqtt::PacketId id, const std::string& topic = bound + "a=1") { return message(topic, "x", id); }

TEST(RulesOfPackets, Malformed) {
    EXPECT_THAT(connected().malformed("MQTT-3.3.2-2", "topic name has the wildcard '#'").broken(),
                ElementsAre("fail packets-keep-to-mqtt MQTT-3.3.2-2"));
    EXPECT_THAT(connected().malformed("MQTT 2.2.1", "control packet type 15 is reserved").broken(),
                ElementsAre("fail packets-keep-to-mqtt MQTT-2.2.1"));
    const auto findings = connected().malformed("MQTT 3.12.1", "PINGREQ has a body").findings();
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].requirements, std::vector<std::string>{"MQTT-4.8.0-1"});
    EXPECT_EQ(findings[0].summary,
              "main: PINGREQ has a body [MQTT 3.12.1]. packets-keep-to-mqtt: Every packet keeps to MQTT 3.1.1.");
}

TEST(RulesOfPackets, QualityTwo) {
    auto two = message(events, "x", 7);
    two.qos = 2;
    EXPECT_THAT(broken_by(two), ElementsAre("fail quality-is-at-most-1 D2C-09 D2C-10"));
    EXPECT_THAT(connected().device(mqtt::Pubrec{1}).broken(), ElementsAre("fail quality-2-is-not-spoken D2C-09"));
    // A hub that is told to be wrong is answered so by MQTT's rules.
    EXPECT_THAT(connected().hub(mqtt::Pubrec{1}).device(mqtt::Pubrel{1}).broken(), IsEmpty());
    EXPECT_THAT(connected().hub(two).device(mqtt::Pubrec{7}).broken(), IsEmpty());
    EXPECT_THAT(connected().device(mqtt::Subscribe{1, {{bound + "#", 2}}}).broken(), IsEmpty());
}

TEST(RulesOfPackets, IdentifiersInUse) {
    EXPECT_THAT(connected().device(message(events, "a", 1)).device(message(events, "b", 1)).broken(),
                ElementsAre("fail packet-ids-are-free MQTT-2.3.1-2"));
    EXPECT_THAT(connected().device(message(events, "a", 1)).device(to(answers, 1)).broken(),
                ElementsAre("fail packet-ids-are-free MQTT-2.3.1-2"));
    EXPECT_THAT(connected().device(to(answers, 1)).device(to(calls, 1)).broken(),
                ElementsAre("fail packet-ids-are-free MQTT-2.3.1-2"));
    EXPECT_THAT(connected().device(to(answers, 1)).device(mqtt::Unsubscribe{1, {answers}}).broken(),
                ElementsAre("fail packet-ids-are-free MQTT-2.3.1-2"));
    const auto first = message(events, "a", 1);
    EXPECT_THAT(connected().device(first).hub(mqtt::Puback{1}).device(message(events, "b", 1)).broken(), IsEmpty());
    EXPECT_THAT(connected().device(to(answers, 1)).hub(mqtt::Suback{1, {0}}).device(to(calls, 1)).broken(), IsEmpty());
    EXPECT_THAT(connected().device(message(events, "a")).device(message(events, "b")).broken(), IsEmpty());
    // The hub's identifiers are its own.
    EXPECT_THAT(listening().hub(delivery(1)).device(mqtt::Puback{1}).device(first).broken(), IsEmpty());
}

TEST(RulesOfPackets, SendingAgain) {
    const auto packet = message(events, "a", 1);
    EXPECT_THAT(connected().device(packet).in(9000).device(again(packet)).broken(), IsEmpty());
    EXPECT_THAT(connected().device(packet).in(9000).device(packet).broken(),
                ElementsAre("fail packet-ids-are-free MQTT-2.3.1-2 MQTT-3.3.1-1"));
    EXPECT_THAT(connected().device(to(answers, 1)).in(9000).device(to(answers, 1)).broken(), IsEmpty());
    // The acknowledgement was on its way.
    EXPECT_THAT(connected().device(packet).hub(mqtt::Puback{1}).device(again(packet)).broken(), IsEmpty());
}

TEST(RulesOfPackets, MarkOfAFirstTry) {
    const auto marked = again(message(events, "a", 1));
    auto fresh = plain_device();
    fresh.is_fresh = true;
    EXPECT_THAT(connected(fresh).device(marked).broken(), ElementsAre("fail a-first-try-is-no-duplicate MQTT-4.3.2-1"));
    // It may be left from before the trace, or from a connection that broke off.
    EXPECT_THAT(connected().device(marked).broken(), IsEmpty());
    auto lost = connected(fresh).closes().in(1000).connects(hello(), false, "main 2").device(marked);
    EXPECT_THAT(lost.broken(), IsEmpty());
    // But what is left goes first.
    EXPECT_THAT(connected().device(message(events, "b", 2)).device(marked).broken(),
                ElementsAre("fail a-first-try-is-no-duplicate MQTT-4.3.2-1"));
}

TEST(RulesOfPackets, AfterDisconnect) {
    EXPECT_THAT(connected().device(mqtt::Disconnect{}).device(message(events)).broken(),
                ElementsAre("fail nothing-follows-disconnect MQTT-3.14.4-1 MQTT-3.14.4-2"));
    EXPECT_THAT(connected().device(mqtt::Disconnect{}).closes().connects(hello(), false, "main 2").broken(), IsEmpty());
}

TEST(RulesOfDeliveries, NoAcknowledgement) {
    EXPECT_THAT(listening().hub(delivery(7)).stays(5000).broken(),
                ElementsAre("fail deliveries-are-acknowledged MQTT-3.3.4-1"));
    EXPECT_THAT(listening().hub(delivery(7)).hub(delivery(8)).device(mqtt::Puback{8}).stays(5000).broken(),
                ElementsAre("fail deliveries-are-acknowledged MQTT-3.3.4-1"));
    EXPECT_THAT(listening().hub(delivery(7)).stays(6000).device(mqtt::Puback{7}).broken(), IsEmpty());
    EXPECT_THAT(listening().hub(message(bound)).stays(9000).broken(), IsEmpty());
}

TEST(RulesOfDeliveries, AnAcknowledgementMayBeOnItsWay) {
    EXPECT_THAT(listening().hub(delivery(7)).broken(), IsEmpty());
    EXPECT_THAT(listening().hub(delivery(7)).stays(4999).broken(), IsEmpty());
    EXPECT_THAT(listening().hub(delivery(7)).in(100).closes().stays(9000).broken(), IsEmpty());
    EXPECT_THAT(listening().hub(delivery(7)).in(100).hub_closes().stays(9000).broken(), IsEmpty());
    EXPECT_THAT(listening().hub(delivery(7)).in(100).device(mqtt::Disconnect{}).stays(9000).broken(), IsEmpty());
    EXPECT_THAT(listening().hub(delivery(7)).in(100).malformed("MQTT-2.2.3", "x").stays(9000).broken(),
                ElementsAre("fail packets-keep-to-mqtt MQTT-2.2.3"));
}

TEST(RulesOfDeliveries, WhatNeedsNoAcknowledgement) {
    // Nobody asked for it.
    EXPECT_THAT(listening().hub(delivery(7, "$iothub/foo/bar")).stays(9000).broken(), IsEmpty());
    // A session that is resumed brings messages before the application wants them.
    Story resumed;
    resumed.connects(resuming(hello())).subscribes(bound + "#").closes().in(50);
    resumed.connects(resuming(hello()), true, "main 2").hub(delivery(7)).stays(9000);
    EXPECT_THAT(resumed.broken(), IsEmpty());
}

TEST(RulesOfDeliveries, Acknowledgements) {
    EXPECT_THAT(listening().device(mqtt::Puback{7}).broken(),
                ElementsAre("fail only-deliveries-are-acknowledged MQTT-2.3.1-6"));
    EXPECT_THAT(listening().hub(message(bound)).device(mqtt::Puback{7}).broken(),
                ElementsAre("fail only-deliveries-are-acknowledged MQTT-2.3.1-6"));
    EXPECT_THAT(listening().hub(delivery(7)).device(mqtt::Puback{7}).device(mqtt::Puback{7}).broken(),
                ElementsAre("fail deliveries-are-acknowledged-once MQTT-2.3.1-6 X-DEV-07"));
    auto twice = listening().hub(delivery(7)).device(mqtt::Puback{7}).hub(again(delivery(7))).device(mqtt::Puback{7});
    EXPECT_THAT(twice.broken(), IsEmpty());
    auto late = listening().hub(delivery(7)).closes().in(50).connects(hello(), false, "main 2").device(mqtt::Puback{7});
    EXPECT_THAT(late.broken(), IsEmpty());
    EXPECT_THAT(late.hub(again(delivery(7))).device(mqtt::Puback{7}).broken(), IsEmpty());
}

/// Telemetry that the hub never acknowledged, and a connection that goes on with the session.
Story interrupted(mqtt::Connect packet, const mqtt::Publish& lost) {
    Story story;
    story.connects(packet).device(lost).in(100).closes().in(100).connects(packet, !packet.clean_session, "main 2");
    return story;
}

TEST(RulesOfDeliveries, Redelivery) {
    const auto lost = message(events, "a", 1);
    const auto keeps = resuming(hello());
    EXPECT_THAT(interrupted(keeps, lost).stays(10'000).broken(), ElementsAre("warn telemetry-is-sent-again X-D2C-08"));
    EXPECT_THAT(interrupted(keeps, lost).device(again(lost)).stays(10'000).broken(), IsEmpty());
    EXPECT_THAT(interrupted(keeps, lost).device(message(events, "a", 9)).stays(10'000).broken(), IsEmpty());
    EXPECT_THAT(interrupted(keeps, lost).device(lost).stays(10'000).broken(),
                ElementsAre("warn what-is-sent-again-is-marked X-D2C-08"));
    EXPECT_THAT(interrupted(keeps, lost).stays(9000).broken(), IsEmpty());
    EXPECT_THAT(interrupted(hello(), lost).stays(10'000).broken(), IsEmpty());
    EXPECT_THAT(interrupted(keeps, message(events, "a")).stays(10'000).broken(), IsEmpty());
}

TEST(RulesOfTime, KeepAlive) {
    const std::vector<std::string> silent{"fail the-connection-is-kept-alive MQTT-3.1.2-23 KEEP-01"};
    EXPECT_EQ(alive(10).stays(15'000).broken(), silent);
    EXPECT_EQ(alive(10).in(15'000).device(mqtt::Pingreq{}).broken(), silent);
    EXPECT_EQ(alive(10).in(15'000).hub_closes().broken(), silent);
    // The hub, which counts from when it read CONNECT, may end the connection a little before that.
    EXPECT_EQ(alive(10).in(14'950).hub_closes().broken(), silent);
    EXPECT_THAT(alive(10).stays(14'800).broken(), IsEmpty());
    EXPECT_THAT(alive(0).stays(3'000'000).broken(), ElementsAre("warn keep-alive-is-in-range KEEP-14"));
    EXPECT_THAT(alive(1).stays(1800).broken(), IsEmpty());
    EXPECT_EQ(alive(1177).stays(1'767'000).broken(), silent);
    auto busy = alive(10);
    for (int i = 0; i < 9; ++i) busy.in(9000).device(message(events));
    EXPECT_THAT(busy.broken(), IsEmpty());
    const auto findings = alive(10).stays(15'000).findings();
    EXPECT_EQ(
        findings.at(0).summary,
        "main: nothing came for 15 s; the keep alive is 10 s. the-connection-is-kept-alive: A packet comes within "
        "each keep-alive period, PINGREQ if there is nothing else.");
}

TEST(RulesOfTime, SilencesThatAreNotTheDevices) {
    // It waits for CONNACK or PINGRESP, was refused, said goodbye, or was lost.
    auto packet = hello();
    packet.keep_alive = 10;
    EXPECT_THAT(Story().opens().device(packet).stays(60'000).broken(), IsEmpty());
    EXPECT_THAT(Story().opens().device(packet).hub(mqtt::Connack{false, 5}).stays(60'000).broken(), IsEmpty());
    EXPECT_THAT(alive(10).in(9000).device(mqtt::Pingreq{}).stays(60'000).broken(), IsEmpty());
    packet.keep_alive = 2;  // counts from CONNACK when that was long in coming
    EXPECT_THAT(Story().opens().device(packet).in(2000).hub(mqtt::Connack{}).in(1900).device(mqtt::Pingreq{}).broken(),
                IsEmpty());
    EXPECT_EQ(Story().opens().device(packet).in(400).hub(mqtt::Connack{}).in(2600).hub_closes().broken().size(), 1u);
    EXPECT_THAT(alive(10).device(mqtt::Disconnect{}).stays(60'000).broken(), IsEmpty());
    EXPECT_THAT(alive(10).in(9000).closes().stays(60'000).broken(), IsEmpty());
    EXPECT_THAT(alive(10).in(9000).hub_closes().stays(60'000).broken(), IsEmpty());
    EXPECT_EQ(alive(10).in(9000).device(mqtt::Pingreq{}).hub(mqtt::Pingresp{}).stays(15'000).broken().size(), 1u);
}

TEST(RulesOfTime, Subscriptions) {
    const auto story = [](bool present, std::vector<std::string> filters) {
        Story told;
        told.connects(resuming(hello())).subscribes(bound + "#").subscribes(answers).closes().in(50);
        told.connects(resuming(hello()), present, "main 2");
        for (const auto& filter : filters) told.subscribes(filter);
        return told;
    };
    EXPECT_THAT(story(false, {}).stays(10'000).broken(), ElementsAre("warn subscriptions-are-renewed X-DEV-04"));
    EXPECT_THAT(story(false, {bound + "#"}).stays(10'000).broken(),
                ElementsAre("warn subscriptions-are-renewed X-DEV-04"));
    EXPECT_THAT(story(false, {bound + "#", answers}).stays(10'000).broken(), IsEmpty());
    EXPECT_THAT(story(true, {}).stays(10'000).broken(), IsEmpty());
    EXPECT_THAT(story(false, {}).stays(9000).broken(), IsEmpty());
    EXPECT_THAT(story(false, {}).in(500).closes().stays(20'000).broken(), IsEmpty());
}

}  // namespace
}  // namespace hubspec::run
