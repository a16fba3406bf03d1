// What real clients put on the wire, as far as it is known: a certification must not hold it against them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/run/support/device_story.hpp"

namespace hubspec::run {
namespace {

using namespace test;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const std::string desired = "$iothub/twin/PATCH/properties/desired/#";

mqtt::Connect client(std::uint16_t keep_alive, const std::string& query, bool clean = false,
                     const DeviceFacts& device = plain_device()) {
    auto packet = hello(device);
    packet.clean_session = clean;
    packet.keep_alive = keep_alive;
    packet.user_name = "h.net/" + device.client_id() + "/" + query;
    return packet;
}
mqtt::Publish call(const std::string& id) { return message("$iothub/methods/POST/reboot/?$rid=" + id, "null"); }
mqtt::Publish twin(const std::string& id) { return message("$iothub/twin/res/200/?$rid=" + id, "{}"); }
mqtt::Connack accepted(bool session_present = false) { return {session_present, 0}; }

TEST(RealClients, NodeSdk) {
    const auto packet =
        client(180, "?api-version=2021-04-12&DeviceClientType=azure-iot-device%2F1.18.4%20(node%20v18)");
    const std::string rid = "2c5e7a0e-9d56-4b5f-8f0e-6a2f0e3f7a11";
    Story story;
    story.connects(packet).subscribes(calls, 1).subscribes(bound + "#", 2).subscribes(answers, 3);
    story.device(message(get + rid, " ")).hub(twin(rid));
    story.device(message(events + "%24.mid=m1&%24.ct=application%2Fjson&a=b%20c", "{}", 5)).hub(mqtt::Puback{5});
    story.hub(call("1")).device(message("$iothub/methods/res/200/?$rid=1", "{}"));
    story.hub(message(bound + "%24.to=x", "m", 9)).device(mqtt::Puback{9}).device(message(events, "lost", 6)).closes();
    // After the loss it makes a new message of the old one, and subscribes to two of three again.
    story.in(20).connects(packet, true, "main 2").subscribes(calls, 1).subscribes(bound + "#", 2);
    story.device(message(events, "lost", 7)).hub(mqtt::Puback{7}).stays(20'000);
    EXPECT_THAT(story.broken(), IsEmpty());
}

TEST(RealClients, NodeSdkAsAModule) {
    const auto device = module_of_device();
    const std::string own = "devices/d1/modules/m1/";
    Story story(device);
    story.connects(client(180, "?api-version=2021-04-12", false, device)).subscribes(own + "inputs/#");
    story.device(message(own + "messages/events/%24.on=out1/", "x", 4)).hub(mqtt::Puback{4}).stays(20'000);
    EXPECT_THAT(story.broken(), IsEmpty());
}

// DISCONNECT and CONNECT with clean session 0 renew the token; the subscriptions are the session's.
TEST(RealClients, RenewalOfTokens) {
    auto packet = client(60, "?api-version=2019-10-01");
    Story story;
    story.connects(packet).subscribes(answers).device(mqtt::Disconnect{}).closes().in(30);
    packet.password = bytes_of(token_for("h.net/devices/d1", 1'700'003'600));
    story.connects(packet, true, "main 2").device(message(get + "a1", " ", 2)).hub(mqtt::Puback{2}).hub(twin("a1"));
    EXPECT_THAT(story.stays(20'000).broken(), IsEmpty());
}

TEST(RealClients, PythonSdk) {
    const auto packet = client(60, "?api-version=2019-10-01&DeviceClientType=azure-iot-device-iothub-py%2F2.14.0");
    Story story;
    story.connects(packet).subscribes(answers).subscribes(desired, 2).subscribes(calls, 3);
    const auto lost = message(events + "%24.exp=2026-01-31T12%3A00%3A00&%24.uid=u", "x", 4);
    story.device(lost).closes().in(20).connects(packet, false, "main 2");
    story.device(again(lost)).hub(mqtt::Puback{4}).device(message(get + "b1", " ", 5)).hub(mqtt::Puback{5});
    EXPECT_THAT(story.broken(), IsEmpty());
    // It subscribes to nothing again, which a hub without the session does not forgive.
    EXPECT_THAT(story.stays(20'000).broken(), ElementsAre("warn subscriptions-are-renewed X-DEV-04"));
}

TEST(RealClients, CSdk) {
    auto packet = client(
        240, "?api-version=2020-09-30&DeviceClientType=iothubclient%2f1.15%20(native)&model-id=dtmi%3acom%3ax%3b1");
    packet.password = bytes_of("SharedAccessSignature sr=h.net/devices/d1&sig=AQI%3d&se=1700000000&skn=");
    const mqtt::Subscribe all{1, {{answers, 0}, {desired, 0}, {calls, 0}, {bound + "#", 1}}};
    const auto slow = message(events + "a=1&%24.mid=m%2f1", "x", 7);
    Story story;
    story.connects(packet).device(all).hub(mqtt::Suback{1, {0, 0, 0, 1}});
    story.device(message(get + "10", "")).hub(twin("10")).device(slow).in(61'000).device(again(slow));
    story.hub(call("1a")).device(message("$iothub/methods/res/-1/?$rid=1a", "{ }"));
    EXPECT_THAT(story.broken(), ElementsAre("warn the-resource-is-encoded X-SAS-03 AUTH-04"));
}

TEST(RealClients, JavaSdk) {
    auto packet = client(230, "?api-version=2020-09-30&DeviceClientType=com.microsoft.azure.sdk%2F2.1.5");
    packet.password = bytes_of("SharedAccessSignature sig=AQID&se=1700000000&sr=h.net/devices/d1");
    const auto lost = message(events + "$.mid=m1&$.cdid=d1", "x", 4);
    Story story;
    story.connects(packet).subscribes(answers).device(message(patch + "1&$version=3", "{}", 2)).hub(mqtt::Puback{2});
    story.device(lost).closes().in(330).connects(packet, true, "main 2").device(lost).hub(mqtt::Puback{4});
    EXPECT_THAT(story.broken(), ElementsAre("warn the-resource-is-encoded X-SAS-03 AUTH-04",
                                            "warn the-resource-is-encoded X-SAS-03 AUTH-04",
                                            "warn what-is-sent-again-is-marked X-D2C-08"));
}

TEST(RealClients, EmbeddedC) {
    const auto device = signed_device();
    Story story(device);
    story.connects(client(240, "?api-version=2020-09-30", false, device));
    story.device(mqtt::Subscribe{1, {{"devices/+/messages/devicebound/#", 1}}}).hub(mqtt::Suback{1, {1}});
    story.device(to(answers, 2)).hub(mqtt::Suback{2, {1}}).device(message(get + "get_twin", "")).hub(twin("get_twin"));
    EXPECT_THAT(story.device(message(events)).broken(), IsEmpty());
}

TEST(RealClients, Go) {
    auto packet = client(30, "api-version=2020-09-30", true);
    packet.password = bytes_of("SharedAccessSignature sr=h.net&sig=AQID&se=1700000000");
    Story story;
    story.connects(packet).device(mqtt::Subscribe{1, {{bound + "#", 1}}}).hub(mqtt::Suback{1, {1}});
    story.device(message(events + "%24.mid=m", "x", 2)).hub(mqtt::Puback{2}).closes().in(5);
    story.connects(packet, false, "main 2").device(mqtt::Subscribe{1, {{bound + "#", 1}}}).stays(20'000);
    EXPECT_THAT(story.broken(), Each("warn the-user-name-has-its-question-mark X-CONN-14"));
}

TEST(RealClients, MqttSample) {
    auto kept = message(events, "hello", 2);
    kept.retain = true;
    auto ask = message(get + "get_twin", "{}", 3);
    ask.retain = true;
    Story story;
    story.opens()
        .device(client(10, "?api-version=2020-09-30"))
        .device(to("#"))
        .hub(accepted())
        .hub(mqtt::Suback{1, {0}});
    story.device(to(answers, 4)).device(ask).hub(mqtt::Suback{4, {0}}).device(kept).hub(mqtt::Puback{2});
    EXPECT_THAT(story.broken(), UnorderedElementsAre("warn filters-are-not-too-broad X-SUB-03",
                                                     "warn answers-are-granted-first X-DEV-14",
                                                     "warn nothing-is-retained D2C-11 D2C-12"));
}

TEST(RealClients, MqttSampleOfTheCommandLine) {
    Story story;
    story.connects(client(60, "?api-version=2018-06-30", true)).device(message(events, "hello", 1));
    story.hub(mqtt::Puback{1}).device(mqtt::Disconnect{}).closes();
    EXPECT_THAT(story.broken(), IsEmpty());
}

// It publishes before it has seen CONNACK.
TEST(RealClients, SampleOfTheDocument) {
    Story story;
    story.opens().device(client(60, "?api-version=2021-04-12", true)).device(message(events, "{\"id\":123}", 1));
    story.hub(accepted()).hub(mqtt::Puback{1}).in(59'000).device(mqtt::Pingreq{}).hub(mqtt::Pingresp{}).stays(30'000);
    EXPECT_THAT(story.broken(), IsEmpty());
    EXPECT_THAT(Story(signed_device())
                    .opens()
                    .device(client(60, "?api-version=2021-04-12", true, signed_device()))
                    .device(message(events, "{\"id\":123}", 1))
                    .hub(accepted())
                    .hub(mqtt::Puback{1})
                    .broken(),
                IsEmpty());
}

// A bridge for which nobody has turned its notices off: the hub has no such topic.
TEST(RealClients, MosquittoBridge) {
    auto packet = client(60, "?api-version=2021-04-12");
    packet.protocol_level = 0x84;
    packet.will = mqtt::Will{"$SYS/broker/connection/b/state", bytes_of("0"), 1, true};
    auto notice = message("$SYS/broker/connection/b/state", "1", 1);
    notice.retain = true;
    Story story;
    story.connects(packet).device(mqtt::Unsubscribe{2, {events + "#"}}).hub(mqtt::Unsuback{2});
    EXPECT_THAT(story.broken(), ElementsAre("warn mqtt-is-3.1.1 X-CONN-08", "warn the-will-is-telemetry WILL-02"));
    EXPECT_THAT(story.device(notice).broken(),
                ElementsAre("warn mqtt-is-3.1.1 X-CONN-08", "warn the-will-is-telemetry WILL-02",
                            "fail topics-are-the-hubs D2C-01", "warn nothing-is-retained D2C-11 D2C-12"));
}

// Wherever a connection breaks off, and wherever the trace stops, nothing is held against the device.
TEST(RealClients, AtAnyMomentOfAConversation) {
    Story whole;
    whole.connects(client(180, "?api-version=2021-04-12")).in(50).device(to(answers, 1)).device(to(calls, 2));
    whole.hub(mqtt::Suback{1, {0}}).hub(mqtt::Suback{2, {0}}).device(mqtt::Subscribe{3, {{bound + "#", 1}}});
    whole.hub(mqtt::Suback{3, {1}}).in(50).device(message(get + "1", "")).hub(twin("1")).hub(message(bound, "x", 7));
    whole.hub(call("1")).device(message(events, "x", 4)).device(mqtt::Puback{7}).hub(mqtt::Puback{4});
    whole.device(message("$iothub/methods/res/200/?$rid=1", "")).in(50).device(message(events, "y", 5));
    whole.hub(mqtt::Puback{5}).device(mqtt::Disconnect{});
    for (std::size_t length = 1; length <= whole.trace().size(); ++length) {
        model::Trace cut(whole.trace().begin(), whole.trace().begin() + static_cast<std::ptrdiff_t>(length));
        EXPECT_THAT(broken_device_rules(cut, plain_device(), real_catalogue()), IsEmpty()) << length;
        const auto end = cut.back().at;
        cut.push_back({end, model::ConnectionClosed{"main", true, true, "reset (TCP RST)"}});
        cut.push_back({end + std::chrono::minutes(30), model::ServiceAnswered{"call", {}}});
        EXPECT_THAT(broken_device_rules(cut, plain_device(), real_catalogue()), IsEmpty()) << length;
    }
}

}  // namespace
}  // namespace hubspec::run
