#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/run/support/device_story.hpp"

namespace hubspec::run {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Connected, and the answers to twin requests subscribed to.
Story ready() { return connected().subscribes(answers); }
/// Connected, and methods subscribed to.
Story callable() { return connected().subscribes(calls); }
mqtt::Publish call(const std::string& id, const std::string& method = "reboot") {
    return message("$iothub/methods/POST/" + method + "/?$rid=" + id, "{}");
}
mqtt::Publish answer(const std::string& id, const std::string& status = "200", const std::string& payload = "{}",
                     mqtt::PacketId packet_id = 0) {
    return message("$iothub/methods/res/" + status + "/?$rid=" + id, payload, packet_id);
}
mqtt::Publish twin(const std::string& id) { return message("$iothub/twin/res/200/?$rid=" + id, "{}"); }

TEST(RulesOfTwins, RequestIds) {
    EXPECT_THAT(ready().device(message("$iothub/twin/GET/", "")).broken(),
                ElementsAre("fail requests-have-ids TWIN-03"));
    EXPECT_THAT(ready().device(message(get, "")).broken(), ElementsAre("fail requests-have-ids TWIN-03"));
    EXPECT_THAT(ready().device(message(patch, "{}")).broken(), ElementsAre("fail requests-have-ids REPORTED-04"));
    for (const auto* id : {"1", "get_twin", "0a1b-2c", "a%20b", "1&$version=7"})
        EXPECT_THAT(ready().device(message(patch + id, "{}")).broken(), IsEmpty()) << id;
    EXPECT_THAT(ready().device(message(get + "a b", "")).broken(), ElementsAre("warn request-ids-are-encoded TWIN-06"));
}

TEST(RulesOfTwins, Keys) {
    EXPECT_THAT(ready().device(message(patch + "1&$version=7", "{}")).broken(), IsEmpty());
    EXPECT_THAT(ready().device(message("$iothub/twin/GET/?$version=7&$rid=1", "")).broken(),
                ElementsAre("warn request-topics-have-known-keys X-TOPIC-23"));
    EXPECT_THAT(ready().device(message(get + "1&x=2", "")).broken(),
                ElementsAre("warn request-topics-have-known-keys X-TOPIC-23"));
}

TEST(RulesOfTwins, RequestIdInUse) {
    EXPECT_THAT(ready().device(message(get + "1", "")).in(100).device(message(get + "1", "")).broken(),
                ElementsAre("fail request-ids-are-unique TWIN-03 X-TOPIC-24"));
    EXPECT_THAT(ready().device(message(get + "1", "")).in(100).device(message(patch + "1", "{}")).broken(),
                ElementsAre("fail request-ids-are-unique REPORTED-04 X-TOPIC-24"));
    EXPECT_THAT(ready().device(message(get + "a", "")).device(message(get + "%61", "")).broken(),
                ElementsAre("fail request-ids-are-unique TWIN-03 X-TOPIC-24"));
    EXPECT_THAT(ready().device(message(get + "1", "")).hub(twin("1")).device(message(get + "1", "")).broken(),
                IsEmpty());
    EXPECT_THAT(ready().device(message(get + "1", "")).hub(twin("2")).device(message(get + "2", "")).broken(),
                IsEmpty());
}

TEST(RulesOfTwins, RequestsThatAreRepeated) {
    // A device gives up waiting, or sends the same packet again.
    EXPECT_THAT(ready().device(message(get + "1", "")).in(10'000).device(message(get + "1", "")).broken(), IsEmpty());
    const auto request = message(get + "1", "", 7);
    EXPECT_THAT(ready().device(request).in(5000).device(again(request)).broken(), IsEmpty());
    EXPECT_THAT(
        ready().device(request).closes().in(50).connects(resuming(hello()), true, "main 2").device(request).broken(),
        ElementsAre("warn what-is-sent-again-is-marked X-D2C-08"));
}

TEST(RulesOfTwins, NoSubscription) {
    EXPECT_THAT(connected().device(message(get + "1", "")).stays(5000).broken(),
                ElementsAre("fail answers-are-subscribed-first TWIN-01"));
    EXPECT_THAT(connected().device(message(patch + "1", "{}")).stays(5000).broken(),
                ElementsAre("warn answers-are-subscribed-first REPORTED-03"));
    EXPECT_THAT(connected().device(message(get + "1", "")).device(mqtt::Disconnect{}).broken(),
                ElementsAre("fail answers-are-subscribed-first TWIN-01"));
    auto unsubscribed = ready().device(mqtt::Unsubscribe{2, {answers}}).device(message(get + "1", "")).stays(5000);
    EXPECT_THAT(unsubscribed.broken(), ElementsAre("fail answers-are-subscribed-first TWIN-01"));
    // `#` brings nothing that begins with a dollar sign.
    EXPECT_THAT(connected().subscribes("#").device(message(get + "1", "")).stays(5000).broken(),
                ElementsAre("warn filters-are-not-too-broad X-SUB-03", "fail answers-are-subscribed-first TWIN-01"));
}

TEST(RulesOfTwins, ASubscriptionMayBeOnItsWay) {
    EXPECT_THAT(connected().device(message(get + "1", "")).broken(), IsEmpty());
    EXPECT_THAT(connected().device(message(get + "1", "")).stays(4999).broken(), IsEmpty());
    EXPECT_THAT(connected().device(message(get + "1", "")).in(10).closes().stays(9000).broken(), IsEmpty());
    EXPECT_THAT(connected().device(message(get + "1", "")).in(10).hub_closes().stays(9000).broken(), IsEmpty());
}

TEST(RulesOfTwins, Haste) {
    EXPECT_THAT(connected().device(to(answers)).device(message(get + "1", "")).hub(mqtt::Suback{1, {0}}).broken(),
                ElementsAre("warn answers-are-granted-first X-DEV-14"));
    EXPECT_THAT(connected().device(message(get + "1", "")).device(to(answers)).broken(),
                ElementsAre("fail answers-are-subscribed-first TWIN-01"));
    EXPECT_THAT(connected().device(message(patch + "1", "{}")).device(to(answers)).broken(),
                ElementsAre("warn answers-are-subscribed-first REPORTED-03"));
    EXPECT_THAT(ready().device(message(get + "1", "")).broken(), IsEmpty());
}

TEST(RulesOfTwins, SessionsThatAreKept) {
    const auto reconnect = [](bool clean, bool present) {
        auto packet = hello();
        packet.clean_session = clean;
        Story story;
        story.connects(packet).subscribes(answers).closes().in(20).connects(packet, present, "main 2");
        return story.device(message(get + "1", "")).stays(6000).broken();
    };
    EXPECT_THAT(reconnect(false, true), IsEmpty());
    EXPECT_THAT(reconnect(false, false), IsEmpty());  // another rule's, in a while
    EXPECT_THAT(reconnect(true, false), ElementsAre("fail answers-are-subscribed-first TWIN-01"));
    // What was before the trace is not known.
    Story resumed;
    resumed.connects(resuming(hello()), true).device(message(get + "1", "")).stays(6000);
    EXPECT_THAT(resumed.broken(), IsEmpty());
    Story early;
    early.opens().device(resuming(hello())).device(message(get + "1", "")).stays(6000);
    EXPECT_THAT(early.broken(), IsEmpty());
}

TEST(RulesOfTwins, Bodies) {
    for (const auto* payload : {"", " ", "{}", "\n"})
        EXPECT_THAT(ready().device(message(get + "1", payload)).broken(), IsEmpty()) << payload;
    EXPECT_THAT(ready().device(message(get + "1", "please")).broken(),
                ElementsAre("warn twin-reads-are-empty TWIN-02"));
    for (const auto* payload : {"", " ", "on", "{a:1}", "[1]", "null", "1", "{\"a\":1", "{\"a\":\"\xFF\"}"})
        EXPECT_THAT(ready().device(message(patch + "1", payload)).broken(),
                    ElementsAre("fail reported-properties-are-json REPORTED-07"))
            << payload;
    EXPECT_THAT(ready().device(message(patch + "1", std::string("{}\0", 3))).broken(),
                ElementsAre("fail reported-properties-are-json REPORTED-07"));
    for (const auto* payload : {"{}", "{\"a\":{\"b\":null}}", " {\"a\": 1} "})
        EXPECT_THAT(ready().device(message(patch + "1", payload)).broken(), IsEmpty()) << payload;
}

TEST(RulesOfMethods, Status) {
    for (const auto* status : {"200", "0", "-1", "404"})
        EXPECT_THAT(callable().hub(call("1")).device(answer("1", status)).broken(), IsEmpty()) << status;
    for (const auto* status : {"ok", "200.0", "0x10", "-", "2 0", "%32"})
        EXPECT_THAT(callable().hub(call("1")).device(answer("1", status)).broken(),
                    ElementsAre("fail method-status-is-an-integer METHOD-07"))
            << status;
}

TEST(RulesOfMethods, RequestId) {
    EXPECT_THAT(callable().hub(call("1")).device(answer("2")).broken(),
                ElementsAre("fail method-answers-have-their-id METHOD-06"));
    EXPECT_THAT(callable().hub(call("1")).device(message("$iothub/methods/res/200/", "{}")).broken(),
                ElementsAre("fail method-answers-have-their-id METHOD-06"));
    EXPECT_THAT(callable().hub(call("a%20b")).device(answer("a%20b")).broken(), IsEmpty());
    auto reordered = callable().hub(call("1")).hub(call("2")).device(answer("2")).device(answer("1"));
    EXPECT_THAT(reordered.broken(), IsEmpty());
    auto late = callable().hub(call("1")).closes().in(20).connects(hello(), false, "main 2").subscribes(calls);
    EXPECT_THAT(late.device(answer("1")).broken(), IsEmpty());
}

// A harness that bends packets shows bytes in the trace: the device read a call in them.
TEST(RulesOfMethods, CallsInBytes) {
    auto bytes = mqtt::encode(mqtt::Pingresp{});
    mqtt::encode_to(bytes, call("7"));
    EXPECT_THAT(callable().add(model::BytesSent{"main", bytes}).device(answer("7")).broken(), IsEmpty());
}

TEST(RulesOfMethods, Once) {
    EXPECT_THAT(callable().hub(call("1")).device(answer("1")).device(answer("1")).broken(),
                ElementsAre("fail method-answers-come-once METHOD-04"));
    EXPECT_THAT(callable().hub(call("1")).hub(call("1")).device(answer("1")).device(answer("1")).broken(), IsEmpty());
    const auto sure = answer("1", "200", "{}", 7);
    EXPECT_THAT(callable().hub(call("1")).device(sure).in(61'000).device(again(sure)).broken(), IsEmpty());
    // The Node SDK answers anew on the next connection.
    auto anew = callable().hub(call("1")).device(sure).closes().in(20);
    anew.connects(hello(), false, "main 2").subscribes(calls).device(answer("1", "200", "{}", 8));
    EXPECT_THAT(anew.broken(), IsEmpty());
}

TEST(RulesOfMethods, Body) {
    for (const auto* payload : {"", "{}", "null", "7", "\"ok\"", "[1]"})
        EXPECT_THAT(callable().hub(call("1")).device(answer("1", "200", payload)).broken(), IsEmpty()) << payload;
    for (const auto* payload : {"ok", " ", "{a:1}"})
        EXPECT_THAT(callable().hub(call("1")).device(answer("1", "200", payload)).broken(),
                    ElementsAre("fail method-answers-are-json METHOD-05"))
            << payload;
}

TEST(RulesOfMethods, Subscription) {
    EXPECT_THAT(connected().device(answer("1")).broken(), ElementsAre("fail methods-are-subscribed-first METHOD-01",
                                                                      "fail method-answers-have-their-id METHOD-06"));
    EXPECT_THAT(callable().device(answer("1")).broken(), ElementsAre("fail method-answers-have-their-id METHOD-06"));
    // A hub that is told to call without a subscription is answered all the same.
    EXPECT_THAT(connected().hub(call("1")).device(answer("1")).broken(), IsEmpty());
}

}  // namespace
}  // namespace hubspec::run
