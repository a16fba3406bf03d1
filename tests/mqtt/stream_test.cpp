#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "harness/mqtt/encode.hpp"
#include "tests/mqtt/support/bytes.hpp"
#include "tests/mqtt/support/generated.hpp"
#include "tests/mqtt/support/golden.hpp"
#include "tests/mqtt/support/print.hpp"

namespace hubspec::mqtt {
namespace {

struct Stream {
    Bytes bytes;
    std::vector<DecodeResult> packets;
};

/// All golden packets of one sender, the 16384 bytes of the largest left out where `most` says so.
Stream golden_stream(Sender sender, std::size_t most) {
    Stream stream;
    for (const Golden& golden : golden_packets()) {
        const Bytes bytes = bytes_of(golden.bytes);
        if (golden.sender != sender || bytes.size() > most) continue;
        stream.bytes.insert(stream.bytes.end(), bytes.begin(), bytes.end());
        stream.packets.emplace_back(Decoded{golden.packet, bytes.size()});
    }
    return stream;
}

/// Everything up to and not including the first Incomplete; a Malformed ends it too.
void drain(StreamDecoder& decoder, std::vector<DecodeResult>& results) {
    while (true) {
        DecodeResult result = decoder.next();
        if (std::holds_alternative<Incomplete>(result)) return;
        const bool broken = std::holds_alternative<Malformed>(result);
        results.push_back(std::move(result));
        if (broken) return;
    }
}

class StreamOf : public testing::TestWithParam<Sender> {};

TEST_P(StreamOf, AllPacketsInOneFeed) {
    const Stream stream = golden_stream(GetParam(), SIZE_MAX);
    StreamDecoder decoder(GetParam());
    decoder.feed(stream.bytes);
    std::vector<DecodeResult> results;
    drain(decoder, results);
    EXPECT_EQ(results, stream.packets);
    EXPECT_EQ(decoder.buffered(), 0U);
}

TEST_P(StreamOf, OneByteAFeed) {
    const Stream stream = golden_stream(GetParam(), SIZE_MAX);
    StreamDecoder decoder(GetParam());
    std::vector<DecodeResult> results;
    for (const std::uint8_t byte : stream.bytes) {
        decoder.feed(std::span(&byte, 1));
        drain(decoder, results);
    }
    EXPECT_EQ(results, stream.packets);
}

TEST_P(StreamOf, EverySplitInTwo) {
    const Stream stream = golden_stream(GetParam(), 200);
    for (std::size_t cut = 0; cut <= stream.bytes.size(); ++cut) {
        StreamDecoder decoder(GetParam());
        std::vector<DecodeResult> results;
        decoder.feed(std::span(stream.bytes).first(cut));
        drain(decoder, results);
        decoder.feed(std::span(stream.bytes).subspan(cut));
        drain(decoder, results);
        ASSERT_EQ(results, stream.packets) << "cut at " << cut;
    }
}

TEST_P(StreamOf, RandomPiecesOfGeneratedPackets) {
    Dice dice(11);
    for (int round = 0; round < 100; ++round) {
        Stream stream;
        for (int i = 0; i < 30; ++i) {
            const Packet packet = generated_packet(dice, GetParam());
            const std::size_t before = stream.bytes.size();
            encode_to(stream.bytes, packet);
            stream.packets.emplace_back(Decoded{packet, stream.bytes.size() - before});
        }
        StreamDecoder decoder(GetParam());
        std::vector<DecodeResult> results;
        for (std::span<const std::uint8_t> rest(stream.bytes); !rest.empty();) {
            const std::size_t piece = std::min(rest.size(), dice.below(100));
            decoder.feed(rest.first(piece));
            rest = rest.subspan(piece);
            if (dice.coin()) drain(decoder, results);
        }
        drain(decoder, results);
        ASSERT_EQ(results, stream.packets) << "round " << round;
    }
}

INSTANTIATE_TEST_SUITE_P(BothSides, StreamOf, testing::Values(Sender::client, Sender::server),
                         [](const auto& side) { return side.param == Sender::client ? "client" : "server"; });

TEST(Stream, NothingIsIncomplete) {
    StreamDecoder decoder(Sender::client);
    EXPECT_EQ(decoder.next(), DecodeResult(Incomplete{}));
    decoder.feed({});
    EXPECT_EQ(decoder.next(), DecodeResult(Incomplete{}));
}

TEST(Stream, BufferedCountsWhatIsNotHandedOut) {
    StreamDecoder decoder(Sender::client);
    decoder.feed(bytes_of("C0 00 C0 00 40 02"));
    EXPECT_EQ(decoder.buffered(), 6U);
    decoder.next();
    EXPECT_EQ(decoder.buffered(), 4U);
    decoder.next();
    EXPECT_EQ(decoder.next(), DecodeResult(Incomplete{}));
    EXPECT_EQ(decoder.buffered(), 2U);
    decoder.feed(bytes_of("00 01"));
    EXPECT_EQ(decoder.next(), DecodeResult(Decoded{Puback{1}, 4}));
    EXPECT_EQ(decoder.buffered(), 0U);
}

TEST(Stream, PacketsBeforeAMalformationAreHandedOutAndItRepeats) {
    StreamDecoder decoder(Sender::client);
    decoder.feed(bytes_of("C0 00 00 00 C0 00"));
    EXPECT_EQ(decoder.next(), DecodeResult(Decoded{Pingreq{}, 2}));
    const DecodeResult malformed = Malformed{"MQTT 2.2.1", "control packet type 0 is reserved", 0};
    EXPECT_EQ(decoder.next(), malformed);
    EXPECT_EQ(decoder.next(), malformed);
    EXPECT_EQ(decoder.buffered(), 4U);
    decoder.feed(bytes_of("C0 00"));
    EXPECT_EQ(decoder.next(), malformed);
    EXPECT_EQ(decoder.buffered(), 4U) << "nothing is collected for a stream that is over";
}

TEST(Stream, OffsetsCountFromThePacket) {
    StreamDecoder decoder(Sender::client);
    decoder.feed(bytes_of("C0 00 40 02 00 00"));
    decoder.next();
    EXPECT_EQ(decoder.next(),
              DecodeResult(Malformed{"MQTT-2.3.1-6", "packet identifier is 0, which names no packet", 2}));
}

TEST(Stream, LargestPacketIsChecked) {
    StreamDecoder decoder(Sender::client, 4);
    decoder.feed(bytes_of("40 02 00 01 30 03"));
    EXPECT_EQ(decoder.next(), DecodeResult(Decoded{Puback{1}, 4}));
    EXPECT_EQ(
        decoder.next(),
        DecodeResult(Malformed{"MQTT 2.2.3", "PUBLISH announces a packet of 5 bytes; at most 4 are accepted here", 1}));
}

/// Feeds byte by byte, asking after each: all work beyond the bytes themselves shows.
void expect_single_packet(const Packet& packet, Sender sender) {
    const Bytes bytes = encode(packet);
    StreamDecoder decoder(sender);
    for (std::size_t at = 0; at + 1 < bytes.size(); ++at) {
        decoder.feed(std::span(bytes).subspan(at, 1));
        ASSERT_TRUE(std::holds_alternative<Incomplete>(decoder.next())) << at;
    }
    decoder.feed(std::span(bytes).last(1));
    ASSERT_EQ(decoder.next(), DecodeResult(Decoded{packet, bytes.size()}));
}

// These finish within seconds; work that grows with the square of the size would take the better part of an hour.

TEST(StreamIsLinear, InTheNumberOfFilters) {
    Subscribe subscribe{1, {}};
    subscribe.subscriptions.assign(100'000, Subscription{"a", 1});
    expect_single_packet(subscribe, Sender::client);
}

TEST(StreamIsLinear, InTheLengthOfStringsAndPayloads) {
    expect_single_packet(Publish{std::string(65'535, 'a'), Bytes(300'000, 1), 1, false, false, 1}, Sender::server);
    Connect connect;
    connect.client_id = connect.user_name.emplace(65'535, 'a');
    connect.will = Will{std::string(65'535, 'w'), Bytes(65'535, 0), 0, false};
    connect.password = Bytes(65'535, 0);
    expect_single_packet(connect, Sender::client);
}

TEST(StreamIsLinear, InTheNumberOfPackets) {
    constexpr std::size_t count = 200'000;
    Bytes bytes;
    for (std::size_t i = 0; i < count; ++i) encode_to(bytes, Puback{7});
    bytes.push_back(0xC0);
    StreamDecoder decoder(Sender::client);
    decoder.feed(bytes);
    std::size_t seen = 0;
    const Bytes half_ping{0x00, 0xC0};
    while (std::holds_alternative<Decoded>(decoder.next())) {
        if (++seen <= count) decoder.feed(half_ping);
    }
    EXPECT_EQ(seen, 2 * count);
}

}  // namespace
}  // namespace hubspec::mqtt
