#include "harness/iothub/digest.hpp"

#include <openssl/evp.h>

#include <array>

namespace hubspec::iothub {

std::string sha256_hex(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
    static constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    for (unsigned i = 0; i < size; ++i) hex += {digits[digest[i] >> 4], digits[digest[i] & 15]};
    return hex;
}

}  // namespace hubspec::iothub
