#include "harness/iothub/known_secrets.hpp"

#include <gtest/gtest.h>

#include "harness/iothub/sas_token.hpp"
#include "harness/mqtt/hex.hpp"

namespace hubspec::iothub {
namespace {

using Bytes = std::vector<std::uint8_t>;

const std::string key = "Jx/9+2aHkq0s7d8f+G1h2J3k4L5m6N7p8Q9r0S1t2U0=";
const Bytes key_bytes = *base64_decode(key);
const std::string name = "the key of the policy 'service'";

SecretScan knowing(const std::string& secret) {
    SecretScan scan;
    scan.add(secret, name);
    return scan;
}
std::string base64_of(const std::string& text) { return base64_encode(Bytes(text.begin(), text.end())); }
std::string lower(std::string text) {
    for (auto& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}
std::string without_blanks(std::string text) {
    std::erase(text, ' ');
    return text;
}
std::string hex_of_text() { return mqtt::hex(Bytes(key.begin(), key.end())); }

struct Form {
    const char* name;
    std::string text;
};

class EachForm : public testing::TestWithParam<Form> {};

TEST_P(EachForm, IsFound) {
    const auto scan = knowing(key);
    const auto text = "before " + GetParam().text + " after";
    EXPECT_EQ(scan.find_in(text), name) << text;
}

INSTANTIATE_TEST_SUITE_P(
    Secret, EachForm,
    testing::Values(Form{"AsItIs", key}, Form{"PercentEncoded", "Jx%2F9%2B2aHkq0s7d8f%2BG1h2J3k4"},
                    Form{"InLowerCase", "%2b2aHkq0s7d8f%2bG1h2"}, Form{"Twice", "Jx%252F9%252B2aHkq0s7d8f%252BG"},
                    Form{"InJson", "Jx\\/9+2aHkq0s7d8f"}, Form{"WithJsonEscapes", "Jx\\u002f9\\u002b2aHkq"},
                    Form{"InBase64", base64_of(key)}, Form{"InBase64BehindOneByte", base64_of("=" + key + ";")},
                    Form{"InBase64BehindTwo", base64_of("y=" + key)}, Form{"ItsHexadecimal", hex_of_text()},
                    Form{"ItsHexadecimalWithoutBlanks", without_blanks(hex_of_text())},
                    Form{"InLowerCaseHexadecimal", lower(hex_of_text())},
                    Form{"ItsBytes", std::string(key_bytes.begin(), key_bytes.end())},
                    Form{"ItsBytesInHexadecimal", without_blanks(mqtt::hex(key_bytes))},
                    Form{"ItsBytesWithBlanks", lower(mqtt::hex(key_bytes))}, Form{"ItsFirstHalf", key.substr(0, 22)},
                    Form{"ItsSecondHalf", key.substr(22)}),
    [](const auto& one) { return one.param.name; });

TEST(SecretScan, FindsNothingElse) {
    const auto scan = knowing(key);
    EXPECT_EQ(scan.find_in(""), std::nullopt);
    EXPECT_EQ(scan.find_in("short"), std::nullopt);
    EXPECT_EQ(scan.find_in("HostName=h.azure-devices.net;SharedAccessKeyName=service;SharedAccessKey=(hidden)"),
              std::nullopt);
    EXPECT_EQ(scan.find_in(key.substr(0, 15) + "-" + key.substr(15, 15)), std::nullopt)
        << "15 bytes are no piece of it";
    EXPECT_EQ(SecretScan().find_in(key), std::nullopt);
}

TEST(SecretScan, LooksForShortOnesAsAWhole) {
    const auto scan = knowing("hunter2-7");
    EXPECT_EQ(scan.find_in("login with hunter2-7."), name);
    EXPECT_EQ(scan.find_in("login with hunter2-"), std::nullopt);
    EXPECT_TRUE(knowing("1234567").is_empty()) << "any text might hold it";
}

TEST(SecretScan, TellsSecretsApart) {
    auto scan = knowing(key);
    scan.add("another secret, of another policy", "another");
    EXPECT_EQ(scan.find_in("x another secret, of another policy x"), "another");
    EXPECT_EQ(scan.find_in(key), name);
}

}  // namespace
}  // namespace hubspec::iothub
