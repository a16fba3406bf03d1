#include <gtest/gtest.h>

#include <set>

#include "harness/mqtt/encode.hpp"
#include "tests/mqtt/support/bytes.hpp"
#include "tests/mqtt/support/generated.hpp"
#include "tests/mqtt/support/golden.hpp"
#include "tests/mqtt/support/print.hpp"

namespace hubspec::mqtt {
namespace {

TEST(Golden, HasEveryControlPacket) {
    std::set<std::string_view> names;
    for (const Golden& golden : golden_packets()) names.insert(packet_name(golden.packet));
    EXPECT_EQ(names.size(), 14U);
}

TEST(Golden, EncodesToTheBytesOfTheStandard) {
    for (const Golden& golden : golden_packets()) {
        EXPECT_EQ(encode(golden.packet), bytes_of(golden.bytes)) << golden.name;
    }
}

TEST(Golden, DecodesFromTheBytesOfTheStandard) {
    for (const Golden& golden : golden_packets()) {
        const Bytes bytes = bytes_of(golden.bytes);
        EXPECT_EQ(decode(bytes, golden.sender), DecodeResult(Decoded{golden.packet, bytes.size()})) << golden.name;
    }
}

TEST(Golden, EveryShorterPieceIsIncomplete) {
    for (const Golden& golden : golden_packets()) {
        const Bytes bytes = bytes_of(golden.bytes);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const auto piece = std::span(bytes).first(size);
            ASSERT_EQ(decode(piece, golden.sender), DecodeResult(Incomplete{})) << golden.name << " cut to " << size;
        }
    }
}

TEST(Golden, WhatFollowsThePacketIsLeftAlone) {
    for (const Golden& golden : golden_packets()) {
        Bytes bytes = bytes_of(golden.bytes);
        const std::size_t size = bytes.size();
        bytes.insert(bytes.end(), {0x00, 0xFF, 0x00});
        EXPECT_EQ(decode(bytes, golden.sender), DecodeResult(Decoded{golden.packet, size})) << golden.name;
    }
}

TEST(Golden, PacketTypesAreThoseOfTable21) {
    for (const Golden& golden : golden_packets()) {
        EXPECT_EQ(packet_type(golden.packet), bytes_of(golden.bytes).at(0) >> 4) << golden.name;
    }
    EXPECT_EQ(packet_type_name(1), "CONNECT");
    EXPECT_EQ(packet_type_name(14), "DISCONNECT");
    EXPECT_EQ(packet_type_name(0), "reserved");
    EXPECT_EQ(packet_type_name(15), "reserved");
    EXPECT_EQ(packet_type_name(16), "reserved");
}

class RoundTrip : public testing::TestWithParam<Sender> {};

TEST_P(RoundTrip, GeneratedPacketsComeBackEqual) {
    Dice dice(7);
    std::set<std::string_view> names;
    for (int i = 0; i < 3000; ++i) {
        const Packet packet = generated_packet(dice, GetParam());
        names.insert(packet_name(packet));
        const Bytes bytes = encode(packet);
        ASSERT_EQ(decode(bytes, GetParam()), DecodeResult(Decoded{packet, bytes.size()}))
            << i << ": " << describe(packet);
    }
    EXPECT_EQ(names.size(), GetParam() == Sender::client ? 10U : 9U);
}

INSTANTIATE_TEST_SUITE_P(BothSides, RoundTrip, testing::Values(Sender::client, Sender::server),
                         [](const auto& side) { return side.param == Sender::client ? "client" : "server"; });

}  // namespace
}  // namespace hubspec::mqtt
