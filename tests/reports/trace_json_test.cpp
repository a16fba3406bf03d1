#include "reports/trace_json.hpp"

#include <gtest/gtest.h>

#include <set>

namespace hubspec::reports {
namespace {

using namespace model;

mqtt::Connect full_connect() {
    mqtt::Connect packet;
    packet.client_id = "d1";
    packet.clean_session = false;
    packet.keep_alive = 240;
    packet.will = mqtt::Will{"devices/d1/messages/events/", {0x00, 0xFF}, 1, true};
    packet.user_name = "h.net/d1";
    packet.password = mqtt::Bytes{'A', '0'};
    packet.reserved_flag = true;
    return packet;
}

mqtt::Distortion full_distortion() {
    mqtt::Distortion how;
    how.flags = 15;
    how.remaining_length = 3;
    how.remaining_length_bytes = 4;
    how.packet_type = 0;
    how.connect_flags = 255;
    how.omit_packet_id = true;
    how.trailing = {1, 2};
    how.replace = {{"old", {0xC3, 0x28}}};
    return how;
}

std::vector<mqtt::Packet> every_packet() {
    return {full_connect(),
            mqtt::Connack{true, 5},
            mqtt::Publish{"t/\xC3\xA4", {0x00, 0x80, 0xFF}, 1, true, true, 65535},
            mqtt::Puback{1},
            mqtt::Pubrec{2},
            mqtt::Pubrel{3},
            mqtt::Pubcomp{4},
            mqtt::Subscribe{5, {{"a/#", 0}, {"b", 2}}},
            mqtt::Suback{6, {0, 1, 0x80}},
            mqtt::Unsubscribe{7, {"a/#", "b"}},
            mqtt::Unsuback{8},
            mqtt::Pingreq{},
            mqtt::Pingresp{},
            mqtt::Disconnect{}};
}

std::vector<EventForm> every_event() {
    const Value value =
        Object{{"saw", std::string("message")}, {"n", std::int64_t{-3}}, {"list", Array{true, Value()}}};
    const HttpResponse response{404, {{"ETag", "\"1\""}, {"ETag", "\"2\""}}, "{}"};
    return {StepBegan{3},
            StepExpired{4},
            NameBound{"device.id", std::string("d1")},
            HarnessFailed{"infra.tls", "text"},
            ClockMoved{std::chrono::milliseconds(61'000)},
            HarnessStoodStill{std::chrono::milliseconds(3000)},
            ConnectionOpened{"main", "TLSv1.3", "localhost", "wss", true, true, "/x?y"},
            UpgradeAnswered{"main", response},
            PingFrameSent{"main"},
            PacketSent{"main", full_connect(), full_distortion(), true},
            BytesSent{"main", {0xFF, 0x00}},
            PacketReceived{"main 2", mqtt::Pingreq{}, true},
            MalformedReceived{"main", {"MQTT-2.2.2-2", "reserved flags", 1}, {0x31}},
            ConnectionClosed{"main", true, false, "reset"},
            ConnectionClosed{"main 2", true, true, "left before CONNECT", true},
            ServiceAsked{"x", {"PATCH", "/twins/d1", {{"If-Match", "*"}}, "{}"}},
            ServiceAnswered{"x", response},
            CloudMessageSent{"step 1", Object{{"to", "x"}}},
            CloudMessageSettled{"step 1", "rejected", "amqp:not-found", "why"},
            TelemetrySeen{value},
            LogSeen{value},
            DeviceStarted{"plain-device"},
            DeviceExited{-11, "signal 11", "oh", true},
            AppAsked{"7", value},
            AppAnswered{"7", value},
            AppTold{value},
            HubTold{"drop"}};
}

Event again(const Event& event) {
    const auto json = Json::parse(write_event(event).dump());
    return read_event(Reader(json, "/events/0"));
}

TEST(TraceJson, EveryEventComesBack) {
    std::set<std::size_t> kinds;
    for (const auto& form : every_event()) {
        const Event event{std::chrono::microseconds(17), form};
        EXPECT_EQ(again(event), event) << write_event(event).dump();
        kinds.insert(form.index());
    }
    EXPECT_EQ(kinds.size(), std::variant_size_v<EventForm>) << "an event is missing in this test";
}

TEST(TraceJson, EveryPacketComesBack) {
    std::set<std::size_t> kinds;
    for (const auto& packet : every_packet()) {
        const Event event{{}, PacketReceived{"main", packet}};
        EXPECT_EQ(again(event), event) << write_event(event).dump();
        kinds.insert(packet.index());
    }
    EXPECT_EQ(kinds.size(), std::variant_size_v<mqtt::Packet>) << "a packet is missing in this test";
}

TEST(TraceJson, IsReadable) {
    EXPECT_EQ(write_event({std::chrono::microseconds(5), PacketReceived{"main", mqtt::Puback{7}}}).dump(),
              R"({"at":5,"packetReceived":{"connection":"main","packet":{"PUBACK":{"packetId":7}},"retold":false}})");
}

std::string problem_of(const std::string& text) {
    const auto json = Json::parse(text);
    try {
        read_event(Reader(json, "/events/0"));
    } catch (const Wrong& wrong) {
        return wrong.text;
    }
    return {};
}

TEST(TraceJson, WhatIsWrongIsSaidWithItsPlace) {
    EXPECT_EQ(problem_of(R"({"at": 1})"), "/events/0: this is no event");
    EXPECT_EQ(problem_of(R"({"at": 1, "stepBegan": {"step": -1}})"),
              "/events/0/stepBegan/step: a number of at least 0 is expected");
    EXPECT_EQ(problem_of(R"({"at": 1, "bytesSent": {"connection": "main", "bytes": "0G"}})"),
              "/events/0/bytesSent/bytes: hexadecimal bytes are expected");
    EXPECT_EQ(
        problem_of(R"({"at": 1, "packetReceived": {"connection": "main", "retold": false, "packet": {"X": {}}}})"),
        "/events/0/packetReceived/packet: this is no packet");
    EXPECT_EQ(problem_of(R"({"at": "1", "pingFrameSent": {"connection": "main"}})"),
              "/events/0/at: an integer is expected, not a string");
}

}  // namespace
}  // namespace hubspec::reports
