// No key, token or password is in any line of a trace, whichever actor told it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/actors/device.hpp"
#include "harness/actors/service.hpp"
#include "harness/actors/wire.hpp"
#include "harness/iothub/known_secrets.hpp"
#include "harness/iothub/redact.hpp"
#include "harness/iothub/sas_token.hpp"
#include "tests/actors/support/world.hpp"

namespace hubspec::actors {
namespace {

using namespace model;
using test::World;
using testing::HasSubstr;
using testing::Not;

std::string text_of(const std::optional<mqtt::Bytes>& bytes) { return std::string(bytes->begin(), bytes->end()); }

std::string signature_of(const std::string& token) {
    const auto begin = token.find("sig=");
    return token.substr(begin, token.find('&', begin) - begin);
}

/// All that was told, line by line.
std::vector<std::string> lines(World& world) {
    world.drain();
    std::vector<std::string> all;
    for (const auto& event : world.seen) all.push_back(describe(event));
    return all;
}

TEST(Secrets, AreInNoLineOfADevice) {
    World world;
    Device device(world.inbox(), "main"), refused(world.inbox(), "other");
    const auto right = world.connect_packet(), wrong = world.connect_packet("d2", "d3Jvbmc=");
    device.connect(world.endpoint(), right);
    world.await_packet<mqtt::Connack>();
    refused.connect(world.endpoint(), wrong);
    world.await<ConnectionClosed>();
    for (const auto& line : lines(world))
        for (const auto& packet : {right, wrong})
            EXPECT_THAT(line, Not(HasSubstr(signature_of(text_of(packet.password)))));
    EXPECT_THAT(lines(world).front(), HasSubstr("password (hidden)"));
}

TEST(Secrets, AreInNoLineOfAWire) {
    World world;
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint(), {});
    const auto packet = world.connect_packet();
    mqtt::Distortion distortion;
    distortion.trailing = {0};
    wire.send({{packet, {}}});
    world.await_packet<mqtt::Connack>();
    wire.send({{packet, distortion}});
    world.await<ConnectionClosed>();
    for (const auto& line : lines(world)) EXPECT_THAT(line, Not(HasSubstr(signature_of(text_of(packet.password)))));
}

TEST(Secrets, AreInNoLineOfTheService) {
    World world;
    const auto access = world.service_access();
    Service service(world.endpoint(), access, world.inbox());
    service.follow_log();
    const auto token = service_token(world.endpoint(), access, std::chrono::hours(1));
    service.ask("own token", {"GET", "/twins/d1?api-version=2021-04-12", {{"authorization", token}}, {}});
    world.await<ServiceAnswered>();
    service.ask("keys", {"GET", "/devices/d1?api-version=2021-04-12", {}, {}});
    EXPECT_THAT(world.await<ServiceAnswered>().response.body, HasSubstr(world.device_key()))
        << "a scenario may compare keys";
    service.ask("all keys", {"GET", "/devices?api-version=2021-04-12", {}, {}});
    world.await<ServiceAnswered>();
    for (const auto& line : lines(world)) {
        EXPECT_THAT(line, Not(HasSubstr(signature_of(token))));
        EXPECT_THAT(line, Not(HasSubstr(access.key)));
        // A body keeps its keys in the trace; the judge hides them in what it keeps and shows.
        EXPECT_THAT(iothub::redact(line), Not(HasSubstr(world.device_key().substr(0, 8))));
    }
}

TEST(Secrets, AreTheTokensOfAKeyThatIsOne) {
    Endpoint hub;
    hub.host_name = "h.azure-devices.net";
    const ServiceAccess ours{"iothubowner", iothub::base64_encode(mqtt::Bytes(32, 77))};
    const ServiceAccess anybodys{"iothubowner", iothub::base64_encode(mqtt::Bytes(32, 78))};
    iothub::keep_secret(ours.key, "a key");
    const auto token = service_token(hub, ours, std::chrono::hours(1));
    EXPECT_EQ(iothub::secret_in("Authorization: " + token), "a token of the policy 'iothubowner'");
    EXPECT_EQ(std::get<iothub::SasToken>(iothub::parse_sas_token(token)).expiry % 3600, 0) << "few of them are made";
    EXPECT_FALSE(iothub::secret_in(service_token(hub, anybodys, std::chrono::hours(1))));
}

// A line is shortened before it is hidden: a key that is cut in two must not show its first half.
TEST(Secrets, AreHiddenInALineThatIsCutWithinThem) {
    for (std::size_t padding = 330; padding <= 400; ++padding) {
        const std::string body =
            "{\"x\":\"" + std::string(padding, 'x') + "\",\"primaryKey\":\"SECRETSECRETSECRET==\"}";
        EXPECT_THAT(iothub::redact(describe(ServiceAnswered{"a", {200, {}, body}})), Not(HasSubstr("SECRET")));
    }
}

}  // namespace
}  // namespace hubspec::actors
