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
    const auto& made = made_for(identity, spec);
    identity.certificate_pem = made.credential.certificate_pem;
    identity.key_pem = made.credential.key_pem;
    identity.primary_key = identity.secondary_key = {};
    identity.credential_file = made.file;
    if (spec.proof != model::Proof::x509) return;
    identity.primary_thumbprint = made.sha256_thumbprint;
    identity.secondary_thumbprint = made.sha1_thumbprint;
}

const DeviceCertificates::Made& DeviceCertificates::made_for(const actors::Identity& identity,
                                                             const model::IdentitySpec& spec) {
    const Key key{identity.client_id(), spec.proof, spec.defect};
    {
        const std::lock_guard lock(mutex_);
        if (const auto known = made_.find(key); known != made_.end()) return known->second;
    }
    Made made{make(identity, spec), {}, {}, {}};
    const auto& pem = made.credential.certificate_pem;
    made.sha256_thumbprint = pki::thumbprint(pem, pki::Digest::sha256);
    made.sha1_thumbprint = pki::thumbprint(pem, pki::Digest::sha1);
    const std::lock_guard lock(mutex_);
    const auto [kept, is_new] = made_.try_emplace(key, std::move(made));
    if (!is_new) return kept->second;
    kept->second.file = folder_.path() + "/" + std::to_string(made_.size()) + ".pem";
    write_private_file(kept->second.file, kept->second.credential.certificate_pem + kept->second.credential.key_pem);
    return kept->second;
}

}  // namespace hubspec::cli
