#pragma once

#include <compare>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

struct ssl_ctx_st;

namespace hubspec::net {

/// A certificate, key or CA that cannot be used; the text names it and what is wrong.
struct TlsError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A client's 1.1 is for showing that nobody speaks it any more.
enum class TlsVersion { any, tls_1_1, tls_1_2, tls_1_3 };

/// What a careless client does not look at in the certificate of its peer.
enum class Overlooks { nothing, root, name, expiry, start };

/// What all connections of one kind share. Costly to make, cheap to copy.
class TlsContext {
public:
    /// PEM texts: the chain with the leaf first, and its key. A client certificate is asked for but not needed
    /// (X-TLS-08).
    static TlsContext server(const std::string& chain_pem, const std::string& key_pem,
                             const std::string& client_ca_pem = {});

    struct ClientOptions {
        std::string ca_pem;                             ///< trusted roots; empty: the system's
        std::optional<std::string> chain_pem, key_pem;  ///< client certificate
        TlsVersion version = TlsVersion::any;
        bool verify = true;
        Overlooks overlooks = Overlooks::nothing;  ///< of what is verified
        auto operator<=>(const ClientOptions&) const = default;
    };
    /// Made once for the same options.
    static TlsContext client(const ClientOptions& options);

    ssl_ctx_st* native() const { return context_.get(); }

private:
    explicit TlsContext(std::shared_ptr<ssl_ctx_st> context) : context_(std::move(context)) {}
    std::shared_ptr<ssl_ctx_st> context_;
};

/// The text of OpenSSL's oldest queued error, and clears the queue; `fallback` when there is none.
std::string openssl_error(const std::string& fallback);

}  // namespace hubspec::net
