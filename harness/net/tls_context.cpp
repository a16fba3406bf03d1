#include "harness/net/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <map>
#include <mutex>
#include <vector>

#include "harness/net/pem.hpp"

namespace hubspec::net {

namespace {

// CAs differ from run to run of a test, not more; of a run's certificates only few are used again.
constexpr std::size_t most_known = 16, most_known_with_certificates = 64;

std::vector<std::shared_ptr<X509>> certificates_in(const std::string& pem, const std::string& what) {
    auto certificates = read_certificates(pem);
    if (certificates.empty()) throw TlsError(what + ": no PEM certificate in it");
    return certificates;
}

std::shared_ptr<SSL_CTX> make_context(const SSL_METHOD* method) {
    std::shared_ptr<SSL_CTX> context(SSL_CTX_new(method), SSL_CTX_free);
    if (!context) throw TlsError(openssl_error("OpenSSL has no context"));
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);  // X-TLS-01
    // Idle connections give their buffers back: a fleet of them must fit into memory.
    SSL_CTX_set_mode(context.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context.get(), 1);  // a record's header and body with one system call
    return context;
}

void use_certificate(SSL_CTX* context, const std::string& chain_pem, const std::string& key_pem,
                     const std::string& what) {
    const auto chain = certificates_in(chain_pem, what + " certificate");
    if (SSL_CTX_use_certificate(context, chain.front().get()) != 1)
        throw TlsError(what + " certificate: " + openssl_error("refused"));
    for (std::size_t i = 1; i < chain.size(); ++i)
        if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1)
            throw TlsError(what + " certificate chain: " + openssl_error("refused"));
    const auto key = read_private_key(key_pem);
    if (!key) throw TlsError(what + " key: no PEM private key in it");
    if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
        ERR_clear_error();
        throw TlsError(what + " key: it does not belong to the certificate");
    }
}

void trust(SSL_CTX* context, const std::string& ca_pem) {
    X509_STORE* store = SSL_CTX_get_cert_store(context);
    for (const auto& certificate : certificates_in(ca_pem, "CA file")) X509_STORE_add_cert(store, certificate.get());
}

// Any certificate passes the handshake: whether it was needed and is right is decided when CONNECT arrives (X-X509-05).
int accept_any_client_certificate(int, X509_STORE_CTX*) { return 1; }

Overlooks kind_of(int error) {
    switch (error) {
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return Overlooks::name;
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return Overlooks::expiry;
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return Overlooks::start;
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return Overlooks::root;
        default:
            return Overlooks::nothing;
    }
}

template <Overlooks what>
int overlook(int good, X509_STORE_CTX* store) {
    return good == 1 || kind_of(X509_STORE_CTX_get_error(store)) == what ? 1 : 0;
}

SSL_verify_cb verdict_of(Overlooks what) {
    switch (what) {
        case Overlooks::nothing:
            break;
        case Overlooks::root:
            return overlook<Overlooks::root>;
        case Overlooks::name:
            return overlook<Overlooks::name>;
        case Overlooks::expiry:
            return overlook<Overlooks::expiry>;
        case Overlooks::start:
            return overlook<Overlooks::start>;
    }
    return nullptr;
}

void speak_1_1(SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_1_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
    SSL_CTX_set_security_level(context, 0);  // above it OpenSSL does not offer 1.1 at all
}

}  // namespace

std::string openssl_error(const std::string& fallback) {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    if (code == 0) return fallback;
    const char* reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : fallback;
}

TlsContext TlsContext::server(const std::string& chain_pem, const std::string& key_pem,
                              const std::string& client_ca_pem) {
    auto context = make_context(TLS_server_method());
    use_certificate(context.get(), chain_pem, key_pem, "server");
    if (!client_ca_pem.empty()) trust(context.get(), client_ca_pem);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, accept_any_client_certificate);
    // When a certificate holds is judged by the hub's clock, not by the machine's (X-X509-04).
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context.get()), X509_V_FLAG_NO_CHECK_TIME);
    static constexpr unsigned char session_id_context[] = "hubspec";
    SSL_CTX_set_session_id_context(context.get(), session_id_context, sizeof session_id_context - 1);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_num_tickets(context.get(), 1);
    return TlsContext(std::move(context));
}

namespace {

std::shared_ptr<SSL_CTX> make_client(const TlsContext::ClientOptions& options) {
    auto context = make_context(TLS_client_method());
    if (options.version == TlsVersion::tls_1_1) speak_1_1(context.get());
    if (options.version == TlsVersion::tls_1_2) SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
    if (options.version == TlsVersion::tls_1_3) SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
    if (options.ca_pem.empty())
        SSL_CTX_set_default_verify_paths(context.get());
    else
        trust(context.get(), options.ca_pem);
    SSL_CTX_set_verify(context.get(), options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                       verdict_of(options.overlooks));
    if (options.chain_pem && options.key_pem)
        use_certificate(context.get(), *options.chain_pem, *options.key_pem, "client");
    return context;
}

}  // namespace

// A context costs as much as a handshake, with the system's roots fifty times that.
TlsContext TlsContext::client(const ClientOptions& options) {
    using Known = std::map<ClientOptions, std::shared_ptr<SSL_CTX>>;
    static std::mutex mutex;
    static Known without_certificate, with_certificate;
    auto& known = options.chain_pem ? with_certificate : without_certificate;
    {
        const std::lock_guard lock(mutex);
        if (const auto found = known.find(options); found != known.end()) return TlsContext(found->second);
    }
    auto made = make_client(options);
    const std::lock_guard lock(mutex);
    if (known.size() >= (options.chain_pem ? most_known_with_certificates : most_known)) known.clear();
    known.insert_or_assign(options, made);
    return TlsContext(std::move(made));
}

}  // namespace hubspec::net
