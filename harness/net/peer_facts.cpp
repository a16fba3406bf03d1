#include "harness/net/peer_facts.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <span>
#include <string>

namespace hubspec::net {

namespace {

std::string hex(std::span<const unsigned char> bytes) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string text;
    for (const unsigned char byte : bytes) text += {digits[byte >> 4], digits[byte & 15]};
    return text;
}

std::string thumbprint(const X509* certificate, const EVP_MD* digest) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> buffer{};
    unsigned int size = 0;
    X509_digest(certificate, digest, buffer.data(), &size);
    return hex(std::span(buffer).first(size));
}

std::chrono::sys_seconds time_of(const ASN1_TIME* time) {
    std::tm parts{};
    ASN1_TIME_to_tm(time, &parts);
    const std::chrono::sys_days day(std::chrono::year(parts.tm_year + 1900) /
                                    std::chrono::month(static_cast<unsigned>(parts.tm_mon) + 1) / parts.tm_mday);
    return day + std::chrono::hours(parts.tm_hour) + std::chrono::minutes(parts.tm_min) +
           std::chrono::seconds(parts.tm_sec);
}

// X-X509-04 asks for the certificates, not for the leaf alone.
void narrow(PeerFacts::Certificate& facts, const X509* certificate) {
    facts.not_before = std::max(facts.not_before, time_of(X509_get0_notBefore(certificate)));
    facts.not_after = std::min(facts.not_after, time_of(X509_get0_notAfter(certificate)));
}

PeerFacts::Certificate certificate_facts(SSL* ssl, const X509* certificate) {
    std::array<char, 256> name{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(), name.size());
    PeerFacts::Certificate facts{name.data(),
                                 thumbprint(certificate, EVP_sha1()),
                                 thumbprint(certificate, EVP_sha256()),
                                 SSL_get_verify_result(ssl) == X509_V_OK,
                                 time_of(X509_get0_notBefore(certificate)),
                                 time_of(X509_get0_notAfter(certificate))};
    const STACK_OF(X509)* chain = facts.chain_is_valid ? SSL_get0_verified_chain(ssl) : nullptr;
    for (int i = 1; chain != nullptr && i < sk_X509_num(chain); ++i) narrow(facts, sk_X509_value(chain, i));
    return facts;
}

}  // namespace

PeerFacts facts_of(SSL* ssl) {
    PeerFacts facts;
    facts.tls_version = SSL_get_version(ssl);
    if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) facts.server_name = name;
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(ssl), X509_free);
    if (certificate) facts.certificate = certificate_facts(ssl, certificate.get());
    return facts;
}

}  // namespace hubspec::net
