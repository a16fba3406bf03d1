#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hubspec::iothub {

/// `SharedAccessSignature sr=...&sig=...&se=...[&skn=...]`, fields in any order, names in any case (AUTH-01, AUTH-03,
/// X-SAS-07).
struct SasToken {
    std::string resource_raw;  ///< `sr` exactly as received: what is signed (X-SAS-02)
    std::string expiry_raw;    ///< `se` exactly as received
    std::int64_t expiry = 0;   ///< Unix seconds
    std::vector<std::uint8_t> signature;
    std::optional<std::string> policy;  ///< `skn`; empty counts as absent (X-SAS-05)
    bool operator==(const SasToken&) const = default;
};

enum class SasProblem {
    not_a_token,  ///< scheme word or the space after it is missing
    missing_resource,
    missing_signature,
    missing_expiry,
    duplicate_field,
    unknown_field,       ///< only when `strict_fields` (X-SAS-08)
    bad_expiry,          ///< not digits, or beyond 64 bits
    bad_signature_text,  ///< not Base64 after percent-decoding
};
/// One sentence in English for a person; never quotes the token.
std::string_view describe(SasProblem problem);

/// A mandatory field with an empty value counts as missing. The scheme word is compared with case, field names without.
std::variant<SasToken, SasProblem> parse_sas_token(std::string_view text, bool strict_fields = false);

/// True when `key` (raw bytes) made the signature over `sr` and `se` as received. Constant-time comparison.
/// An empty key verifies nothing.
bool verify_signature(const SasToken& token, std::span<const std::uint8_t> key);

/// True when the token's resource covers `resource` (`host/devices/D[/modules/M]`): a prefix by whole segments
/// (X-SAS-09), host compared without case, ids with case; `sr` is decoded once and, where that does not match, twice
/// (B-11).
bool covers(const SasToken& token, std::string_view resource);

struct SasRequest {
    std::string resource;           ///< not encoded: `contoso.azure-devices.net/devices/D`
    std::vector<std::uint8_t> key;  ///< decoded
    std::int64_t expiry = 0;        ///< Unix seconds
    std::optional<std::string> policy;
};
/// A token in the order sr, sig, se, skn with upper-case escapes.
std::string make_sas_token(const SasRequest& request);
/// Base64 of HMAC-SHA256 over `resource_raw` + LF + `expiry_raw`.
std::string sas_signature(std::string_view resource_raw, std::string_view expiry_raw,
                          std::span<const std::uint8_t> key);

/// For keys: how long it takes does not tell where they differ.
bool equal_in_constant_time(std::string_view left, std::string_view right);

/// Strict Base64 with padding and no stray bits; nullopt for anything else.
std::optional<std::vector<std::uint8_t>> base64_decode(std::string_view text);
std::string base64_encode(std::span<const std::uint8_t> bytes);

}  // namespace hubspec::iothub
