#include "harness/actors/paho_credentials.hpp"

#include <atomic>

#include "harness/actors/paho_library.hpp"
#include "harness/net/known_credentials.hpp"

namespace hubspec::actors {

namespace {

std::atomic<bool> is_shared = false;
constexpr int pem = 1;  // SSL_FILETYPE_PEM

bool is_shared_with(const void* caller) { return is_shared && is_paho(caller); }

}  // namespace

void share_paho_credentials() { is_shared = true; }

}  // namespace hubspec::actors

using namespace hubspec::actors;
using namespace hubspec::net;

// What cannot be used is left to the real function: it has the error that Paho tells.
extern "C" {

int SSL_CTX_load_verify_locations(SSL_CTX* context, const char* file, const char* folder) {
    static auto* const real = next<int(SSL_CTX*, const char*, const char*)>("SSL_CTX_load_verify_locations");
    if (is_shared_with(__builtin_return_address(0)) && file != nullptr && folder == nullptr &&
        use_known_roots(context, file))
        return 1;
    return real(context, file, folder);
}

int SSL_CTX_use_certificate_chain_file(SSL_CTX* context, const char* file) {
    static auto* const real = next<int(SSL_CTX*, const char*)>("SSL_CTX_use_certificate_chain_file");
    if (is_shared_with(__builtin_return_address(0)) && use_known_chain(context, file)) return 1;
    return real(context, file);
}

int SSL_CTX_use_PrivateKey_file(SSL_CTX* context, const char* file, int type) {
    static auto* const real = next<int(SSL_CTX*, const char*, int)>("SSL_CTX_use_PrivateKey_file");
    if (is_shared_with(__builtin_return_address(0)) && type == pem && use_known_key(context, file)) return 1;
    return real(context, file, type);
}
}
