#include "harness/net/pem.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

namespace hubspec::net {

namespace {

using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;

Memory memory(const std::string& text) {
    return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
}

// Nobody is asked at a terminal.
int no_password(char*, int, int, void*) { return -1; }

}  // namespace

std::vector<std::shared_ptr<X509>> read_certificates(const std::string& pem) {
    const Memory bio = memory(pem);
    std::vector<std::shared_ptr<X509>> certificates;
    while (X509* one = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
        certificates.emplace_back(one, X509_free);
    ERR_clear_error();
    return certificates;
}

std::shared_ptr<EVP_PKEY> read_private_key(const std::string& pem) {
    const Memory bio = memory(pem);
    std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr), EVP_PKEY_free);
    ERR_clear_error();
    return key;
}

}  // namespace hubspec::net
