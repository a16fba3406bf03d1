#include "harness/mqtt/encode.hpp"

#include <gtest/gtest.h>

#include "harness/mqtt/decode.hpp"
#include "tests/mqtt/support/bytes.hpp"
#include "tests/mqtt/support/print.hpp"

namespace hubspec::mqtt {
namespace {

const Publish message{"t", {'x'}, 1, false, false, 5};  // 32 06 00 01 't' 00 05 'x'

Distortion distorted(void (*change)(Distortion&)) {
    Distortion distortion;
    change(distortion);
    return distortion;
}

TEST(EncodeIllegal, WritesWhatTheFieldsSay) {
    EXPECT_EQ(encode(Publish{"", {}, 3, false, true, 0}), bytes_of("3E 04 00 00 00 00"));
    EXPECT_EQ(encode(Publish{"#", {}, 0, false, true, 9}), bytes_of("38 03 00 01 '#'"));
    EXPECT_EQ(encode(Subscribe{0, {}}), bytes_of("82 02 00 00"));
    EXPECT_EQ(encode(Subscribe{1, {{"", 0xFF}}}), bytes_of("82 05 00 01 00 00 FF"));
    EXPECT_EQ(encode(Unsubscribe{0, {}}), bytes_of("A2 02 00 00"));
    EXPECT_EQ(encode(Suback{0, {3}}), bytes_of("90 03 00 00 03"));
    EXPECT_EQ(encode(Connack{true, 255}), bytes_of("20 02 01 FF"));
    EXPECT_EQ(encode(Puback{0}), bytes_of("40 02 00 00"));
}

TEST(EncodeIllegal, ConnectFlagsFollowTheFields) {
    Connect connect;
    connect.reserved_flag = true;
    connect.clean_session = false;
    connect.password = Bytes{'p'};
    connect.will = Will{"", {}, 3, false};
    EXPECT_EQ(encode(connect), bytes_of("10 13 00 04 'MQTT' 04 5D 00 00 00 00 00 00 00 00 00 01 'p'"));
}

TEST(Distortion, ReplacesTextsOfTheBody) {
    Distortion distortion;
    distortion.replace = {{"@@", {0xFF, 0xFE}}, {"x", {}}, {"", {1}}};
    EXPECT_EQ(encode(Publish{"a@@/@@", {'x', 'y'}, 0, false, false, 0}, distortion),
              bytes_of("30 09 00 06 'a' FF FE '/' FF FE 'y'"));
}

TEST(Distortion, NoneChangesNothing) { EXPECT_EQ(encode(message, {}), bytes_of("32 06 00 01 't' 00 05 'x'")); }

TEST(Distortion, FlagsReplaceTheLowHalfOfTheFirstByte) {
    const auto flags = distorted([](Distortion& d) { d.flags = 0x0F; });
    EXPECT_EQ(encode(message, flags), bytes_of("3F 06 00 01 't' 00 05 'x'"));
    EXPECT_EQ(encode(Pingreq{}, flags), bytes_of("CF 00"));
}

TEST(Distortion, PacketTypeReplacesTheHighHalf) {
    const auto type = distorted([](Distortion& d) { d.packet_type = 15; });
    EXPECT_EQ(encode(message, type), bytes_of("F2 06 00 01 't' 00 05 'x'"));
}

TEST(Distortion, RemainingLengthIsWrittenWhateverTheBodyIs) {
    const auto shorter = distorted([](Distortion& d) { d.remaining_length = 2; });
    EXPECT_EQ(encode(message, shorter), bytes_of("32 02 00 01 't' 00 05 'x'"));
    const auto longest = distorted([](Distortion& d) { d.remaining_length = 268'435'455; });
    EXPECT_EQ(encode(Pingreq{}, longest), bytes_of("C0 FF FF FF 7F"));
    const auto too_long = distorted([](Distortion& d) { d.remaining_length = 268'435'456; });
    EXPECT_EQ(encode(Pingreq{}, too_long), bytes_of("C0 80 80 80 80 01"));
}

TEST(Distortion, RemainingLengthIsPadded) {
    const auto padded = distorted([](Distortion& d) { d.remaining_length_bytes = 3; });
    EXPECT_EQ(encode(message, padded), bytes_of("32 86 80 00 00 01 't' 00 05 'x'"));
    EXPECT_EQ(encode(Pingreq{}, padded), bytes_of("C0 80 80 00"));
    const auto five = distorted([](Distortion& d) { d.remaining_length_bytes = 5; });
    EXPECT_EQ(encode(message, five), bytes_of("32 86 80 80 80 00 00 01 't' 00 05 'x'"));
    const auto one = distorted([](Distortion& d) { d.remaining_length_bytes = 1, d.remaining_length = 128; });
    EXPECT_EQ(encode(Pingreq{}, one), bytes_of("C0 80 01")) << "padding never cuts the length";
}

TEST(Distortion, ConnectFlagsReplaceTheWholeByteAndLeaveThePayload) {
    Connect connect;
    connect.user_name = "u";
    const auto flags = distorted([](Distortion& d) { d.connect_flags = 0x41; });
    EXPECT_EQ(encode(connect, flags), bytes_of("10 0F 00 04 'MQTT' 04 41 00 00 00 00 00 01 'u'"));
}

TEST(Distortion, PacketIdIsLeftOut) {
    const auto omitted = distorted([](Distortion& d) { d.omit_packet_id = true; });
    EXPECT_EQ(encode(message, omitted), bytes_of("32 04 00 01 't' 'x'"));
    EXPECT_EQ(encode(Puback{1}, omitted), bytes_of("40 00"));
    EXPECT_EQ(encode(Pubrec{1}, omitted), bytes_of("50 00"));
    EXPECT_EQ(encode(Pubrel{1}, omitted), bytes_of("62 00"));
    EXPECT_EQ(encode(Pubcomp{1}, omitted), bytes_of("70 00"));
    EXPECT_EQ(encode(Subscribe{1, {{"a", 0}}}, omitted), bytes_of("82 04 00 01 'a' 00"));
    EXPECT_EQ(encode(Suback{1, {0}}, omitted), bytes_of("90 01 00"));
    EXPECT_EQ(encode(Unsubscribe{1, {"a"}}, omitted), bytes_of("A2 03 00 01 'a'"));
    EXPECT_EQ(encode(Unsuback{1}, omitted), bytes_of("B0 00"));
}

TEST(Distortion, TrailingBytesAreCounted) {
    const auto trailing = distorted([](Distortion& d) { d.trailing = {0xAA, 0xBB}; });
    EXPECT_EQ(encode(Pingreq{}, trailing), bytes_of("C0 02 AA BB"));
    EXPECT_EQ(encode(message, trailing), bytes_of("32 08 00 01 't' 00 05 'x' AA BB"));
    const auto lying = distorted([](Distortion& d) { d.trailing = {0xAA}, d.remaining_length = 0; });
    EXPECT_EQ(encode(Pingreq{}, lying), bytes_of("C0 00 AA"));
}

TEST(EncodeTo, AppendsBehindWhatIsThere) {
    Bytes out{0x99};
    encode_to(out, Pingreq{});
    encode_to(out, Puback{3});
    EXPECT_EQ(out, bytes_of("99 C0 00 40 02 00 03"));
}

std::string encode_error(const Packet& packet) {
    try {
        encode(packet);
    } catch (const EncodeError& error) {
        return error.what();
    }
    return "encoded";
}

TEST(EncodeError, StringsEndAt65535Bytes) {
    EXPECT_EQ(encode_error(Publish{std::string(65'535, 'a'), {}, 0, false, false, 0}), "encoded");
    const std::string long_text(65'536, 'a');
    EXPECT_EQ(encode_error(Publish{long_text, {}, 0, false, false, 0}),
              "topic name has 65536 bytes; its length field ends at 65535");
    EXPECT_EQ(encode_error(Unsubscribe{1, {long_text}}),
              "topic filter has 65536 bytes; its length field ends at 65535");
    Connect connect;
    connect.password = Bytes(65'536, 0);
    EXPECT_EQ(encode_error(connect), "password has 65536 bytes; its length field ends at 65535");
}

TEST(EncodeError, BodiesEndAt268435455Bytes) {
    EXPECT_EQ(encode_error(Publish{"t", Bytes(268'435'453), 0, false, false, 0}),
              "PUBLISH has a body of 268435456 bytes; the remaining length ends at 268435455");
}

TEST(EncodeError, QosHasTwoBits) {
    EXPECT_EQ(encode_error(Publish{"t", {}, 4, false, false, 0}), "QoS 4 does not fit its two bits");
    Connect connect;
    connect.will = Will{"w", {}, 4, false};
    EXPECT_EQ(encode_error(connect), "will QoS 4 does not fit its two bits");
}

TEST(EncodeError, LeavesTheOutputAsItWas) {
    Bytes out{0x99};
    EXPECT_THROW(encode_to(out, Publish{std::string(65'536, 'a'), {}, 0, false, false, 0}), EncodeError);
    EXPECT_THROW(encode_to(out, Publish{"t", {}, 4, false, false, 0}), EncodeError);
    EXPECT_EQ(out, Bytes{0x99});
}

}  // namespace
}  // namespace hubspec::mqtt
