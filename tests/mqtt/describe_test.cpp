#include "harness/mqtt/describe.hpp"

#include <gtest/gtest.h>

#include "tests/mqtt/support/bytes.hpp"
#include "tests/mqtt/support/golden.hpp"

namespace hubspec::mqtt {
namespace {

Connect full_connect() {
    Connect connect;
    connect.client_id = "D";
    connect.keep_alive = 60;
    connect.user_name = "h/D/?api-version=2021-04-12";
    connect.password = Bytes{'s', 'e', 'c', 'r', 'e', 't'};
    connect.will = Will{"devices/D/messages/events/", Bytes{'b', 'y', 'e'}, 1, true};
    return connect;
}

TEST(Describe, Connect) {
    EXPECT_EQ(describe(full_connect()),
              "CONNECT client id D, clean session 1, keep alive 60 s, user name h/D/?api-version=2021-04-12, password "
              "(hidden), will devices/D/messages/events/ QoS 1, retain 1, 3 bytes");
    Connect least;
    least.clean_session = false;
    EXPECT_EQ(describe(least), "CONNECT client id (empty), clean session 0, keep alive 0 s");
}

TEST(Describe, ConnectOfAnotherProtocol) {
    Connect connect;
    connect.protocol_name = "MQIsdp";
    connect.protocol_level = 3;
    connect.client_id = "D";
    connect.reserved_flag = true;
    EXPECT_EQ(describe(connect),
              "CONNECT protocol MQIsdp level 3, client id D, clean session 1, keep alive 0 s, reserved flag 1");
}

TEST(Describe, PasswordIsNeverShown) {
    EXPECT_EQ(describe(full_connect()).find("secret"), std::string::npos);
    Connect connect = full_connect();
    connect.user_name.reset();
    EXPECT_EQ(describe(connect).find("secret"), std::string::npos);
}

TEST(Describe, Connack) {
    EXPECT_EQ(describe(Connack{true, 0}), "CONNACK 0 (accepted), session present 1");
    EXPECT_EQ(describe(Connack{false, 1}), "CONNACK 1 (unacceptable protocol version), session present 0");
    EXPECT_EQ(describe(Connack{false, 2}), "CONNACK 2 (identifier rejected), session present 0");
    EXPECT_EQ(describe(Connack{false, 3}), "CONNACK 3 (server unavailable), session present 0");
    EXPECT_EQ(describe(Connack{false, 4}), "CONNACK 4 (bad user name or password), session present 0");
    EXPECT_EQ(describe(Connack{false, 5}), "CONNACK 5 (not authorized), session present 0");
    EXPECT_EQ(describe(Connack{false, 6}), "CONNACK 6 (reserved), session present 0");
}

TEST(Describe, Publish) {
    EXPECT_EQ(describe(Publish{"$iothub/twin/res/204/?$rid=1&$version=6", {}, 0, false, false, 0}),
              "PUBLISH $iothub/twin/res/204/?$rid=1&$version=6 QoS 0, 0 bytes");
    EXPECT_EQ(describe(Publish{"a", {'x'}, 1, true, true, 7}), "PUBLISH a QoS 1, packet id 7, dup, retain, 1 byte");
    EXPECT_EQ(describe(Publish{"", {}, 3, false, false, 0}), "PUBLISH (empty) QoS 3, packet id 0, 0 bytes");
}

TEST(Describe, SubscriptionsAndTheirAnswers) {
    EXPECT_EQ(describe(Subscribe{1, {{"devices/D/#", 1}}}), "SUBSCRIBE 1: devices/D/# QoS 1");
    EXPECT_EQ(describe(Subscribe{2, {{"a", 0}, {"b", 67}}}), "SUBSCRIBE 2: a QoS 0, b QoS 67");
    EXPECT_EQ(describe(Subscribe{3, {}}), "SUBSCRIBE 3: (empty)");
    EXPECT_EQ(describe(Suback{1, {0, 1, 2, 0x80, 3}}), "SUBACK 1: QoS 0, QoS 1, QoS 2, failure, reserved code 0x03");
    EXPECT_EQ(describe(Unsubscribe{4, {"a/#", ""}}), "UNSUBSCRIBE 4: a/#, (empty)");
    EXPECT_EQ(describe(Unsuback{4}), "UNSUBACK 4");
}

TEST(Describe, PacketsWithNoOrOneField) {
    EXPECT_EQ(describe(Puback{1}), "PUBACK 1");
    EXPECT_EQ(describe(Pubrec{2}), "PUBREC 2");
    EXPECT_EQ(describe(Pubrel{3}), "PUBREL 3");
    EXPECT_EQ(describe(Pubcomp{65535}), "PUBCOMP 65535");
    EXPECT_EQ(describe(Pingreq{}), "PINGREQ");
    EXPECT_EQ(describe(Pingresp{}), "PINGRESP");
    EXPECT_EQ(describe(Disconnect{}), "DISCONNECT");
}

TEST(Describe, OnePacketIsOneLine) {
    EXPECT_EQ(describe(Publish{"a\nb\x01\xC3\xA9\x7F", {}, 0, false, false, 0}),
              "PUBLISH a\\nb\\x01\xC3\xA9\\x7F QoS 0, 0 bytes");
    EXPECT_EQ(describe(Unsubscribe{1, {"\xC3(\r\t"}}), "UNSUBSCRIBE 1: \\xC3(\\r\\t");
    for (const Golden& golden : golden_packets()) {
        const std::string line = describe(golden.packet);
        EXPECT_TRUE(line.starts_with(packet_name(golden.packet))) << line;
        EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    }
}

std::string payload(std::string_view text, std::size_t limit) {
    return describe_payload(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()), limit);
}

TEST(DescribePayload, TextIsQuoted) {
    EXPECT_EQ(payload("hello", 100), "\"hello\"");
    EXPECT_EQ(payload("", 100), "\"\"");
    EXPECT_EQ(payload("{\"a\":1}", 100), "'{\"a\":1}'");
    EXPECT_EQ(payload("it's \"so\"", 100), "\"it's \\\"so\\\"\"");
    EXPECT_EQ(payload("a\\b\n\tc", 100), "\"a\\\\b\\n\\tc\"");
    EXPECT_EQ(payload("\xC3\xA9", 100), "\"\xC3\xA9\"");
}

TEST(DescribePayload, OtherBytesAreHex) {
    EXPECT_EQ(payload(std::string_view("\0\xFF", 2), 100), "hex 00 FF");
    EXPECT_EQ(payload("a\x01", 100), "hex 61 01");
    EXPECT_EQ(payload("a\xC3", 100), "hex 61 C3");
}

TEST(DescribePayload, LongOnesAreShortenedWithTheirCount) {
    EXPECT_EQ(payload("abcdef", 6), "\"abcdef\"");
    EXPECT_EQ(payload("abcdef", 5), "\"abcde\"... (6 bytes)");
    EXPECT_EQ(payload("ab\xC3\xA9zz", 3), "\"ab\"... (6 bytes)") << "no half character";
    EXPECT_EQ(payload("ab\xC3\xA9zz", 4), "\"ab\xC3\xA9\"... (6 bytes)");
    EXPECT_EQ(payload("\x01\x02\x03", 2), "hex 01 02... (3 bytes)");
    EXPECT_EQ(payload("abc", 0), "\"\"... (3 bytes)");
    EXPECT_EQ(payload(std::string(70'000, 'a'), 1), "\"a\"... (70000 bytes)") << "longer than a string of the protocol";
}

}  // namespace
}  // namespace hubspec::mqtt
