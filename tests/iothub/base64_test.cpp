#include <gtest/gtest.h>

#include "harness/iothub/sas_token.hpp"

namespace hubspec::iothub {
namespace {

std::vector<std::uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

TEST(Base64, AgreesWithTheVectorsOfRfc4648) {
    const std::vector<std::pair<std::string, std::string>> vectors{{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, encoded] : vectors) {
        EXPECT_EQ(base64_encode(bytes_of(plain)), encoded);
        EXPECT_EQ(base64_decode(encoded), bytes_of(plain)) << encoded;
    }
}

TEST(Base64, UsesPlusAndSlash) {
    EXPECT_EQ(base64_encode(std::vector<std::uint8_t>{0xFB, 0xEF, 0xFF}), "++//");
    EXPECT_EQ(base64_decode("++//"), (std::vector<std::uint8_t>{0xFB, 0xEF, 0xFF}));
}

TEST(Base64, RoundTripsEveryByte) {
    std::vector<std::uint8_t> all;
    for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<std::uint8_t>(byte));
    EXPECT_EQ(base64_decode(base64_encode(all)), all);
}

TEST(Base64, RefusesWhatIsNotStrict) {
    for (const char* text : {"Zg", "Zg=", "Zg===", "Zg==Zg==", "=", "==", "====", "Z===", "Zm9v=", "Zm9v====", "Z=m9",
                             "Zm 9v", " Zm9", "Zm9\n", "Zm9v\n", "--__", "Zm9.", "Zm9\x80", "vSgHBMUG.....Ntg="}) {
        EXPECT_EQ(base64_decode(text), std::nullopt) << text;
    }
}

TEST(Base64, RefusesBitsThatBelongToNoByte) {  // AUTH-06: a flipped bit must not decode to the same signature
    EXPECT_NE(base64_decode("Zg=="), std::nullopt);
    EXPECT_EQ(base64_decode("Zh=="), std::nullopt);
    EXPECT_NE(base64_decode("Zm8="), std::nullopt);
    EXPECT_EQ(base64_decode("Zm9="), std::nullopt);
}

}  // namespace
}  // namespace hubspec::iothub
