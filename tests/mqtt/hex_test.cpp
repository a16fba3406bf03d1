#include "harness/mqtt/hex.hpp"

#include <gtest/gtest.h>

namespace hubspec::mqtt {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(Hex, IsReadInEitherCaseWithBlanksAndLineEnds) {
    EXPECT_EQ(from_hex("00 fF\na0"), (Bytes{0x00, 0xFF, 0xA0}));
    EXPECT_EQ(from_hex("0 0"), Bytes{0});
    EXPECT_EQ(from_hex(""), Bytes{});
}

TEST(Hex, ThatIsNoneIsRefused) {
    EXPECT_EQ(from_hex("0"), std::nullopt);
    EXPECT_EQ(from_hex("0G"), std::nullopt);
    EXPECT_EQ(from_hex("0x00"), std::nullopt);
}

TEST(Hex, IsReadAsItIsWritten) {
    const Bytes bytes{0, 1, 15, 16, 127, 128, 255};
    EXPECT_EQ(hex(bytes), "00 01 0F 10 7F 80 FF");
    EXPECT_EQ(from_hex(hex(bytes)), bytes);
}

}  // namespace
}  // namespace hubspec::mqtt
