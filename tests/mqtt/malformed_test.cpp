#include <gtest/gtest.h>

#include "tests/mqtt/support/bytes.hpp"
#include "tests/mqtt/support/malformed.hpp"
#include "tests/mqtt/support/print.hpp"

namespace hubspec::mqtt {
namespace {

constexpr auto client = Sender::client;
constexpr auto server = Sender::server;

// In the bytes, '|' stands behind the byte that proves the malformation: one byte less is Incomplete.

TEST(MalformedFixedHeader, PacketTypeAndSender) {
    expect_all({
        {client, "00| 00", {"MQTT 2.2.1", "control packet type 0 is reserved", 0}},
        {server, "F0| 00", {"MQTT 2.2.1", "control packet type 15 is reserved", 0}},
        {client, "20| 02 00 00", {"MQTT 2.2.1", "CONNACK from a client; only a server sends it", 0}},
        {client, "90| 03 00 01 00", {"MQTT 2.2.1", "SUBACK from a client; only a server sends it", 0}},
        {client, "B0| 02 00 01", {"MQTT 2.2.1", "UNSUBACK from a client; only a server sends it", 0}},
        {client, "D0| 00", {"MQTT 2.2.1", "PINGRESP from a client; only a server sends it", 0}},
        {server,
         "10| 0C 00 04 'MQTT' 04 02 00 00 00 00",
         {"MQTT 2.2.1", "CONNECT from a server; only a client sends it", 0}},
        {server, "82| 06 00 01 00 01 'a' 00", {"MQTT 2.2.1", "SUBSCRIBE from a server; only a client sends it", 0}},
        {server, "A2| 05 00 01 00 01 'a'", {"MQTT 2.2.1", "UNSUBSCRIBE from a server; only a client sends it", 0}},
        {server, "C0| 00", {"MQTT 2.2.1", "PINGREQ from a server; only a client sends it", 0}},
        {server, "E0| 00", {"MQTT 2.2.1", "DISCONNECT from a server; only a client sends it", 0}},
    });
}

TEST(MalformedFixedHeader, Flags) {
    expect_all({
        {client, "11| 0C", {"MQTT-2.2.2-2", "CONNECT has the flags 0001; they must be 0000", 0}},
        {server, "28| 02", {"MQTT-2.2.2-2", "CONNACK has the flags 1000; they must be 0000", 0}},
        {client, "42| 02", {"MQTT-2.2.2-2", "PUBACK has the flags 0010; they must be 0000", 0}},
        {server, "54| 02", {"MQTT-2.2.2-2", "PUBREC has the flags 0100; they must be 0000", 0}},
        {client, "60| 02", {"MQTT-3.6.1-1", "PUBREL has the flags 0000; they must be 0010", 0}},
        {server, "63| 02", {"MQTT-3.6.1-1", "PUBREL has the flags 0011; they must be 0010", 0}},
        {client, "7F| 02", {"MQTT-2.2.2-2", "PUBCOMP has the flags 1111; they must be 0000", 0}},
        {client, "80| 06", {"MQTT-3.8.1-1", "SUBSCRIBE has the flags 0000; they must be 0010", 0}},
        {server, "92| 03", {"MQTT-2.2.2-2", "SUBACK has the flags 0010; they must be 0000", 0}},
        {client, "A6| 05", {"MQTT-3.10.1-1", "UNSUBSCRIBE has the flags 0110; they must be 0010", 0}},
        {server, "B1| 02", {"MQTT-2.2.2-2", "UNSUBACK has the flags 0001; they must be 0000", 0}},
        {client, "C4| 00", {"MQTT-2.2.2-2", "PINGREQ has the flags 0100; they must be 0000", 0}},
        {server, "D1| 00", {"MQTT-2.2.2-2", "PINGRESP has the flags 0001; they must be 0000", 0}},
        {client, "E1| 00", {"MQTT-3.14.1-1", "DISCONNECT has the flags 0001; they must be 0000", 0}},
        {client, "36| 03", {"MQTT-3.3.1-4", "PUBLISH has both QoS bits set; QoS is 0, 1 or 2", 0}},
        {server, "3F| 03", {"MQTT-3.3.1-4", "PUBLISH has both QoS bits set; QoS is 0, 1 or 2", 0}},
        {client, "38| 03", {"MQTT-3.3.1-2", "PUBLISH has DUP 1 with QoS 0; DUP must be 0 there", 0}},
        {server, "39| 03", {"MQTT-3.3.1-2", "PUBLISH has DUP 1 with QoS 0; DUP must be 0 there", 0}},
    });
}

TEST(MalformedFixedHeader, RemainingLength) {
    const auto fixed = [](std::string_view name, std::string_view section, int seen, int right) {
        return Malformed{std::string(section),
                         std::string(name) + " announces a remaining length of " + std::to_string(seen) +
                             "; it is always " + std::to_string(right),
                         1};
    };
    expect_all({
        {server, "20 03| 00 00 00", fixed("CONNACK", "MQTT 3.2.1", 3, 2)},
        {server, "20 00|", fixed("CONNACK", "MQTT 3.2.1", 0, 2)},
        {client, "40 01| 00", fixed("PUBACK", "MQTT 3.4.1", 1, 2)},
        {client, "50 03|", fixed("PUBREC", "MQTT 3.5.1", 3, 2)},
        {client, "62 04|", fixed("PUBREL", "MQTT 3.6.1", 4, 2)},
        {client, "70 80 01|", fixed("PUBCOMP", "MQTT 3.7.1", 128, 2)},
        {server, "B0 03|", fixed("UNSUBACK", "MQTT 3.11.1", 3, 2)},
        {client, "C0 01| 00", fixed("PINGREQ", "MQTT 3.12.1", 1, 0)},
        {server, "D0 02|", fixed("PINGRESP", "MQTT 3.13.1", 2, 0)},
        {client, "E0 81 00|", fixed("DISCONNECT", "MQTT 3.14.1", 1, 0)},
        {client,
         "30 FF FF FF FF| 7F",
         {"MQTT 2.2.3", "the fourth byte of the remaining length is FF and asks for a fifth; there are at most four",
          4}},
        {client,
         "C0 80 80 80 80| 00",
         {"MQTT 2.2.3", "the fourth byte of the remaining length is 80 and asks for a fifth; there are at most four",
          4}},
    });
}

TEST(MalformedFixedHeader, PaddedRemainingLengthIsAllowed) {
    EXPECT_EQ(decode(bytes_of("C0 80 80 80 00"), client), DecodeResult(Decoded{Pingreq{}, 5}));
    EXPECT_EQ(decode(bytes_of("40 82 00 00 07"), client), DecodeResult(Decoded{Puback{7}, 5}));
}

TEST(MalformedFixedHeader, LargestPacketCountsTheFixedHeader) {
    const Bytes bytes = bytes_of("30 09 00 01 't' '123456'");
    EXPECT_TRUE(std::holds_alternative<Decoded>(decode(bytes, client, 11)));
    const Malformed expected{"MQTT 2.2.3", "PUBLISH announces a packet of 11 bytes; at most 10 are accepted here", 1};
    EXPECT_EQ(decode(std::span(bytes).first(2), client, 10), DecodeResult(expected));
    const Malformed largest{"MQTT 2.2.3",
                            "PUBLISH announces a packet of 268435460 bytes; at most 268435459 are accepted here", 1};
    EXPECT_EQ(decode(bytes_of("30 FF FF FF 7F"), client, 268'435'459), DecodeResult(largest));
    EXPECT_EQ(decode(bytes_of("30 FF FF FF 7F"), client), DecodeResult(Incomplete{}));
}

TEST(MalformedConnack, Fields) {
    expect_all({
        {server,
         "20 02 02| 00",
         {"MQTT 3.2.2.1", "connect acknowledge flags are 02; the reserved bits 7 to 1 must be 0", 2}},
        {server,
         "20 82 00 81| 00",
         {"MQTT 3.2.2.1", "connect acknowledge flags are 81; the reserved bits 7 to 1 must be 0", 3}},
        {server, "20 02 01 05|", {"MQTT-3.2.2-4", "session present is 1 with return code 5", 2}},
        {server, "20 02 01 FF|", {"MQTT-3.2.2-4", "session present is 1 with return code 255", 2}},
    });
}

TEST(MalformedPublish, Topic) {
    expect_all({
        {client, "30 00|", {"MQTT 3.3.2.1", "topic name needs at least 2 bytes, the packet has 0 left", 2}},
        {client, "30 01| 00", {"MQTT 3.3.2.1", "topic name needs at least 2 bytes, the packet has 1 left", 2}},
        {client, "32 03| 00 01 't'", {"MQTT 3.3.2.1", "topic name needs at least 4 bytes, the packet has 3 left", 2}},
        {client, "30 03 00 02| 't'", {"MQTT 3.3.2.1", "topic name announces 2 bytes, the packet has 1 left", 2}},
        {server,
         "32 06 00 03| 'abc' 00",
         {"MQTT 3.3.2.1", "topic name announces 3 bytes, the packet has 4 left, 2 of them for what follows", 2}},
        {client, "30 02 00 00|", {"MQTT-4.7.3-1", "topic name is empty; it must have at least one character", 2}},
        {client,
         "30 05 00 03 'a#|b'",
         {"MQTT-3.3.2-2", "topic name has the wildcard '#'; wildcards belong in topic filters", 5}},
        {server,
         "30 05 00 03 '+|ab'",
         {"MQTT-3.3.2-2", "topic name has the wildcard '+'; wildcards belong in topic filters", 4}},
    });
}

TEST(MalformedPublish, PacketId) {
    const std::string zero = "packet identifier is 0, which names no packet";
    expect_all({
        {client, "32 05 00 01 't' 00 00|", {"MQTT-2.3.1-1", zero, 5}},
        {server, "34 06 00 01 't' 00 00| 'x'", {"MQTT-2.3.1-1", zero, 5}},
        {client, "40 02 00 00|", {"MQTT-2.3.1-6", zero, 2}},
        {client, "50 02 00 00|", {"MQTT-2.3.1-6", zero, 2}},
        {server, "62 02 00 00|", {"MQTT-2.3.1-6", zero, 2}},
        {server, "70 02 00 00|", {"MQTT 3.7.2", zero, 2}},
    });
}

TEST(MalformedSubscribe, PacketIdAndPayload) {
    const std::string zero = "packet identifier is 0, which names no packet";
    expect_all({
        {client, "82 00|", {"MQTT 2.3.1", "packet identifier needs at least 2 bytes, the packet has 0 left", 2}},
        {client, "82 01| 00", {"MQTT 2.3.1", "packet identifier needs at least 2 bytes, the packet has 1 left", 2}},
        {client, "82 02| 00 01", {"MQTT-3.8.3-3", "SUBSCRIBE has no topic filter; it must have at least one", 4}},
        {client, "A2 02| 00 01", {"MQTT-3.10.3-2", "UNSUBSCRIBE has no topic filter; it must have at least one", 4}},
        {server,
         "90 02| 00 01",
         {"MQTT-3.8.4-5", "SUBACK has no return code; it must have one for each topic filter", 4}},
        {client, "82 06 00 00| 00 01 'a' 00", {"MQTT-2.3.1-1", zero, 2}},
        {client, "A2 05 00 00| 00 01 'a'", {"MQTT-2.3.1-1", zero, 2}},
        {server, "90 03 00 00| 00", {"MQTT-2.3.1-7", zero, 2}},
        {server, "B0 02 00 00|", {"MQTT-2.3.1-7", zero, 2}},
    });
}

TEST(MalformedSubscribe, RequestedQosAndReturnCodes) {
    const auto qos = [](const char* seen, std::size_t offset) {
        return Malformed{"MQTT-3-8.3-4", "requested QoS is " + std::string(seen) + "; it is 00, 01 or 02", offset};
    };
    const auto code = [](const char* seen, std::size_t offset) {
        return Malformed{"MQTT-3.9.3-2", "return code is " + std::string(seen) + "; it is 00, 01, 02 or 80", offset};
    };
    expect_all({
        {client, "82 06 00 01 00 01 'a' 03|", qos("03", 7)},
        {client, "82 06 00 01 00 01 'a' 04|", qos("04", 7)},
        {client, "82 06 00 01 00 01 'a' 80|", qos("80", 7)},
        {client, "82 0A 00 01 00 01 'a' 00 00 01 'b' 43|", qos("43", 11)},
        {server, "90 03 00 01 03|", code("03", 4)},
        {server, "90 04 00 01 80 81|", code("81", 5)},
        {server, "90 04 00 01 FF| 00", code("FF", 4)},
    });
}

TEST(MalformedSubscribe, TopicFilter) {
    const std::string plus = "topic filter has '+' as a part of a level; it must be the whole level";
    const std::string hash = "topic filter has '#' as a part of a level; it must be the whole level";
    const std::string early = "topic filter has '#' before its end; it must be the last character";
    const std::string empty = "topic filter is empty; it must have at least one character";
    expect_all({
        {client, "82 03 00 01| 00", {"MQTT 3.8.3", "topic filter needs at least 3 bytes, the packet has 1 left", 4}},
        {client, "82 05 00 01 00 00| 00", {"MQTT-4.7.3-1", empty, 4}},
        {client, "A2 04 00 01 00 00|", {"MQTT-4.7.3-1", empty, 4}},
        {client,
         "82 07 00 01 00 03| 'ab' 00",
         {"MQTT 3.8.3", "topic filter announces 3 bytes, the packet has 3 left, 1 of them for what follows", 4}},
        {client, "A2 05 00 01 00 02| 'a'", {"MQTT 3.10.3", "topic filter announces 2 bytes, the packet has 1 left", 4}},
        {client, "82 07 00 01 00 02 'a#|' 00", {"MQTT-4.7.1-2", hash, 7}},
        {client, "82 08 00 01 00 03 '#|/a' 00", {"MQTT-4.7.1-2", early, 6}},
        {client, "82 09 00 01 00 04 'a/#|b' 00", {"MQTT-4.7.1-2", early, 8}},
        {client, "82 07 00 01 00 02 'a+|' 00", {"MQTT-4.7.1-3", plus, 7}},
        {client, "82 07 00 01 00 02 '+a|' 00", {"MQTT-4.7.1-3", plus, 6}},
        {client, "A2 08 00 01 00 04 'a/+b|'", {"MQTT-4.7.1-3", plus, 8}},
        {client, "A2 06 00 01 00 02 '+#|'", {"MQTT-4.7.1-3", plus, 6}},
        {client, "A2 06 00 01 00 02 'a+|'", {"MQTT-4.7.1-3", plus, 7}},
        // the second filter
        {client, "82 0B 00 01 00 01 'a' 00 00 02 'b#|' 00", {"MQTT-4.7.1-2", hash, 11}},
        {client,
         "A2 06 00 01 00 01 'a|' 00",
         {"MQTT 3.10.3", "topic filter needs at least 2 bytes, the packet has 1 left", 7}},
    });
}

TEST(MalformedText, Utf8) {
    const auto bad = [](const char* seen, std::size_t offset, const char* more = "") {
        return Malformed{"MQTT-1.5.3-1",
                         std::string("topic name has bytes ") + seen + ", which are not well-formed UTF-8" + more,
                         offset};
    };
    const auto cut = [](const char* lead, std::size_t offset) {
        return Malformed{"MQTT-1.5.3-1",
                         std::string("topic name ends inside the UTF-8 character that starts with ") + lead, offset};
    };
    const Malformed null{"MQTT-1.5.3-2", "topic name has U+0000, which no string may contain", 5};
    expect_all({
        {client, "30 04 00 02 'a' 00|", null},
        {client, "30 05 00 03 'a' 00| 'b'", null},
        {client, "30 05 00 03 80| 'bc'", bad("80", 4)},
        {client, "30 05 00 03 'a' C0| 80", bad("C0", 5)},
        {client, "30 05 00 03 'a' F5| 80", bad("F5", 5)},
        {client, "30 05 00 03 C3 28| 'a'", bad("C3 28", 4)},
        {client, "30 05 00 03 E0 9F| 80", bad("E0 9F", 4)},
        {client, "30 05 00 03 ED A0| 80", bad("ED A0", 4, " (U+D800 to U+DFFF have no encoding)")},
        {client, "30 05 00 03 E2 82 28|", bad("E2 82 28", 4)},
        {client, "30 06 00 04 F4 90| 80 80", bad("F4 90", 4)},
        {client, "30 04 00 02 'a' C3|", cut("C3", 5)},
        {client, "30 05 00 03 'a' E2| 82", cut("E2", 5)},
        {client, "30 05 00 03 F0| 9F 98", cut("F0", 4)},
    });
}

TEST(MalformedText, TheFirstFaultInReadingOrderIsNamed) {
    expect_all({
        {client,
         "30 05 00 03 '#|' 00 FF",
         {"MQTT-3.3.2-2", "topic name has the wildcard '#'; wildcards belong in topic filters", 4}},
        {client, "30 05 00 03 00| '#' FF", {"MQTT-1.5.3-2", "topic name has U+0000, which no string may contain", 4}},
        {client,
         "82 08 00 01 00 03 '+' FF| 'a' 00",
         {"MQTT-4.7.1-3", "topic filter has '+' as a part of a level; it must be the whole level", 6}},
    });
}

TEST(MalformedText, ZeroWidthNoBreakSpaceIsKept) {
    const Publish expected{"\xEF\xBB\xBFt", {}, 0, false, false, 0};
    EXPECT_EQ(decode(bytes_of("30 06 00 04 EF BB BF 't'"), client), DecodeResult(Decoded{expected, 8}))
        << "[MQTT-1.5.3-3]";
}

TEST(MalformedText, BinaryFieldsAreNotText) {
    const Publish publish{"t", {0x00, 0xFF, 0xC0}, 0, false, false, 0};
    EXPECT_EQ(decode(bytes_of("30 06 00 01 't' 00 FF C0"), client), DecodeResult(Decoded{publish, 8}));
}

}  // namespace
}  // namespace hubspec::mqtt
