#include "fixtures/pki/pki.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hubspec::pki {
namespace {

TEST(Pki, AServerCertificateCarriesItsNames) {
    const auto root = make_root("root");
    const auto server = make_server(root, {"hub.example", {"hub.example", "localhost"}, {"127.0.0.1", "::1"}});
    EXPECT_THAT(names_of(server.certificate_pem), testing::ElementsAre("hub.example", "localhost", "127.0.0.1", "::1"));
    EXPECT_GT(seconds_left(server.certificate_pem), 364 * 86400);
}

TEST(Pki, ALifetimeMayHaveEnded) {
    const auto root = make_root("root");
    EXPECT_LT(seconds_left(make_server(root, {"a", {"a"}, {}}, std::chrono::hours(-1)).certificate_pem), 0);
}

TEST(Pki, NonsenseHasNoNamesAndNoTimeLeft) {
    EXPECT_TRUE(names_of("nonsense").empty());
    EXPECT_LT(seconds_left("nonsense"), 0);
}

TEST(Pki, AForeignRootIsAnError) { EXPECT_THROW(make_server({"no", "no"}, {"a", {"a"}, {}}), std::runtime_error); }

}  // namespace
}  // namespace hubspec::pki
