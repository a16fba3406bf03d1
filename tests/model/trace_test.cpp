#include "harness/model/trace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hubspec::model {
namespace {

using testing::HasSubstr;
using testing::Not;

mqtt::Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

TEST(DescribeEvent, TellsWhatTheRunnerDid) {
    EXPECT_EQ(describe(StepBegan{0}), "step 1");
    EXPECT_EQ(describe(StepExpired{1}), "the window of step 2 ended");
    EXPECT_EQ(describe(NameBound{"rid", Value("7")}), "rid = 7");
    EXPECT_EQ(describe(NameBound{"rid", Value(7)}), "rid = 7");
    EXPECT_EQ(describe(HarnessFailed{"infra.service", "no answer"}), "the harness could not go on: no answer");
    EXPECT_EQ(describe(HarnessStoodStill{std::chrono::seconds(3)}), "the harness stood still for 3000 ms");
    EXPECT_EQ(describe(ClockMoved{std::chrono::seconds(90)}), "the hub's clock moved on by 90000 ms");
}

// Paho keeps packet ids and some return codes to itself.
TEST(DescribeEvent, LeavesOutWhatALibraryDidNotTell) {
    EXPECT_EQ(describe(PacketSent{"main", mqtt::Subscribe{0, {{"a/#", 1}}}, {}, true}), "SUBSCRIBE a/# QoS 1");
    EXPECT_EQ(describe(PacketSent{"main", mqtt::Unsubscribe{0, {"a/#"}}, {}, true}), "UNSUBSCRIBE a/#");
    EXPECT_EQ(describe(PacketSent{"main", mqtt::Publish{"a", {}, 1, false, false, 0}, {}, true}),
              "PUBLISH a QoS 1, 0 bytes");
    EXPECT_EQ(describe(PacketReceived{"main", mqtt::Suback{3, {}}, true}), "SUBACK 3: granted");
    EXPECT_EQ(describe(PacketReceived{"main", mqtt::Suback{3, {}}, false}), "SUBACK 3: (empty)");
}

TEST(DescribeEvent, TellsWhatPassedOnAConnection) {
    EXPECT_EQ(describe(ConnectionOpened{"main", "TLSv1.3"}), "connected, TLSv1.3");
    EXPECT_EQ(describe(ConnectionOpened{"main", ""}), "connected");
    EXPECT_EQ(describe(ConnectionOpened{"main", "TLSv1.3", "h.net", "wss", true, true, "/x?y"}),
              "connected over wss, TLSv1.3 at /x?y, with a client certificate and its chain, asked for h.net");
    EXPECT_EQ(describe(PacketReceived{"main", mqtt::Pingresp{}}), "PINGRESP");
    EXPECT_EQ(describe(PacketReceived{"main", mqtt::Publish{"a/b", bytes("{\"x\": 1}"), 1, false, false, 7}}),
              "PUBLISH a/b QoS 1, packet id 7, 8 bytes '{\"x\": 1}'");
    EXPECT_EQ(describe(PacketSent{"main", mqtt::Publish{"a/b", {}, 0, false, false, 0}, {}}),
              "PUBLISH a/b QoS 0, 0 bytes");
    mqtt::Distortion distortion;
    distortion.flags = 3;
    EXPECT_EQ(describe(PacketSent{"main", mqtt::Pingreq{}, distortion}), "PINGREQ (distorted)");
    EXPECT_EQ(describe(BytesSent{"main", {0xC0, 0x00}}), "bytes hex C0 00");
    EXPECT_EQ(describe(MalformedReceived{"main", {"MQTT-2.2.2-2", "flags 3 where 0 is required", 0}, {0x43, 0x00}}),
              "malformed [MQTT-2.2.2-2]: flags 3 where 0 is required; bytes hex 43 00");
    EXPECT_EQ(describe(ConnectionClosed{"main", true, true, "the hub closed (TCP FIN)"}), "the hub closed (TCP FIN)");
}

TEST(DescribeEvent, TellsWhatPassedOnTheServiceSide) {
    EXPECT_EQ(describe(ServiceAsked{"", {"GET", "/twins/d?api-version=2021-04-12", {}, ""}}),
              "GET /twins/d?api-version=2021-04-12");
    EXPECT_EQ(describe(ServiceAsked{"", {"PATCH", "/twins/d", {}, "{}"}}), "PATCH /twins/d {}");
    EXPECT_EQ(describe(ServiceAnswered{"", {412, {{"IotHub-ErrorCode", "PreconditionFailed"}}, "{}"}}),
              "412 PreconditionFailed {}");
    EXPECT_EQ(describe(ServiceAnswered{"", {204, {}, ""}}), "204");
    EXPECT_EQ(describe(TelemetrySeen{Value(Object{{"body", Value(1)}})}), "telemetry {\"body\":1}");
    EXPECT_EQ(describe(LogSeen{Value("x")}), "log \"x\"");
}

TEST(DescribeEvent, ShortensWhatIsLongAndSaysHowLongItWas) {
    const std::string long_body(5000, 'x');
    EXPECT_EQ(describe(ServiceAsked{"", {"PUT", "/d", {}, long_body}}),
              "PUT /d " + long_body.substr(0, 400) + "... (5000 bytes)");
    EXPECT_EQ(describe(ServiceAsked{"", {"PUT", "/d", {}, long_body.substr(0, 400)}}),
              "PUT /d " + long_body.substr(0, 400));
    EXPECT_LT(describe(PacketReceived{"main", mqtt::Publish{"a", bytes(long_body), 0, false, false, 0}}).size(), 300u);
    EXPECT_LT(describe(BytesSent{"main", mqtt::Bytes(5000, 0xFF)}).size(), 700u);
}

// One packet is one line of a trace, and a password is in none.
TEST(DescribeEvent, APacketIsOneLineWithoutItsPassword) {
    mqtt::Connect connect;
    connect.client_id = "d\n1";
    connect.user_name = "hub/d";
    connect.password = bytes("SharedAccessSignature sig=secret");
    const auto text = describe(PacketSent{"main", connect, {}});
    EXPECT_THAT(text, testing::AllOf(HasSubstr("d\\n1"), Not(HasSubstr("\n")), Not(HasSubstr("secret"))));
    EXPECT_THAT(describe(PacketReceived{"main", mqtt::Publish{"a\x1b", bytes("\x1b[2J"), 0, false, false, 0}}),
                Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace hubspec::model
