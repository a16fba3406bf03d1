// Tokens that are wrong in one way: what a reader that knows the rules says to each.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/iothub/sas_token.hpp"
#include "harness/run/packets.hpp"
#include "tests/run/support/conversation.hpp"

namespace hubspec::run {
namespace {

using namespace test;
using iothub::SasProblem;
using iothub::SasToken;
using testing::EndsWith;
using testing::StartsWith;

const std::string key = "ZGV2aWNlLWtleS1vZi1zaXh0ZWVuLWJ5dGVzLW1vcmU=";
constexpr std::int64_t now = 1'700'000'000;

std::string token_with(const std::string& defect) {
    const std::vector<model::Field> fields{field("defect", text(defect))};
    const Bindings bindings;
    const Credentials credentials{"hub.net",
                                  {"device", "D1", key, {}, {}},
                                  std::chrono::system_clock::time_point(std::chrono::seconds(now)),
                                  [](const std::string&) { return std::nullopt; }};
    return sas_token(Fields(fields, bindings), credentials);
}

/// "ok", or what is wrong with it for the device D1 of hub.net.
std::string verdict(const std::string& token) {
    const auto parsed = iothub::parse_sas_token(token);
    if (const auto* problem = std::get_if<SasProblem>(&parsed)) return std::string(iothub::describe(*problem));
    const auto& read = std::get<SasToken>(parsed);
    if (!iothub::verify_signature(read, *iothub::base64_decode(key))) return "signature";
    if (!iothub::covers(read, "hub.net/devices/D1")) return "scope";
    if (read.expiry <= now) return "expired";
    return read.policy ? "policy " + *read.policy : "ok";
}

TEST(SasDefects, AreWhatTheySay) {
    const std::string no_scheme(iothub::describe(SasProblem::not_a_token)),
        no_sr(iothub::describe(SasProblem::missing_resource)), no_sig(iothub::describe(SasProblem::missing_signature)),
        no_se(iothub::describe(SasProblem::missing_expiry)), twice(iothub::describe(SasProblem::duplicate_field)),
        bad_se(iothub::describe(SasProblem::bad_expiry)), bad_sig(iothub::describe(SasProblem::bad_signature_text));
    const std::vector<std::pair<const char*, std::string>> table{
        {"expired", "expired"},
        {"far_future", "ok"},
        {"negative_expiry", bad_se},
        {"expiry_in_words", bad_se},
        {"expiry_with_fraction", bad_se},
        {"wrong_key", "signature"},
        {"key_as_text", "signature"},
        {"decoded_resource", "signature"},
        {"unsigned_expiry", "signature"},
        {"other_device", "scope"},
        {"half_device", "scope"},
        {"other_hub", "scope"},
        {"wrong_scope", "scope"},
        {"no_sr", no_sr},
        {"no_sig", no_sig},
        {"no_se", no_se},
        {"empty_sr", no_sr},
        {"empty_sig", no_sig},
        {"empty_se", no_se},
        {"twice_sr", twice},
        {"twice_se", twice},
        {"tampered_expiry", "signature"},
        {"tampered_resource", "signature"},
        {"tampered_signature", "signature"},
        {"truncated_signature", "signature"},
        {"encoded_signature", bad_sig},
        {"signature_no_base64", bad_sig},
        {"empty_skn", "ok"},
        {"unknown_skn", "policy nobody"},
        {"extra_field", "ok"},
        {"upper_case_fields", "ok"},
        {"truncated", no_se},
        {"not_a_token", no_scheme},
        {"no_scheme", no_scheme},
        {"other_scheme", no_scheme},
        {"lower_case_scheme", no_scheme},
        {"two_spaces", no_sr},
        {"connection_string", no_scheme},
        {"leading_space", no_scheme},
        {"trailing_space", bad_se},
        {"trailing_newline", bad_se},
        {"double_encoded", "ok"},
    };
    for (const auto& [defect, expected] : table) EXPECT_EQ(verdict(token_with(defect)), expected) << defect;
}

TEST(SasDefects, KeepTheRest) {
    EXPECT_EQ(verdict(token_with("")), "ok");
    EXPECT_THAT(token_with("upper_case_fields"), StartsWith("SharedAccessSignature SR=hub.net%2Fdevices%2FD1&SIG="));
    EXPECT_THAT(token_with("double_encoded"), StartsWith("SharedAccessSignature sr=hub.net%252Fdevices%252FD1&sig="));
    EXPECT_THAT(token_with("no_scheme"), StartsWith("sr=hub.net"));
    EXPECT_THAT(token_with("trailing_newline"), EndsWith("&se=1700003600\n"));
    EXPECT_THAT(token_with("far_future"), EndsWith("&se=253402300799"));
}

}  // namespace
}  // namespace hubspec::run
