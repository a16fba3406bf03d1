#pragma once

#include <atomic>

#include "fixtures/pki/pki.hpp"
#include "harness/actors/endpoint.hpp"
#include "harness/cli/test_pki.hpp"
#include "harness/model/scenario.hpp"

namespace hubspec::cli {

/// Makes the certificates of X.509 identities, right or wrong as their specification says. Clients that read files only
/// find them in a folder that goes away with this.
class DeviceCertificates {
public:
    /// `authority` is the CA that the hub knows.
    explicit DeviceCertificates(pki::Credential authority);

    const pki::Credential& authority() const { return authority_; }
    /// Gives the identity a certificate and, for Proof::x509, the thumbprint that the hub is to know it by.
    void equip(actors::Identity& identity, const model::IdentitySpec& spec);

private:
    pki::Credential make(const actors::Identity& identity, const model::IdentitySpec& spec) const;

    TemporaryFolder folder_;
    pki::Credential authority_;
    pki::Credential intermediate_;
    pki::Credential foreign_;
    std::atomic<unsigned> made_ = 0;
};

}  // namespace hubspec::cli
