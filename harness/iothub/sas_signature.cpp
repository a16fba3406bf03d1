#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

#include "harness/iothub/sas_token.hpp"

namespace hubspec::iothub {
namespace {

/// HMAC-SHA256 over `sr` and `se` as they are written (X-SAS-02).
std::vector<std::uint8_t> sign(std::string_view resource_raw, std::string_view expiry_raw,
                               std::span<const std::uint8_t> key) {
    const std::string text = std::string(resource_raw) + '\n' + std::string(expiry_raw);
    constexpr std::uint8_t nothing = 0;  // OpenSSL takes a null key for "the key of the previous call"
    std::vector<std::uint8_t> digest(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    const auto* made = HMAC(EVP_sha256(), key.empty() ? &nothing : key.data(), static_cast<int>(key.size()),
                            reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
    if (made == nullptr) throw std::runtime_error("OpenSSL could not compute HMAC-SHA256");
    digest.resize(size);
    return digest;
}

}  // namespace

std::string sas_signature(std::string_view resource_raw, std::string_view expiry_raw,
                          std::span<const std::uint8_t> key) {
    return base64_encode(sign(resource_raw, expiry_raw, key));
}

bool verify_signature(const SasToken& token, std::span<const std::uint8_t> key) {
    if (key.empty()) return false;  // an identity without a key: everybody knows the empty one
    const std::vector<std::uint8_t> expected = sign(token.resource_raw, token.expiry_raw, key);
    return token.signature.size() == expected.size() &&
           CRYPTO_memcmp(token.signature.data(), expected.data(), expected.size()) == 0;
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
    return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace hubspec::iothub
