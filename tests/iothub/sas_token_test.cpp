#include "harness/iothub/sas_token.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace hubspec::iothub {
namespace {

/// 00 01 ... 1F. The signatures below were made with `openssl dgst -sha256 -mac HMAC` over "sr LF se".
std::vector<std::uint8_t> key() {
    std::vector<std::uint8_t> bytes(32);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
    return bytes;
}

constexpr std::string_view se = "4102444800";
constexpr std::string_view upper_sr = "contoso.azure-devices.net%2Fdevices%2FMyDevice01";
constexpr std::string_view upper_signature = "cThIPVR/kk+9ryJU5p0r/8Z0xuouY60TpJRKBC+S9o0=";
constexpr std::string_view upper_sig = "cThIPVR%2Fkk%2B9ryJU5p0r%2F8Z0xuouY60TpJRKBC%2BS9o0%3D";

std::string text_of(std::string_view sr, std::string_view sig) {
    return "SharedAccessSignature sr=" + std::string(sr) + "&sig=" + std::string(sig) + "&se=" + std::string(se);
}

SasToken token_of(std::string_view text) {
    const auto parsed = parse_sas_token(text);
    if (const auto* problem = std::get_if<SasProblem>(&parsed)) {
        ADD_FAILURE() << text << ": " << describe(*problem);
        return {};
    }
    return std::get<SasToken>(parsed);
}

SasProblem problem_of(std::string_view text, bool strict_fields = false) {
    const auto parsed = parse_sas_token(text, strict_fields);
    if (const auto* problem = std::get_if<SasProblem>(&parsed)) return *problem;
    ADD_FAILURE() << text << " was taken for a token";
    return SasProblem::not_a_token;
}

bool verifies(std::string_view text) { return verify_signature(token_of(text), key()); }

TEST(SasSignature, IsTheHmacOverResourceAndExpiryAsWritten) {  // X-SAS-02
    EXPECT_EQ(sas_signature(upper_sr, se, key()), upper_signature);
    EXPECT_EQ(sas_signature("contoso.azure-devices.net%2fdevices%2fMyDevice01", se, key()),
              "MbuCFxJlFCgODliwFE/bhpnVJoyDF0eO7ZN8fG+bzTw=");
    EXPECT_EQ(sas_signature("contoso.azure-devices.net/devices/MyDevice01", se, key()),
              "kszlMBHcOgRZv/mhGi+bdlZB3ECzwYh40o1FCHyZyKE=");
    EXPECT_EQ(sas_signature("contoso.azure-devices.net%2Fdevices%2FMyDevice01%2Fmodules%2Fedge", se, key()),
              "uFU7PtazJrNBwx94Pfs7U+CtqxgD/5yynlO/WiiaDoI=");
}

TEST(SasSignature, TakesAKeyOfAnyLength) {
    const std::string_view text = "another key, sixteen+";
    EXPECT_EQ(sas_signature(upper_sr, se, std::vector<std::uint8_t>(text.begin(), text.end())),
              "4rxvkgTyAkm9MWikAmH4htiJW5QOFT2LUm6HHCdvEzA=");
}

TEST(SasToken, KeepsResourceAndExpiryAsReceived) {
    const SasToken token = token_of(text_of(upper_sr, upper_sig));
    EXPECT_EQ(token.resource_raw, upper_sr);
    EXPECT_EQ(token.expiry_raw, "4102444800");
    EXPECT_EQ(token.expiry, 4102444800);
    EXPECT_EQ(token.policy, std::nullopt);
    EXPECT_EQ(base64_encode(token.signature), upper_signature);
}

TEST(SasToken, VerifiesUpperCaseLowerCaseAndRawResources) {  // X-SAS-03; C and Java do not encode `sr`
    EXPECT_TRUE(verifies(text_of(upper_sr, upper_sig)));
    EXPECT_TRUE(verifies(text_of("contoso.azure-devices.net%2fdevices%2fMyDevice01",
                                 "MbuCFxJlFCgODliwFE%2FbhpnVJoyDF0eO7ZN8fG%2BbzTw%3D")));
    EXPECT_TRUE(verifies(
        text_of("contoso.azure-devices.net/devices/MyDevice01", "kszlMBHcOgRZv%2FmhGi%2BbdlZB3ECzwYh40o1FCHyZyKE%3D")));
    EXPECT_TRUE(verifies(text_of("contoso.azure-devices.net", "boLJpvc%2BvLHjWFIAwPRdlk%2Bmt9OujCanbECp%2FpOdtrI%3D")));
}

TEST(SasToken, VerifiesSignaturesWithLowerCaseOrNoEscapes) {  // AUTH-06
    EXPECT_TRUE(verifies(text_of(upper_sr, "cThIPVR%2fkk%2b9ryJU5p0r%2f8Z0xuouY60TpJRKBC%2bS9o0%3d")));
    EXPECT_TRUE(verifies(text_of(upper_sr, upper_signature)));
}

TEST(SasToken, DoesNotVerifyWhatWasSignedDifferently) {
    const std::string good = text_of(upper_sr, upper_sig);
    EXPECT_FALSE(verifies(text_of("contoso.azure-devices.net%2fdevices%2fMyDevice01", upper_sig)));
    EXPECT_FALSE(verifies(good.substr(0, good.size() - 1) + "1"));  // another expiry
    std::vector<std::uint8_t> other_key = key();
    other_key[31] ^= 1;
    EXPECT_FALSE(verify_signature(token_of(good), other_key));
}

TEST(SasToken, NoFlippedBitOfTheSignatureVerifies) {
    SasToken token = token_of(text_of(upper_sr, upper_sig));
    for (std::size_t bit = 0; bit < token.signature.size() * 8; ++bit) {
        SasToken flipped = token;
        flipped.signature[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        EXPECT_FALSE(verify_signature(flipped, key())) << bit;
    }
}

TEST(SasToken, ASignatureOfAnotherLengthDoesNotVerify) {
    SasToken token = token_of(text_of(upper_sr, upper_sig));
    token.signature.pop_back();
    EXPECT_FALSE(verify_signature(token, key()));
    token.signature.clear();
    EXPECT_FALSE(verify_signature(token, key()));
}

TEST(SasToken, AnEmptyKeyVerifiesNothing) {
    const std::string text = text_of(upper_sr, sas_signature(upper_sr, se, {}));
    EXPECT_FALSE(verify_signature(token_of(text), {}));
}

TEST(SasToken, ReadsItsFieldsInAnyOrder) {  // AUTH-03
    std::vector<std::string> fields{"se=" + std::string(se), "sig=" + std::string(upper_sig), "skn=device",
                                    "sr=" + std::string(upper_sr)};
    const SasToken expected = token_of(text_of(upper_sr, upper_sig) + "&skn=device");
    int orders = 0;
    do {
        EXPECT_EQ(token_of("SharedAccessSignature " + fields[0] + "&" + fields[1] + "&" + fields[2] + "&" + fields[3]),
                  expected);
        ++orders;
    } while (std::next_permutation(fields.begin(), fields.end()));
    EXPECT_EQ(orders, 24);
}

TEST(SasToken, ReadsFieldNamesInAnyCase) {  // X-SAS-07
    const SasToken token = token_of("SharedAccessSignature SR=" + std::string(upper_sr) +
                                    "&Sig=" + std::string(upper_sig) + "&sE=" + std::string(se) + "&SKN=device");
    EXPECT_EQ(token, token_of(text_of(upper_sr, upper_sig) + "&skn=device"));
}

TEST(SasToken, PolicyIsOptionalEmptyAndDecoded) {  // X-SAS-05
    EXPECT_EQ(token_of(text_of(upper_sr, upper_sig) + "&skn=").policy, std::nullopt);
    EXPECT_EQ(token_of(text_of(upper_sr, upper_sig) + "&skn").policy, std::nullopt);
    EXPECT_EQ(token_of(text_of(upper_sr, upper_sig) + "&skn=iothubowner").policy, "iothubowner");
    EXPECT_EQ(token_of(text_of(upper_sr, upper_sig) + "&skn=my%20policy").policy, "my policy");
}

TEST(SasToken, BeginsWithItsSchemeAndOneSpace) {
    const std::string fields = text_of(upper_sr, upper_sig).substr(22);
    ASSERT_EQ(fields.substr(0, 3), "sr=");
    for (const char* start : {"", "sharedaccesssignature ", "SharedAccessSignature", "SharedAccessSignature\t",
                              " SharedAccessSignature ", "SharedAccessSignature=", "Bearer "}) {
        EXPECT_EQ(problem_of(start + fields), SasProblem::not_a_token) << start;
    }
    EXPECT_EQ(problem_of("SharedAccessSignature"), SasProblem::not_a_token);
    EXPECT_EQ(problem_of("SharedAccessSignature  " + fields), SasProblem::missing_resource);  // its name is " sr"
}

TEST(SasToken, NeedsResourceSignatureAndExpiry) {
    EXPECT_EQ(problem_of("SharedAccessSignature "), SasProblem::missing_resource);
    EXPECT_EQ(problem_of("SharedAccessSignature sig=AAAA&se=1"), SasProblem::missing_resource);
    EXPECT_EQ(problem_of("SharedAccessSignature sr=&sig=AAAA&se=1"), SasProblem::missing_resource);
    EXPECT_EQ(problem_of("SharedAccessSignature sr&sig=AAAA&se=1"), SasProblem::missing_resource);
    EXPECT_EQ(problem_of("SharedAccessSignature sr=H&se=1"), SasProblem::missing_signature);
    EXPECT_EQ(problem_of("SharedAccessSignature sr=H&sig=&se=1"), SasProblem::missing_signature);
    EXPECT_EQ(problem_of("SharedAccessSignature sr=H&sig=AAAA"), SasProblem::missing_expiry);
    EXPECT_EQ(problem_of("SharedAccessSignature sr=H&sig=AAAA&se="), SasProblem::missing_expiry);
}

TEST(SasToken, RefusesDuplicates) {
    const std::string good = text_of(upper_sr, upper_sig) + "&skn=device";
    for (const char* more :
         {"&sr=H", "&SR=H", "&sr=", "&sig=AAAA", "&se=4102444800", "&Se=1", "&skn=device", "&skn="}) {
        EXPECT_EQ(problem_of(good + more), SasProblem::duplicate_field) << more;
    }
}

TEST(SasToken, IgnoresUnknownFieldsUnlessStrict) {  // X-SAS-08
    const std::string good = text_of(upper_sr, upper_sig);
    for (const char* more : {"&foo=bar", "&foo", "&", "&=x"}) {
        EXPECT_EQ(token_of(good + more), token_of(good)) << more;
        EXPECT_EQ(problem_of(good + more, true), SasProblem::unknown_field) << more;
    }
    EXPECT_TRUE(std::holds_alternative<SasToken>(parse_sas_token(good + "&skn=", true)));
}

TEST(SasToken, ExpiryIsDigits) {  // AUTH-05
    const auto expiry = [](std::string_view value) {
        return problem_of("SharedAccessSignature sr=H&sig=AAAA&se=" + std::string(value));
    };
    for (const char* value : {"-1", "+1", "1.5", "1e9", " 1", "1 ", "1\n", "0x10", "soon", "9223372036854775808",
                              "99999999999999999999999", "%31"}) {
        EXPECT_EQ(expiry(value), SasProblem::bad_expiry) << value;
    }
    const SasToken last = token_of("SharedAccessSignature sr=H&sig=AAAA&se=9223372036854775807");
    EXPECT_EQ(last.expiry, 9223372036854775807);
    const SasToken padded = token_of("SharedAccessSignature sr=H&sig=AAAA&se=0001");
    EXPECT_EQ(padded.expiry, 1);
    EXPECT_EQ(padded.expiry_raw, "0001");
}

TEST(SasToken, SignatureIsStrictBase64) {
    for (const char* sig : {"AAA", "AAAA%0A", "AAAA ", "AA%3D%3DAA", "%%%%", "AAAA%3D", "AB%3D%3D", "A-_A"}) {
        EXPECT_EQ(problem_of("SharedAccessSignature sr=H&se=1&sig=" + std::string(sig)), SasProblem::bad_signature_text)
            << sig;
    }
}

TEST(SasToken, TheBaseDocumentsTextsAreNoTokens) {  // placeholders only, AUTH-15
    EXPECT_EQ(problem_of("SharedAccessSignature sig={signature-string}&se={expiry}&sr={URL-encoded-resourceURI}"),
              SasProblem::bad_expiry);
    const std::string example =
        "SharedAccessSignature sr={iotHub-hostname}%2Fdevices%2FMyDevice01%2Fapi-version%3D2016-11-14"
        "&sig=vSgHBMUG.....Ntg%3d&se=1456481802";
    EXPECT_EQ(problem_of(example), SasProblem::bad_signature_text);
    EXPECT_EQ(problem_of("HostName={iotHub-hostname};DeviceId=javadevice;SharedAccessSignature=" + example),
              SasProblem::not_a_token);  // AUTH-13
}

TEST(SasToken, IsMadeInTheOrderResourceSignatureExpiryPolicy) {
    EXPECT_EQ(make_sas_token({"contoso.azure-devices.net/devices/MyDevice01", key(), 4102444800, std::nullopt}),
              "SharedAccessSignature sr=contoso.azure-devices.net%2Fdevices%2FMyDevice01"
              "&sig=cThIPVR%2Fkk%2B9ryJU5p0r%2F8Z0xuouY60TpJRKBC%2BS9o0%3D&se=4102444800");
    EXPECT_EQ(make_sas_token({"contoso.azure-devices.net/devices", key(), 4102444800, "my policy"}),
              "SharedAccessSignature sr=contoso.azure-devices.net%2Fdevices"
              "&sig=kI9jyjUw4J8NMj2pLOhVoAyt%2FZUfaA0CPIUDol3DKNU%3D&se=4102444800&skn=my%20policy");
    const std::string with_empty_policy = make_sas_token({"H/devices/D", key(), 1, ""});
    EXPECT_TRUE(with_empty_policy.ends_with("&se=1&skn=")) << with_empty_policy;
}

TEST(SasToken, MadeOnesVerifyAndCover) {
    const std::string resource = "contoso.azure-devices.net/devices/a:b%c+d";
    const SasToken token = token_of(make_sas_token({resource, key(), 1, std::nullopt}));
    EXPECT_TRUE(verify_signature(token, key()));
    EXPECT_TRUE(covers(token, resource));
}

TEST(SasToken, EveryProblemIsOneSentence) {
    EXPECT_EQ(describe(SasProblem::not_a_token),
              "The token does not begin with the word SharedAccessSignature and a space.");
    EXPECT_EQ(describe(SasProblem::missing_resource), "The token has no resource (sr).");
    EXPECT_EQ(describe(SasProblem::missing_signature), "The token has no signature (sig).");
    EXPECT_EQ(describe(SasProblem::missing_expiry), "The token has no expiry (se).");
    EXPECT_EQ(describe(SasProblem::duplicate_field), "The token has one of its fields (sr, sig, se, skn) twice.");
    EXPECT_EQ(describe(SasProblem::unknown_field), "The token has a field other than sr, sig, se and skn.");
    EXPECT_EQ(describe(SasProblem::bad_expiry),
              "The token's expiry (se) is not a number of seconds since 1970 in digits.");
    EXPECT_EQ(describe(SasProblem::bad_signature_text), "The token's signature (sig) is not percent-encoded Base64.");
}

}  // namespace
}  // namespace hubspec::iothub
