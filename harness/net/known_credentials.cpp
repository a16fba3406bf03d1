#include "harness/net/known_credentials.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>

#include <array>
#include <atomic>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "harness/net/pem.hpp"

namespace hubspec::net {

namespace {

// Of a kind. A run has a hub's CA and some device certificates; those of very many cases are not kept.
constexpr std::size_t most_known = 256;

std::atomic<int> served = 0;

using Digest = std::array<unsigned char, 32>;
using Chain = std::vector<std::shared_ptr<X509>>;
using Key = std::shared_ptr<EVP_PKEY>;
using Store = std::shared_ptr<X509_STORE>;

Store read_store(const std::string& pem) {
    const auto certificates = read_certificates(pem);
    if (certificates.empty()) return nullptr;
    Store store(X509_STORE_new(), X509_STORE_free);
    for (const auto& one : certificates)
        if (!store || X509_STORE_add_cert(store.get(), one.get()) != 1) return nullptr;
    return store;
}

/// By the digest of the content, so that no key is kept as text.
template <class Value>
class Known {
public:
    template <class Read>
    Value of(const char* path, Read read) {
        std::ifstream file(path, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        Digest digest{};
        if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) return {};
        const std::lock_guard lock(mutex_);
        if (const auto found = known_.find(digest); found != known_.end()) return ++served, found->second;
        auto value = read(text);
        ERR_clear_error();
        if (known_.size() >= most_known) known_.clear();
        return known_.emplace(digest, std::move(value)).first->second;
    }

private:
    std::mutex mutex_;
    std::map<Digest, Value> known_;
};

template <class Value>
Known<Value>& known() {
    static auto* const all = new Known<Value>;  // threads of libraries outlive static destructors
    return *all;
}

bool succeeded(bool has) {
    if (!has) ERR_clear_error();
    return has;
}

}  // namespace

bool use_known_roots(SSL_CTX* context, const char* file) {
    const auto store = known<Store>().of(file, read_store);
    if (store) SSL_CTX_set1_cert_store(context, store.get());
    return store != nullptr;
}

bool use_known_chain(SSL_CTX* context, const char* file) {
    const auto chain = known<Chain>().of(file, read_certificates);
    if (chain.empty()) return false;
    bool used = SSL_CTX_use_certificate(context, chain.front().get()) == 1;
    SSL_CTX_clear_chain_certs(context);
    for (std::size_t i = 1; i < chain.size(); ++i) used = used && SSL_CTX_add1_chain_cert(context, chain[i].get()) == 1;
    return succeeded(used);
}

bool use_known_key(SSL_CTX* context, const char* file) {
    const auto key = known<Key>().of(file, read_private_key);
    return key && succeeded(SSL_CTX_use_PrivateKey(context, key.get()) == 1);
}

int known_credentials_served() { return served; }

}  // namespace hubspec::net
