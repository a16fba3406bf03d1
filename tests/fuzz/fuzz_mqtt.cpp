// Any bytes from either side: the decoder neither crashes nor depends on how they arrive, and what it accepts is
// written again as the same packet.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "harness/mqtt/decode.hpp"
#include "harness/mqtt/describe.hpp"
#include "harness/mqtt/encode.hpp"
#include "harness/mqtt/topic.hpp"

namespace {

using namespace hubspec::mqtt;

constexpr std::size_t largest_packet = 70'000;

std::string words(const DecodeResult& result) {
    return std::visit(
        overloaded{[](const Incomplete&) { return std::string("incomplete"); },
                   [](const Decoded& decoded) { return describe(decoded.packet); },
                   [](const Malformed& m) { return m.clause + " at " + std::to_string(m.offset) + ": " + m.text; }},
        result);
}

void require_equal(const DecodeResult& seen, const DecodeResult& expected, const char* what) {
    if (seen == expected) return;
    std::fprintf(stderr, "%s\n  seen      %s\n  expected  %s\n", what, words(seen).c_str(), words(expected).c_str());
    std::abort();
}

void require(bool condition, const char* what) {
    if (condition) return;
    std::fprintf(stderr, "%s\n", what);
    std::abort();
}

/// Packet after packet through decode(), up to the first that is not there or not legal.
std::vector<DecodeResult> one_shot(std::span<const std::uint8_t> bytes, Sender sender) {
    std::vector<DecodeResult> results;
    while (true) {
        results.push_back(decode(bytes, sender, largest_packet));
        const auto* decoded = std::get_if<Decoded>(&results.back());
        if (decoded == nullptr) return results;
        require(decoded->size >= 2 && decoded->size <= bytes.size(),
                "a packet takes at least two and no more bytes than are here");
        bytes = bytes.subspan(decoded->size);
    }
}

/// The same bytes in pieces of `seed`-dependent sizes.
std::vector<DecodeResult> in_pieces(std::span<const std::uint8_t> bytes, Sender sender, std::uint32_t seed) {
    StreamDecoder decoder(sender, largest_packet);
    std::vector<DecodeResult> results;
    while (true) {
        seed = seed * 1'664'525 + 1'013'904'223;
        const std::size_t piece = std::min<std::size_t>(bytes.size(), 1 + (seed >> 24) % 9);
        decoder.feed(bytes.first(piece));
        bytes = bytes.subspan(piece);
        DecodeResult result = decoder.next();
        for (; std::holds_alternative<Decoded>(result); result = decoder.next()) results.push_back(std::move(result));
        const bool over = bytes.empty() || std::holds_alternative<Malformed>(result);
        if (over) results.push_back(std::move(result));
        if (over) return results;
    }
}

void check_packet(const Decoded& decoded, Sender sender) {
    const Bytes again = encode(decoded.packet);
    require_equal(decode(again, sender), Decoded{decoded.packet, again.size()},
                  "encode(decode(bytes)) is another packet");
    require(!describe(decoded.packet).empty(), "a packet has no description");
    if (const auto* publish = std::get_if<Publish>(&decoded.packet)) {
        require(is_topic_name(publish->topic), "a decoded topic name is none");
        require(matches(publish->topic, publish->topic), "a topic does not match itself");
        describe_payload(publish->payload, 32);
    }
}

void check(std::span<const std::uint8_t> bytes, Sender sender, std::uint32_t seed) {
    const auto expected = one_shot(bytes, sender);
    const auto seen = in_pieces(bytes, sender, seed);
    require(seen.size() == expected.size(), "pieces give another number of packets");
    for (std::size_t i = 0; i < seen.size(); ++i) require_equal(seen[i], expected[i], "pieces give another result");
    for (const auto& result : expected) {
        if (const auto* decoded = std::get_if<Decoded>(&result)) check_packet(*decoded, sender);
    }
}

}  // namespace

/// The first byte chooses the sender and the pieces, the others are the stream.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::span<const std::uint8_t> stream(data + 1, size - 1);
    check(stream, (data[0] & 1) == 0 ? Sender::client : Sender::server, data[0]);
    return 0;
}
