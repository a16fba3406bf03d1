#include <gtest/gtest.h>

#include "tests/run/support/told.hpp"

namespace hubspec::run {
namespace {

using namespace test;

const std::string bound = "devices/d1/messages/devicebound/";
const std::string awaits_message = "hub: publish topic devices/d1/messages/devicebound/, payload hello";

mqtt::Publish retained(const std::string& topic, const std::string& payload) {
    auto packet = message(topic, 0, payload);
    packet.retain = true;
    return packet;
}

TEST(HintsOfMessages, AnEcho) {
    const auto echo = [](const mqtt::Publish& back) {
        return connected().sent(message(events, 0, "mine")).got(back, "second").then().hint_of_silence("hub: puback");
    };
    EXPECT_EQ(echo(message(events, 0, "mine")), "echo");
    EXPECT_EQ(echo(retained(events, "mine")), "retained-echo");
    EXPECT_EQ(echo(message(events, 0, "other")), "");
    EXPECT_EQ(echo(message("other/topic", 0, "mine")), "");
}

TEST(HintsOfMessages, QualityTwo) {
    EXPECT_EQ(connected().sent(message(events, 2)).got(mqtt::Pubrec{1}).hint("hub: closes"),
              "quality-two-is-acknowledged");
    EXPECT_EQ(connected().sent(message(events, 2)).got(mqtt::Puback{1}).hint("hub: closes"), "");
    EXPECT_EQ(connected().sent(to("#")).got(mqtt::Suback{1, {2}}).hint("hub: suback return_codes [1]"),
              "quality-two-is-granted");
    EXPECT_EQ(connected().sent(to("#")).got(mqtt::Suback{1, {0}}).hint("hub: suback return_codes [1]"), "");
}

TEST(HintsOfMessages, AFilterIsRefused) {
    EXPECT_EQ(connected().sent(to("#")).got(mqtt::Suback{1, {0, 0x80}}).hint("hub: suback"), "filter-is-refused");
    EXPECT_EQ(connected().sent(to("#")).got(mqtt::Suback{1, {0, 1}}).hint("hub: suback packet_id 2"), "");
}

TEST(HintsOfMessages, RetainInWhatIsDelivered) {
    EXPECT_EQ(connected().got(retained(bound, "hello")).hint(awaits_message), "delivered-with-retain");
    EXPECT_EQ(connected().got(message(bound, 0, "hullo")).hint(awaits_message), "");
}

TEST(HintsOfMessages, TheOldNameOfTheRetainProperty) {
    const auto seen = [](const std::string& name) {
        const model::Object properties{{name, model::Value("true")}};
        return connected()
            .add(model::TelemetrySeen{model::Object{{"properties", properties}}})
            .hint("service: telemetry properties {mqtt-retain: true}");
    };
    EXPECT_EQ(seen("x-opt-retain"), "old-retain-property");
    EXPECT_EQ(seen("mqtt-retained"), "");
}

TEST(HintsOfMessages, AQuestionMarkBeforeTheBag) {
    EXPECT_EQ(connected().got(message(bound + "?prop1&prop2=")).hint(awaits_message), "bag-begins-with-question-mark");
    EXPECT_EQ(connected().got(message(bound + "prop1&prop2=?")).hint(awaits_message), "");
    EXPECT_EQ(connected().got(message("$iothub/methods/POST/name/?$rid=1")).hint(awaits_message), "");
}

TEST(HintsOfMessages, NoSubscription) {
    EXPECT_EQ(connected().hint_of_silence(awaits_message), "cloud-to-device-is-not-subscribed");
    EXPECT_EQ(connected().sent(to("$iothub/twin/res/#")).hint_of_silence(awaits_message),
              "cloud-to-device-is-not-subscribed");
    EXPECT_EQ(connected().sent(to(bound + "#")).hint_of_silence(awaits_message), "");
    EXPECT_EQ(connected().hint_of_silence("service: telemetry payload hello"), "");
}

TEST(HintsOfMessages, AForgottenSession) {
    auto keeps = connect_of();
    keeps.clean_session = false;
    const auto again = [&](bool session_present) {
        Told told;
        told.sent(keeps).got(mqtt::Connack{false, 0}).sent(to(bound + "#")).closed();
        return told.sent(keeps).got(mqtt::Connack{session_present, 0}).then().hint_of_silence(awaits_message);
    };
    EXPECT_EQ(again(false), "session-was-forgotten");
    EXPECT_EQ(again(true), "");
}

}  // namespace
}  // namespace hubspec::run
