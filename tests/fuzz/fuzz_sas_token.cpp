#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/iothub/sas_token.hpp"

using namespace hubspec::iothub;

namespace {

constexpr std::array<std::uint8_t, 4> key{1, 2, 3, 4};

/// What was read, signed with our key and written anew, is the same token and verifies.
void resign(const SasToken& token) {
    const std::string text = "SharedAccessSignature se=" + token.expiry_raw +
                             "&sig=" + sas_signature(token.resource_raw, token.expiry_raw, key) +
                             "&sr=" + token.resource_raw;
    const auto again = parse_sas_token(text, true);
    const auto* resigned = std::get_if<SasToken>(&again);
    if (resigned == nullptr || !verify_signature(*resigned, key)) std::abort();
    if (resigned->resource_raw != token.resource_raw || resigned->expiry != token.expiry) std::abort();
    if (resigned->signature != token.signature && verify_signature(token, key)) std::abort();
}

/// A made token is read back, and covers what it was made for.
void make(const std::string& resource) {
    const std::vector<std::uint8_t> owned(key.begin(), key.end());
    const auto made = parse_sas_token(make_sas_token({resource, owned, 1, resource}), true);
    const auto* token = std::get_if<SasToken>(&made);
    if (token == nullptr || !verify_signature(*token, key) || token->policy != resource) std::abort();
    const bool proper = resource.front() != '/' && resource.back() != '/';
    if (proper && !covers(*token, resource)) std::abort();
    if (proper && covers(*token, resource + "~")) std::abort();  // a longer last segment is another one
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto lenient = parse_sas_token(text);
    const auto strict = parse_sas_token(text, true);
    if (std::holds_alternative<SasToken>(strict) && strict != lenient) std::abort();
    if (const auto* token = std::get_if<SasToken>(&lenient)) resign(*token);
    if (!text.empty()) make(text);
    const auto bytes = base64_decode(text);
    if (bytes && base64_encode(*bytes) != text) std::abort();
    if (base64_decode(base64_encode({data, size})) != std::vector<std::uint8_t>(data, data + size)) std::abort();
    return 0;
}
