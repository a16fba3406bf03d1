#include "tests/mqtt/support/malformed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "tests/mqtt/support/bytes.hpp"
#include "tests/mqtt/support/print.hpp"

namespace hubspec::mqtt {
namespace {

/// The mark splits inside a quote too: 'a|b' is 'a' | 'b'.
std::size_t proof_of(const std::string& written) {
    const std::size_t mark = written.find('|');
    if (mark == std::string::npos) throw std::invalid_argument("no '|' in " + written);
    std::string before = written.substr(0, mark);
    const bool inside_quote = std::count(before.begin(), before.end(), '\'') % 2 == 1;
    return bytes_of(inside_quote ? before + "'" : before).size();
}

std::string without_mark(std::string written) {
    std::erase(written, '|');
    return written;
}

DecodeResult through_stream(std::span<const std::uint8_t> bytes, Sender sender) {
    StreamDecoder decoder(sender);
    DecodeResult result = Incomplete{};
    for (const std::uint8_t byte : bytes) {
        decoder.feed(std::span(&byte, 1));
        result = decoder.next();
    }
    return result;
}

void expect_malformed(const MalformedCase& example) {
    const Bytes bytes = bytes_of(without_mark(example.bytes));
    const std::size_t proof = proof_of(example.bytes);
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
        const auto piece = std::span(bytes).first(size);
        const DecodeResult expected = size < proof ? DecodeResult(Incomplete{}) : DecodeResult(example.expected);
        EXPECT_EQ(decode(piece, example.sender), expected) << example.bytes << " cut to " << size;
        EXPECT_EQ(through_stream(piece, example.sender), expected) << example.bytes << " byte by byte, cut to " << size;
    }
}

}  // namespace

void expect_all(const std::vector<MalformedCase>& cases) {
    for (const MalformedCase& each : cases) expect_malformed(each);
}

}  // namespace hubspec::mqtt
