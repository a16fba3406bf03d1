// Certificates of X.509 identities: made once for a name and what is wrong with it.

#include "harness/cli/device_certificates.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace hubspec::cli {
namespace {

using model::CertificateDefect;
using model::Proof;

struct Certificates {
    actors::Identity equip(const std::string& device_id, Proof proof, CertificateDefect defect = {}) {
        actors::Identity identity;
        identity.device_id = device_id;
        identity.primary_key = "key";
        all.equip(identity, {.name = "device", .proof = proof, .defect = defect});
        return identity;
    }
    DeviceCertificates all{pki::make_root("test root")};
};

TEST(DeviceCertificates, AreMadeOnceForAName) {
    Certificates certificates;
    const auto one = certificates.equip("D", Proof::x509), same = certificates.equip("D", Proof::x509);
    EXPECT_EQ(one.certificate_pem, same.certificate_pem);
    EXPECT_EQ(one.credential_file, same.credential_file);
    EXPECT_EQ(one.primary_thumbprint, same.primary_thumbprint);
    EXPECT_EQ(one.primary_key, "");
    EXPECT_EQ(read_file(one.credential_file), one.certificate_pem + one.key_pem);
    EXPECT_EQ(std::filesystem::status(one.credential_file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(DeviceCertificates, AreOthersForAnotherNameProofOrDefect) {
    Certificates certificates;
    const auto one = certificates.equip("D", Proof::x509);
    const auto ca = certificates.equip("D", Proof::x509_ca);
    EXPECT_EQ(ca.primary_thumbprint, "") << "the hub knows it by its CA";
    for (const auto& other :
         {certificates.equip("E", Proof::x509), ca, certificates.equip("D", Proof::x509, CertificateDefect::expired)}) {
        EXPECT_NE(one.certificate_pem, other.certificate_pem);
        EXPECT_NE(one.credential_file, other.credential_file);
    }
}

TEST(DeviceCertificates, AreNotForWhoHasAToken) {
    Certificates certificates;
    const auto one = certificates.equip("D", Proof::sas);
    EXPECT_EQ(one.certificate_pem, "");
    EXPECT_EQ(one.primary_key, "key");
}

}  // namespace
}  // namespace hubspec::cli
