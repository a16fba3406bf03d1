// A decoder that lets rules pass reads what breaks them as it is.

#include <gtest/gtest.h>

#include "harness/mqtt/decode.hpp"
#include "harness/mqtt/encode.hpp"
#include "tests/mqtt/support/bytes.hpp"
#include "tests/mqtt/support/print.hpp"

namespace hubspec::mqtt {
namespace {

struct LenientCase {
    const char* rule;
    const char* bytes;
    Packet packet;
};

const Subscribe subscribe{1, {{"a", 0}}};

Connect connect_with(void (*change)(Connect&)) {
    Connect connect;
    connect.clean_session = true;
    change(connect);
    return connect;
}

const std::vector<LenientCase>& cases() {
    static const std::vector<LenientCase> all{
        {"MQTT 2.2.1", "20 02 00 00", Connack{}},
        {"MQTT-2.2.2-2", "C1 00", Pingreq{}},
        {"MQTT-3.8.1-1", "80 06 00 01 00 01 'a' 00", subscribe},
        {"MQTT-3.10.1-1", "A0 05 00 01 00 01 'a'", Unsubscribe{1, {"a"}}},
        {"MQTT-3.6.1-1", "60 02 00 01", Pubrel{1}},
        {"MQTT-3.14.1-1", "E3 00", Disconnect{}},
        {"MQTT-3.3.1-2", "38 03 00 01 'a'", Publish{"a", {}, 0, false, true, 0}},
        {"MQTT-3.3.1-4", "36 05 00 01 'a' 00 07", Publish{"a", {}, 3, false, false, 7}},
        {"MQTT-2.3.1-1", "A2 05 00 00 00 01 'a'", Unsubscribe{0, {"a"}}},
        {"MQTT-3-8.3-4", "82 06 00 01 00 01 'a' 07", Subscribe{1, {{"a", 7}}}},
        {"MQTT-3.8.3-3", "82 02 00 01", Subscribe{1, {}}},
        {"MQTT-3.10.3-2", "A2 02 00 01", Unsubscribe{1, {}}},
        {"MQTT-3.3.2-2", "30 03 00 01 '#'", Publish{"#", {}, 0, false, false, 0}},
        {"MQTT-4.7.1-2", "82 08 00 01 00 03 '#/a' 00", Subscribe{1, {{"#/a", 0}}}},
        {"MQTT-4.7.1-3", "82 07 00 01 00 02 'a+' 00", Subscribe{1, {{"a+", 0}}}},
        {"MQTT-4.7.3-1", "30 02 00 00", Publish{}},
        {"MQTT-1.5.3-1", "30 04 00 02 FF FE", Publish{"\xFF\xFE", {}, 0, false, false, 0}},
        {"MQTT-1.5.3-2", "30 03 00 01 00", Publish{std::string(1, '\0'), {}, 0, false, false, 0}},
        {"MQTT 3.10.3", "A2 05 00 01 00 09 'a'", Unsubscribe{1, {"a"}}},
        {"MQTT 3.12.1", "C0 01 00", Pingreq{}},
        {"MQTT 3.4.1", "40 03 00 01 00", Puback{1}},
        {"MQTT 3.1.3", "10 0D 00 04 'MQTT' 04 02 00 00 00 00 'x'", connect_with([](Connect&) {})},
        {"MQTT-3.1.2-3", "10 0C 00 04 'MQTT' 04 03 00 00 00 00", connect_with([](Connect&) {})},
        {"MQTT-3.1.2-13", "10 0C 00 04 'MQTT' 04 0A 00 00 00 00", connect_with([](Connect&) {})},
        {"MQTT-3.1.2-15", "10 0C 00 04 'MQTT' 04 22 00 00 00 00", connect_with([](Connect&) {})},
        {"MQTT-3.1.2-22", "10 0F 00 04 'MQTT' 04 42 00 00 00 00 00 01 'p'",
         connect_with([](Connect& c) { c.password = Bytes{'p'}; })},
        {"MQTT-3.1.3-3", "10 0A 00 04 'MQTT' 04 02 00 00", connect_with([](Connect&) {})},
        {"MQTT-3.1.2-21", "10 0F 00 04 'MQTT' 04 C2 00 00 00 00 00 01 'u'", connect_with([](Connect& c) {
             c.user_name = "u";
             c.password = Bytes{};
         })},
    };
    return all;
}

TEST(Lenient, ReadsWhatBreaksTheRule) {
    for (const auto& [rule, written, packet] : cases()) {
        const auto bytes = bytes_of(written);
        ASSERT_TRUE(std::holds_alternative<Malformed>(decode(bytes, Sender::client))) << rule;
        EXPECT_EQ(std::get<Malformed>(decode(bytes, Sender::client)).clause, rule);
        EXPECT_EQ(decode(bytes, Sender::client, 1'000, {rule}), (DecodeResult{Decoded{packet, bytes.size()}})) << rule;
    }
}

TEST(Lenient, ReadsItByteByByteAndGoesOnBehindIt) {
    for (const auto& [rule, written, packet] : cases()) {
        StreamDecoder decoder(Sender::client, 1'000, {rule});
        const auto bytes = bytes_of(written);
        for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
            decoder.feed(std::span(bytes).subspan(i, 1));
            EXPECT_EQ(decoder.next(), DecodeResult{Incomplete{}}) << rule;
        }
        decoder.feed(std::span(bytes).last(1));
        EXPECT_EQ(decoder.next(), (DecodeResult{Decoded{packet, bytes.size()}})) << rule;
        decoder.feed(encode(Pingreq{}));
        EXPECT_EQ(decoder.next(), (DecodeResult{Decoded{Pingreq{}, 2}})) << rule;
    }
}

// What has no shape cannot be let pass.
TEST(Lenient, ReservedTypesAndLengthsWithoutEndStayMalformed) {
    for (const auto* written : {"00 00", "F0 00", "30 FF FF FF FF 01", "E0 FF FF 7F"})
        EXPECT_TRUE(std::holds_alternative<Malformed>(decode(
            bytes_of(written), Sender::client, 1'000, {"MQTT 2.2.1", "MQTT 2.2.3", "MQTT-2.2.2-2", "MQTT 3.14.1"})))
            << written;
}

TEST(Lenient, OtherRulesHold) {
    const auto result = decode(bytes_of("82 06 00 00 00 01 'a' 07"), Sender::client, 1'000, {"MQTT-3-8.3-4"});
    ASSERT_TRUE(std::holds_alternative<Malformed>(result));
    EXPECT_EQ(std::get<Malformed>(result).clause, "MQTT-2.3.1-1");
}

}  // namespace
}  // namespace hubspec::mqtt
