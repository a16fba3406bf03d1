#pragma once

#include <map>
#include <mutex>
#include <tuple>

#include "fixtures/pki/pki.hpp"
#include "harness/actors/endpoint.hpp"
#include "harness/cli/test_pki.hpp"
#include "harness/model/scenario.hpp"

namespace hubspec::cli {

/// Makes the certificates of X.509 identities, right or wrong as their specification says. Clients that read files only
/// find them in a folder that goes away with this. Identities of one name, each in a hub of its own, have one in
/// common: a key takes longer to make than a case to run.
class DeviceCertificates {
public:
    /// `authority` is the CA that the hub knows.
    explicit DeviceCertificates(pki::Credential authority);

    const pki::Credential& authority() const { return authority_; }
    /// Gives the identity a certificate and, for Proof::x509, the thumbprint that the hub is to know it by.
    void equip(actors::Identity& identity, const model::IdentitySpec& spec);

private:
    using Key = std::tuple<std::string, model::Proof, model::CertificateDefect>;
    struct Made {
        pki::Credential credential;
        std::string sha256_thumbprint, sha1_thumbprint, file;
    };
    pki::Credential make(const actors::Identity& identity, const model::IdentitySpec& spec) const;
    const Made& made_for(const actors::Identity& identity, const model::IdentitySpec& spec);

    TemporaryFolder folder_;
    pki::Credential authority_;
    pki::Credential intermediate_;
    pki::Credential foreign_;
    std::mutex mutex_;
    std::map<Key, Made> made_;  ///< by common name
};

}  // namespace hubspec::cli
