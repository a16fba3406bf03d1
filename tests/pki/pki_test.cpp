#include "fixtures/pki/pki.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

namespace hubspec::pki {
namespace {

using std::chrono::hours;
using testing::ElementsAre;

std::size_t certificates_in(const std::string& pem) {
    static const std::regex begin("-----BEGIN CERTIFICATE-----");
    return static_cast<std::size_t>(std::distance(std::sregex_iterator(pem.begin(), pem.end(), begin), {}));
}

TEST(Pki, AServerCertificateCarriesItsNames) {
    const auto root = make_root("root");
    const auto server = make_server(root, {"hub.example", {"hub.example", "localhost"}, {"127.0.0.1", "::1"}});
    EXPECT_THAT(names_of(server.certificate_pem), ElementsAre("hub.example", "localhost", "127.0.0.1", "::1"));
    EXPECT_GT(seconds_left(server.certificate_pem), 364 * 86400);
}

TEST(Pki, ALifetimeMayHaveEnded) {
    const auto root = make_root("root");
    EXPECT_LT(seconds_left(make_server(root, {"a", {"a"}, {}}, {hours(-24), hours(-1)}).certificate_pem), 0);
    EXPECT_LT(seconds_left(make_client(root, "D", expired).certificate_pem), -86000);
    EXPECT_GT(seconds_left(make_client(root, "D", not_yet_valid).certificate_pem), 86400);
}

TEST(Pki, AClientCertificateHasTheCommonNameAndNoOtherNames) {
    const auto client = make_client(make_root("root"), "D/M");
    EXPECT_EQ(common_name_of(client.certificate_pem), "D/M");
    EXPECT_THAT(names_of(client.certificate_pem), ElementsAre());
    EXPECT_EQ(certificates_in(client.certificate_pem), 1u);
}

TEST(Pki, ACertificateBelowIntermediatesBringsThemAlongWithoutTheRoot) {
    const auto root = make_root("root");
    const auto outer = make_intermediate(root, "outer");
    const auto inner = make_intermediate(outer, "inner");
    const auto client = make_client(inner, "D");
    EXPECT_EQ(certificates_in(outer.certificate_pem), 1u);
    EXPECT_EQ(certificates_in(client.certificate_pem), 3u);
    EXPECT_TRUE(client.certificate_pem.ends_with(outer.certificate_pem));
    EXPECT_EQ(client.certificate_pem, leaf_of(client.certificate_pem) + inner.certificate_pem);
    EXPECT_EQ(common_name_of(leaf_of(client.certificate_pem)), "D");
}

TEST(Pki, AThumbprintIsUpperCaseHexOfTheLeaf) {
    // What `openssl x509 -fingerprint` says of this certificate.
    const std::string known = R"(-----BEGIN CERTIFICATE-----
MIIBbzCCARWgAwIBAgIUVSsFYZZItnCCRVJu5a/zkHKhB1IwCgYIKoZIzj0EAwIw
DDEKMAgGA1UEAwwBRDAgFw0yNjExMjMxODM1MzFaGA8yMTI2MTAzMDE4MzUzMVow
DDEKMAgGA1UEAwwBRDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHLeW7kkru8W
f3lgq1Yc3AhNZErOld4oLj1yN/UsLu7V+WBWsjOYdBTQ1c37W4ZXyAnX1HgOt0yd
/h2mmMKO2hmjUzBRMB0GA1UdDgQWBBTgOBFuQadcrphkaIQxQSQrpKzZJjAfBgNV
HSMEGDAWgBTgOBFuQadcrphkaIQxQSQrpKzZJjAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMCA0gAMEUCIGMM9bKeihCsRA6k22Aapp3Dp1oZnMdw60ASpNaU4yl5
AiEAnDDhY8xUs/Q+1YXQfP9cOXlAHH/rcg131l3W15f3bfU=
-----END CERTIFICATE-----
)";
    EXPECT_EQ(thumbprint(known, Digest::sha1), "642AE4ED5C9B95673A5367C539D8F995C72018D7");
    EXPECT_EQ(thumbprint(known, Digest::sha256), "95B6FD866FD61EBC86933BE9030846DEDDA469900FB4D611D1BF0AED76B65962");
    const auto below = make_client(make_intermediate(make_root("root"), "middle"), "D").certificate_pem;
    EXPECT_EQ(thumbprint(below, Digest::sha256), thumbprint(leaf_of(below), Digest::sha256));
}

TEST(Pki, EveryCertificateHasAKeyOfItsOwn) {
    const auto one = make_self_signed("D"), other = make_self_signed("D");
    EXPECT_NE(thumbprint(one.certificate_pem, Digest::sha1), thumbprint(other.certificate_pem, Digest::sha1));
    EXPECT_NE(one.key_pem, other.key_pem);
}

TEST(Pki, NonsenseHasNoNamesAndNoTimeLeft) {
    EXPECT_TRUE(names_of("nonsense").empty());
    EXPECT_LT(seconds_left("nonsense"), 0);
    EXPECT_EQ(common_name_of("nonsense"), "");
    EXPECT_EQ(leaf_of("nonsense"), "");
    EXPECT_EQ(thumbprint("nonsense", Digest::sha256), "");
}

TEST(Pki, WhatCannotBeMadeIsAnError) {
    EXPECT_THROW(make_server({"no", "no"}, {"a", {"a"}, {}}), std::runtime_error);
    EXPECT_THROW(make_self_signed(std::string(65, 'x')), std::runtime_error);
}

}  // namespace
}  // namespace hubspec::pki
