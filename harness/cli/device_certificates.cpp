#include "harness/cli/device_certificates.hpp"

namespace hubspec::cli {

using model::CertificateDefect;

DeviceCertificates::DeviceCertificates(pki::Credential authority)
    : authority_(std::move(authority)),
      intermediate_(pki::make_intermediate(authority_, "hubspec test intermediate")),
      foreign_(pki::make_root("hubspec foreign root")) {}

pki::Credential DeviceCertificates::make(const actors::Identity& identity, const model::IdentitySpec& spec) const {
    pki::Contents contents;
    contents.common_name = identity.client_id();  // X-X509-02, X-MOD-06
    if (spec.defect == CertificateDefect::other_name) contents.common_name = "another-device";
    if (spec.defect == CertificateDefect::expired) contents.validity = pki::expired;
    if (spec.defect == CertificateDefect::not_yet_valid) contents.validity = pki::not_yet_valid;
    if (spec.defect == CertificateDefect::server_usage) contents.usage = pki::Usage::server;
    if (spec.proof == model::Proof::x509) return pki::self_sign(contents);
    const auto& issuer = spec.defect == CertificateDefect::foreign_authority ? foreign_ : intermediate_;
    auto made = pki::issue(issuer, contents);
    if (spec.defect == CertificateDefect::missing_chain) made.certificate_pem = pki::leaf_of(made.certificate_pem);
    return made;
}

void DeviceCertificates::equip(actors::Identity& identity, const model::IdentitySpec& spec) {
    if (spec.proof == model::Proof::sas) return;
    const auto made = make(identity, spec);
    identity.certificate_pem = made.certificate_pem;
    identity.key_pem = made.key_pem;
    identity.primary_key = identity.secondary_key = {};
    if (spec.proof == model::Proof::x509) {
        identity.primary_thumbprint = pki::thumbprint(made.certificate_pem, pki::Digest::sha256);
        identity.secondary_thumbprint = pki::thumbprint(made.certificate_pem, pki::Digest::sha1);
    }
    identity.credential_file = folder_.path() + "/" + std::to_string(++made_) + ".pem";
    write_private_file(identity.credential_file, made.certificate_pem + made.key_pem);
}

}  // namespace hubspec::cli
