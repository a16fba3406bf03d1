#include <gtest/gtest.h>

#include "tests/mqtt/support/bytes.hpp"
#include "tests/mqtt/support/malformed.hpp"
#include "tests/mqtt/support/print.hpp"

namespace hubspec::mqtt {
namespace {

constexpr auto client = Sender::client;

// In the bytes, '|' stands behind the byte that proves the malformation: one byte less is Incomplete.

TEST(MalformedConnect, Flags) {
    const auto without_will = [](int qos) {
        return Malformed{"MQTT-3.1.2-13",
                         "connect flags have will QoS " + std::to_string(qos) + " without the will flag", 9};
    };
    expect_all({
        {client,
         "10 0C 00 04 'MQTT' 04 03| 00 00 00 00",
         {"MQTT-3.1.2-3", "connect flags have the reserved bit 0 set", 9}},
        {client, "10 0C 00 04 'MQTT' 04 0A| 00 00 00 00", without_will(1)},
        {client, "10 0C 00 04 'MQTT' 04 12| 00 00 00 00", without_will(2)},
        {client, "10 0C 00 04 'MQTT' 04 1A| 00 00 00 00", without_will(3)},
        {client,
         "10 0C 00 04 'MQTT' 04 1E| 00 00 00 00",
         {"MQTT-3.1.2-14", "connect flags have will QoS 3; it is 0, 1 or 2", 9}},
        {client,
         "10 0C 00 04 'MQTT' 04 22| 00 00 00 00",
         {"MQTT-3.1.2-15", "connect flags have will retain without the will flag", 9}},
        {client,
         "10 0C 00 04 'MQTT' 04 42| 00 00 00 00",
         {"MQTT-3.1.2-22", "connect flags have a password without a user name", 9}},
    });
}

TEST(MalformedConnect, FieldsThatAreMissing) {
    expect_all({
        {client, "10 00|", {"MQTT 3.1.2.1", "protocol name needs at least 2 bytes, the packet has 0 left", 2}},
        {client,
         "10 06 00 04 'MQTT|'",
         {"MQTT 3.1.2.2", "protocol level needs at least 1 byte, the packet has 0 left", 8}},
        {client,
         "10 07 00 04 'MQTT' 04|",
         {"MQTT 3.1.2.3", "connect flags needs at least 1 byte, the packet has 0 left", 9}},
        {client,
         "10 09 00 04 'MQTT' 04 02| 00",
         {"MQTT 3.1.2.10", "keep alive needs at least 2 bytes, the packet has 1 left", 10}},
        {client,
         "10 0A 00 04 'MQTT' 04 02 00 00|",
         {"MQTT-3.1.3-3", "client id is missing: the packet ends before it", 12}},
        {client,
         "10 0C 00 04 'MQTT' 04 06 00 00 00 00|",
         {"MQTT-3.1.2-9", "will topic is missing: the packet ends before it", 14}},
        {client,
         "10 0F 00 04 'MQTT' 04 06 00 00 00 00 00 01 'w|'",
         {"MQTT-3.1.2-9", "will message is missing: the packet ends before it", 17}},
        {client,
         "10 0C 00 04 'MQTT' 04 82 00 00 00 00|",
         {"MQTT-3.1.2-19", "user name is missing: the packet ends before it", 14}},
        {client,
         "10 0F 00 04 'MQTT' 04 C2 00 00 00 00 00 01 'u|'",
         {"MQTT-3.1.2-21", "password is missing: the packet ends before it", 17}},
    });
}

TEST(MalformedConnect, FieldsThatRunPastThePacket) {
    expect_all({
        {client,
         "10 0C 00 0B| 'MQTT' 04 02 00 00 00 00",
         {"MQTT 3.1.2.1", "protocol name announces 11 bytes, the packet has 10 left", 2}},
        {client,
         "10 0D 00 04 'MQTT' 04 02 00 00 00 02| 'D'",
         {"MQTT 3.1.3.1", "client id announces 2 bytes, the packet has 1 left", 12}},
        {client,
         "10 0B 00 04 'MQTT' 04 02 00 00| 00",
         {"MQTT 3.1.3.1", "client id needs at least 2 bytes, the packet has 1 left", 12}},
        {client,
         "10 0F 00 04 'MQTT' 04 06 00 00 00 00 00 02| 'w'",
         {"MQTT 3.1.3.2", "will topic announces 2 bytes, the packet has 1 left", 14}},
        {client,
         "10 12 00 04 'MQTT' 04 06 00 00 00 00 00 01 'w' 01 00| 'x'",
         {"MQTT 3.1.3.3", "will message announces 256 bytes, the packet has 1 left", 17}},
        {client,
         "10 0F 00 04 'MQTT' 04 82 00 00 00 00 FF FF| 'u'",
         {"MQTT 3.1.3.4", "user name announces 65535 bytes, the packet has 1 left", 14}},
        {client,
         "10 12 00 04 'MQTT' 04 C2 00 00 00 00 00 01 'u' 00 02| 'p'",
         {"MQTT 3.1.3.5", "password announces 2 bytes, the packet has 1 left", 17}},
    });
}

TEST(MalformedConnect, TrailingBytes) {
    expect_all({
        {client,
         "10 0D 00 04 'MQTT' 04 02 00 00 00 00| 'x'",
         {"MQTT 3.1.3", "CONNECT has 1 byte behind the last field that its connect flags announce", 14}},
        {client,
         "10 11 00 04 'MQTT' 04 82 00 00 00 00 00 01 'u|' 'xy'",
         {"MQTT 3.1.3", "CONNECT has 2 bytes behind the last field that its connect flags announce", 17}},
    });
}

TEST(MalformedConnect, Strings) {
    expect_all({
        {client,
         "10 0C 00 04 'MQ' 00| 'T' 04 02 00 00 00 00",
         {"MQTT-1.5.3-2", "protocol name has U+0000, which no string may contain", 6}},
        {client,
         "10 0D 00 04 'MQTT' 04 02 00 00 00 01 00|",
         {"MQTT-1.5.3-2", "client id has U+0000, which no string may contain", 14}},
        {client,
         "10 0E 00 04 'MQTT' 04 02 00 00 00 02 'D' FF|",
         {"MQTT-1.5.3-1", "client id has bytes FF, which are not well-formed UTF-8", 15}},
        {client,
         "10 0E 00 04 'MQTT' 04 06 00 00 00 00 00 00| 00 00",
         {"MQTT-4.7.3-1", "will topic is empty; it must have at least one character", 14}},
        {client,
         "10 13 00 04 'MQTT' 04 06 00 00 00 00 00 03 'a/+|' 00 00",
         {"MQTT-4.7.1-1", "will topic has the wildcard '+'; wildcards belong in topic filters", 18}},
        {client,
         "10 0F 00 04 'MQTT' 04 82 00 00 00 00 00 01 C3|",
         {"MQTT-1.5.3-1", "user name ends inside the UTF-8 character that starts with C3", 16}},
    });
}

TEST(ForeignConnect, IsAValueWithItsNameAndLevelWhenTheLayoutIsAnother) {
    // MQTT 5: properties (a session expiry interval) stand between keep alive and client id.
    const Bytes bytes = bytes_of("10 13 00 04 'MQTT' 05 02 00 3C 05 11 00 00 00 0A 00 01 'D'");
    Connect expected;
    expected.protocol_level = 5;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        ASSERT_EQ(decode(std::span(bytes).first(size), client), DecodeResult(Incomplete{})) << "cut to " << size;
    }
    EXPECT_EQ(decode(bytes, client), DecodeResult(Decoded{expected, bytes.size()}));
}

TEST(ForeignConnect, ConnectFlagsOfAnotherLevelAreNotJudged) {
    Connect expected;
    expected.protocol_name = "NONE";
    EXPECT_EQ(decode(bytes_of("10 09 00 04 'NONE' 04 FF"), client), DecodeResult(Incomplete{}));
    EXPECT_EQ(decode(bytes_of("10 09 00 04 'NONE' 04 FF 00"), client), DecodeResult(Decoded{expected, 11}));
}

TEST(ForeignConnect, MayEndBehindTheLevel) {
    Connect expected;
    expected.protocol_name = "";
    expected.protocol_level = 0;
    EXPECT_EQ(decode(bytes_of("10 03 00 00 00"), client), DecodeResult(Decoded{expected, 5}));
}

TEST(ForeignConnect, NameAndLevelThemselvesAreJudged) {
    expect_all({
        {client, "10 02 00 00|", {"MQTT 3.1.2.2", "protocol level needs at least 1 byte, the packet has 0 left", 4}},
        {client,
         "10 04 00 01 FF| 05",
         {"MQTT-1.5.3-1", "protocol name has bytes FF, which are not well-formed UTF-8", 4}},
    });
}

}  // namespace
}  // namespace hubspec::mqtt
