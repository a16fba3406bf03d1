// The wire actor and the service actor on real sockets.

#include "harness/actors/wire.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/actors/service.hpp"
#include "tests/actors/support/world.hpp"

namespace hubspec::actors {
namespace {

using namespace model;
using test::Peer;
using test::World;
using testing::HasSubstr;
using testing::Not;

class TlsVersions : public testing::TestWithParam<std::pair<net::TlsVersion, const char*>> {};

TEST_P(TlsVersions, AreSpoken) {
    World world;
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint(), {true, GetParam().first});
    EXPECT_EQ(world.await<ConnectionOpened>(), (ConnectionOpened{"main", GetParam().second}));
    wire.send({{world.connect_packet(), {}}});
    EXPECT_EQ(world.await_packet<mqtt::Connack>().return_code, 0);
}

INSTANTIATE_TEST_SUITE_P(All, TlsVersions,
                         testing::Values(std::pair{net::TlsVersion::tls_1_2, "TLSv1.2"},
                                         std::pair{net::TlsVersion::tls_1_3, "TLSv1.3"}));

TEST(Wire, WhatIsSentBeforeTheTransportStandsWaitsForIt) {
    World world;
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint(), {});
    wire.send({{world.connect_packet(), {}}, {mqtt::Pingreq{}, {}}});
    world.await_packet<mqtt::Connack>();
    world.await_packet<mqtt::Pingresp>();
}

TEST(Wire, SendsWhatIsIllegalAndHearsTheEnd) {
    World world;
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint(), {});
    wire.send({{world.connect_packet(), {}}});
    world.await_packet<mqtt::Connack>();
    wire.send_bytes({0xF0, 0x00});
    const auto closed = world.await<ConnectionClosed>();
    EXPECT_TRUE(closed.by_peer);
    EXPECT_THAT(closed.how, HasSubstr("the hub closed"));
    EXPECT_FALSE(wire.is_open());
}

TEST(Wire, SeveralPacketsGoOutInOneWrite) {
    World world;
    mqtt::Bytes first;
    Peer peer(world.loop(), [&](const auto& send, const auto&, const mqtt::Bytes& received) {
        if (received.empty()) return;
        if (first.empty()) first = received;
        send({0xD0, 0x00});
    });
    world.endpoint().mqtt_port = peer.port();
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint(), {});
    wire.send({{mqtt::Pingreq{}, {}}, {mqtt::Disconnect{}, {}}, {mqtt::Pingreq{}, {}}});
    world.await_packet<mqtt::Pingresp>();
    EXPECT_EQ(first, (mqtt::Bytes{0xC0, 0x00, 0xE0, 0x00, 0xC0, 0x00}));
}

TEST(Wire, BytesThatAreNoMqttAreTold) {
    World world;
    Peer peer(world.loop(), [](const auto& send, const auto&, const mqtt::Bytes& received) {
        if (received.empty()) send({'H', 'T', 'T', 'P'});
    });
    world.endpoint().mqtt_port = peer.port();
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint(), {});
    EXPECT_EQ(world.await<MalformedReceived>().bytes, (mqtt::Bytes{'H', 'T', 'T', 'P'}));
}

TEST(Wire, CanOpenAnewAsSoonAsTheEndIsTold) {
    World world;
    Wire wire(world.loop(), world.inbox(), "main");
    for (int i = 0; i < 10; ++i) {
        EXPECT_FALSE(wire.is_open());
        wire.open(world.endpoint(), {});
        wire.send({{world.connect_packet(), {}}});
        EXPECT_EQ(world.await_packet<mqtt::Connack>().return_code, 0);
        wire.send_bytes({0xF0, 0x00});
        world.await<ConnectionClosed>();
    }
}

TEST(Wire, AHubThatIsNotThereOrNotTrustedIsAClosedConnection) {
    World world;
    Wire wire(world.loop(), world.inbox(), "main");
    auto endpoint = world.endpoint();
    endpoint.mqtt_port = 1;
    wire.open(endpoint, {});
    EXPECT_FALSE(world.await<ConnectionClosed>().established);
    auto untrusting = world.endpoint();
    untrusting.ca_pem.clear();
    wire.open(untrusting, {});
    EXPECT_THAT(world.await<ConnectionClosed>().how, HasSubstr("certificate"));
}

TEST(Service, FetchesWithATokenOfThePolicy) {
    World world;
    Service service(world.endpoint(), world.service_access(), world.inbox());
    EXPECT_EQ(service.fetch({"GET", "/devices/d1?api-version=2021-04-12", {}, {}}).status, 200);
    EXPECT_EQ(service.fetch({"GET", "/devices/nobody?api-version=2021-04-12", {}, {}}).status, 404);
    EXPECT_EQ(service.fetch({"GET", "/devices/d1?api-version=2021-04-12", {{"Authorization", ""}}, {}}).status, 401);
}

TEST(Service, AsksInTheBackgroundAndTellsNoToken) {
    World world;
    Service service(world.endpoint(), world.service_access(), world.inbox());
    service.ask("first",
                {"GET",
                 "/twins/d1?api-version=2021-04-12",
                 {{"Authorization", service_token(world.endpoint(), world.service_access(), std::chrono::hours(1))}},
                 {}});
    const auto asked = world.await<ServiceAsked>();
    EXPECT_EQ(header(asked.request.headers, "Authorization"), "(hidden)");
    EXPECT_EQ(world.await<ServiceAnswered>().response.status, 200);
    EXPECT_EQ(service.counts().asked, 1u);
}

TEST(Service, AnUnreachableHubIsTheHarnesssFailure) {
    World world;
    world.endpoint().https_port = 1;
    Service service(world.endpoint(), world.service_access(), world.inbox());
    service.ask("first", {"GET", "/twins/d1", {}, {}});
    EXPECT_EQ(world.await<HarnessFailed>().type, "infra.service");
    EXPECT_THROW(service.fetch({"GET", "/twins/d1", {}, {}}), std::runtime_error);
}

TEST(Service, FollowsTelemetryInOrderAndStopsAtOnce) {
    World world;
    {
        Service service(world.endpoint(), world.service_access(), world.inbox());
        service.follow_telemetry();
        Wire wire(world.loop(), world.inbox(), "main");
        wire.open(world.endpoint(), {});
        std::vector<WirePacket> packets{{world.connect_packet(), {}}};
        for (std::uint8_t i = 0; i < 20; ++i)
            packets.push_back(
                {mqtt::Publish{"devices/d1/messages/events/", {static_cast<std::uint8_t>('a' + i)}, 0, false, false, 0},
                 {}});
        wire.send(packets);
        std::string order;
        for (int i = 0; i < 20; ++i) {
            const auto message = world.await<TelemetrySeen>().message;
            order += *message.find("body")->text() + " ";
        }
        EXPECT_EQ(
            order,
            "YQ== Yg== Yw== ZA== ZQ== Zg== Zw== aA== aQ== ag== aw== bA== bQ== bg== bw== cA== cQ== cg== cw== dA== ");
    }  // a long poll is pending here; the destructor does not wait for it
}

}  // namespace
}  // namespace hubspec::actors
