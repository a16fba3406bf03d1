// Identities that certificates prove: what the handshake saw against what is registered.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/hub/support/answers.hpp"
#include "tests/hub/support/client.hpp"

namespace hubspec::hub {
namespace {

using namespace test;
using testing::ElementsAre;

const std::string sha1(40, 'A'), sha256(64, 'B'), other_sha1(40, 'C');

struct X509World : World {
    explicit X509World(Policy policy = {}) : World(std::move(policy)) {
        hub.provision({"self", {}, {}, {}, Authentication::self_signed, sha1, std::string(64, 'b')}, now);
        hub.provision({"ca", {}, {}, {}, Authentication::certificate_authority}, now);
        hub.provision({"ca", {}, {}, "M", Authentication::certificate_authority}, now);
        hub.provision({"nobody", {}, {}, {}, Authentication::none}, now);
    }
    /// A certificate that holds for an hour more.
    Transport::Certificate certificate(const std::string& name) const {
        return {name, other_sha1, std::string(64, 'D'), true, now - std::chrono::hours(1), now + std::chrono::hours(1)};
    }
};

struct Attempt {
    std::string identity;
    std::optional<Transport::Certificate> certificate;
    std::optional<std::string> password;
};

struct X509Case {
    const char* name;
    Attempt (*attempt)(const X509World&);
    bool accepted;
};
void PrintTo(const X509Case& one, std::ostream* out) { *out << one.name; }

Transport::Certificate with_thumbprints(Transport::Certificate made, const std::string& one, const std::string& two) {
    made.sha1_thumbprint = one;
    made.sha256_thumbprint = two;
    return made;
}

Attempt of_self(const X509World& world, const std::string& one, const std::string& two) {
    auto certificate = with_thumbprints(world.certificate("any name"), one, two);
    certificate.chain_is_valid = false;  // nobody signed it but itself
    return {"self", certificate, std::nullopt};
}

class Certificates : public testing::TestWithParam<X509Case> {};

TEST_P(Certificates, DecideTheConnect) {
    X509World world;
    const auto attempt = GetParam().attempt(world);
    Transport transport;
    transport.client_certificate = attempt.certificate;
    Client client(world, attempt.identity, transport);
    auto packet = client.connect_packet();
    packet.password = attempt.password ? std::optional(bytes(*attempt.password)) : std::nullopt;
    client.send(packet);
    const mqtt::Packet answer = mqtt::Connack{false, static_cast<std::uint8_t>(GetParam().accepted ? 0 : 5)};
    EXPECT_THAT(client.take(), ElementsAre(answer));
    EXPECT_EQ(client.closed(), !GetParam().accepted);
}

INSTANTIATE_TEST_SUITE_P(
    X509, Certificates,
    testing::Values(
        // X-X509-01
        X509Case{"Sha1OfThePrimary", [](const X509World& w) { return of_self(w, sha1, "x"); }, true},
        X509Case{"Sha256OfTheSecondary", [](const X509World& w) { return of_self(w, "x", sha256); }, true},
        X509Case{"OtherThumbprint", [](const X509World& w) { return of_self(w, other_sha1, "x"); }, false},
        X509Case{"NoThumbprintAtAll", [](const X509World& w) { return of_self(w, "", ""); }, false},
        // X-X509-02, X-X509-03, X-MOD-06
        X509Case{"Authority",
                 [](const X509World& w) {
                     return Attempt{"ca", w.certificate("ca"), {}};
                 },
                 true},
        X509Case{"OtherName",
                 [](const X509World& w) {
                     return Attempt{"ca", w.certificate("cb"), {}};
                 },
                 false},
        X509Case{"NameInOtherCase",
                 [](const X509World& w) {
                     return Attempt{"ca", w.certificate("CA"), {}};
                 },
                 false},
        X509Case{"Module",
                 [](const X509World& w) {
                     return Attempt{"ca/M", w.certificate("ca/M"), {}};
                 },
                 true},
        X509Case{"ModuleWithTheNameOfItsDevice",
                 [](const X509World& w) {
                     return Attempt{"ca/M", w.certificate("ca"), {}};
                 },
                 false},
        X509Case{"DeviceWithTheNameOfItsModule",
                 [](const X509World& w) {
                     return Attempt{"ca", w.certificate("ca/M"), {}};
                 },
                 false},
        X509Case{"UnknownAuthority",
                 [](const X509World& w) {
                     auto certificate = w.certificate("ca");
                     certificate.chain_is_valid = false;
                     return Attempt{"ca", certificate, {}};
                 },
                 false},
        // X-X509-04
        X509Case{"Expired",
                 [](const X509World& w) {
                     auto certificate = w.certificate("ca");
                     certificate.not_after = w.now - std::chrono::seconds(1);
                     return Attempt{"ca", certificate, {}};
                 },
                 false},
        X509Case{"NotYetValid",
                 [](const X509World& w) {
                     auto certificate = w.certificate("ca");
                     certificate.not_before = w.now + std::chrono::seconds(1);
                     return Attempt{"ca", certificate, {}};
                 },
                 false},
        X509Case{"ExpiredWithTheRightThumbprint",
                 [](const X509World& w) {
                     auto attempt = of_self(w, sha1, "x");
                     attempt.certificate->not_after = w.now - std::chrono::seconds(1);
                     return attempt;
                 },
                 false},
        // X-X509-05
        X509Case{"NoCertificate",
                 [](const X509World&) {
                     return Attempt{"ca", {}, {}};
                 },
                 false},
        X509Case{"NoCertificateAndNoThumbprint",
                 [](const X509World&) {
                     return Attempt{"self", {}, {}};
                 },
                 false},
        X509Case{"TokenAlone",
                 [](const X509World& w) {
                     return Attempt{"ca", {}, w.policy_token("device", host + "/devices/ca")};
                 },
                 false},
        // X-X509-06
        X509Case{"TokenBesideACertificate",
                 [](const X509World& w) {
                     return Attempt{"D", w.certificate("D"), w.token()};
                 },
                 true},
        X509Case{"TokenBesideAForeignCertificate",
                 [](const X509World& w) {
                     auto certificate = w.certificate("E");
                     certificate.chain_is_valid = false;
                     return Attempt{"D", certificate, w.token()};
                 },
                 true},
        X509Case{"CertificateWithoutAToken",
                 [](const X509World& w) {
                     return Attempt{"D", w.certificate("D"), {}};
                 },
                 false},
        // X-X509-07
        X509Case{"EmptyPassword",
                 [](const X509World& w) {
                     return Attempt{"ca", w.certificate("ca"), ""};
                 },
                 true},
        X509Case{"SurplusPassword",
                 [](const X509World& w) {
                     return Attempt{"ca", w.certificate("ca"), "whatever"};
                 },
                 true},
        X509Case{"TypeNone",
                 [](const X509World& w) {
                     return Attempt{"nobody", w.certificate("nobody"), {}};
                 },
                 false}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(X509, ValidityIsJudgedByTheHubsClock) {  // X-X509-04
    X509World world;
    Transport transport;
    transport.client_certificate = world.certificate("ca");
    const auto answer = [&] {
        Client client(world, "ca", transport);
        auto packet = client.connect_packet();
        packet.password.reset();
        client.send(packet);
        return std::get<mqtt::Connack>(client.take().at(0)).return_code;
    };
    EXPECT_EQ(answer(), 0);
    world.pass(std::chrono::hours(1));
    EXPECT_EQ(answer(), 0);
    world.pass(std::chrono::milliseconds(1));
    EXPECT_EQ(answer(), 5);
}

TEST(X509, ADisabledDeviceIsRefused) {
    X509World world;
    const auto put =
        world.call("PUT", "/devices/ca" + version, R"({"deviceId":"ca","status":"disabled"})", {{"If-Match", "*"}});
    ASSERT_EQ(put.status, 200);
    Transport transport;
    transport.client_certificate = world.certificate("ca");
    Client client(world, "ca", transport);
    auto packet = client.connect_packet();
    packet.password.reset();
    client.send(packet);
    EXPECT_THAT(client.take(), ElementsAre(mqtt::Packet{mqtt::Connack{false, 5}}));
}

TEST(X509, TelemetryTellsHowItsSenderAuthenticated) {  // X-TOPIC-18
    X509World world;
    Transport transport;
    transport.client_certificate = world.certificate("ca");
    Client client(world, "ca", transport);
    client.connect().publish("devices/ca/messages/events/", "x");
    const auto method = *world.telemetry().array()->at(0).find("annotations")->find("iothub-connection-auth-method");
    EXPECT_EQ(*model::parse_json(*method.text()),
              *model::parse_json(R"({"scope":"device","type":"x509","issuer":"iothub","acceptingIpFilterRule":null})"));
}

TEST(X509, AConnectionStringHasNoKey) {
    X509World world;
    EXPECT_EQ(world.hub.device_connection_string("ca"), "HostName=" + host + ";DeviceId=ca;x509=true");
}

}  // namespace
}  // namespace hubspec::hub
