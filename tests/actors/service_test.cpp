// The service actor: requests to the reference hub, and to HTTP servers that misbehave.

#include "harness/actors/service.hpp"
#include "harness/actors/amqp_back_end.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "harness/actors/wire.hpp"
#include "tests/actors/support/world.hpp"

namespace hubspec::actors {
namespace {

using namespace model;
using test::DeadPort;
using test::Peer;
using test::World;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr const char* device_target = "/devices/d1?api-version=2021-04-12";

Endpoint service_at(const World& world, std::uint16_t port) {
    auto endpoint = const_cast<World&>(world).endpoint();
    endpoint.https_port = port;
    return endpoint;
}

/// An HTTP server with one answer for everything.
Peer::Script always(const std::string& response) {
    return [response](net::Socket& socket, const mqtt::Bytes& received) {
        if (!received.empty()) socket.send(mqtt::Bytes(response.begin(), response.end()));
    };
}

std::string text_of(const std::vector<mqtt::Bytes>& records) {
    std::string text;
    for (const auto& record : records) text.append(record.begin(), record.end());
    return text;
}

/// What a fetch that fails says.
std::string failure(Service& service, const HttpRequest& request) {
    try {
        return "answered " + std::to_string(service.fetch(request).status);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

TEST(Service, FetchesWithATokenOfThePolicy) {
    World world;
    Service service(world.endpoint(), world.service_access(), world.inbox());
    const auto found = service.fetch({"GET", device_target, {}, {}});
    EXPECT_EQ(found.status, 200);
    EXPECT_THAT(found.body, HasSubstr("\"deviceId\":\"d1\""));
    EXPECT_THAT(std::string(header(found.headers, "content-type")), StartsWith("application/json"));
    EXPECT_EQ(service.fetch({"GET", "/devices/nobody?api-version=2021-04-12", {}, {}}).status, 404);
    world.drain();
    EXPECT_THAT(world.seen, IsEmpty()) << "work outside of the conversation is not told";
}

TEST(Service, ATokenOfAnotherKeyIsNotRight) {
    World world;
    Service service(world.endpoint(), {"iothubowner", "d3Jvbmc="}, world.inbox());
    EXPECT_EQ(service.fetch({"GET", device_target, {}, {}}).status, 401);
}

TEST(Service, AnAuthorizationOfItsOwnReplacesTheToken) {
    World world;
    Service service(world.endpoint(), world.service_access(), world.inbox());
    for (const auto* name : {"Authorization", "authorization", "AUTHORIZATION"}) {
        EXPECT_EQ(service.fetch({"GET", device_target, {{name, ""}}, {}}).status, 401) << name;
        EXPECT_EQ(service.fetch({"GET", device_target, {{name, "SharedAccessSignature sr=x"}}, {}}).status, 401);
        const auto token = service_token(world.endpoint(), world.service_access(), std::chrono::hours(1));
        EXPECT_EQ(service.fetch({"GET", device_target, {{name, token}}, {}}).status, 200) << name;
    }
}

TEST(Service, ARequestGoesOutAsItIsTold) {
    World world;
    Peer peer(world.loop(), always("HTTP/1.1 201 Created\r\nContent-Length: 2\r\nX-One:  two \r\n\r\n{}"));
    Service service(service_at(world, peer.port()), world.service_access(), world.inbox());
    const auto response = service.fetch({"PATCH", "/twins/a%2Fb/../c?x=%20", {{"If-Match", "\"*\""}}, "{\"a\":1}"});
    const auto text = text_of(peer.await_records(1));
    EXPECT_THAT(text, StartsWith("PATCH /twins/a%2Fb/../c?x=%20 HTTP/1.1\r\n"));
    EXPECT_THAT(text, HasSubstr("\r\nHost: hub.example\r\n"));
    EXPECT_THAT(text, HasSubstr("\r\nIf-Match: \"*\"\r\n"));
    EXPECT_THAT(text, HasSubstr("\r\nContent-Type: application/json; charset=utf-8\r\n"));
    EXPECT_THAT(text, HasSubstr("\r\nAuthorization: SharedAccessSignature sr=hub.example&sig="));
    EXPECT_THAT(text, Not(HasSubstr("Expect:")));
    EXPECT_THAT(text, testing::EndsWith("\r\n\r\n{\"a\":1}"));
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(response.body, "{}");
    EXPECT_EQ(header(response.headers, "x-one"), "two");
}

TEST(Service, AProxyOfTheSurroundingsIsNotForAHubOnThisMachine) {
    World world;
    for (const auto* name : {"https_proxy", "HTTPS_PROXY", "all_proxy"}) {
        ::setenv(name, "http://127.0.0.1:1", 1);
        Service service(world.endpoint(), world.service_access(), world.inbox());
        EXPECT_EQ(failure(service, {"GET", device_target, {}, {}}), "answered 200") << name;
        ::unsetenv(name);
    }
}

TEST(Service, AsksInTheBackground) {
    World world;
    Service service(world.endpoint(), world.service_access(), world.inbox());
    const HttpRequest request{"GET", "/twins/d1?api-version=2021-04-12", {{"X-Mine", "1"}}, {}};
    service.ask("first", request);
    EXPECT_EQ(world.await<ServiceAsked>(), (ServiceAsked{"first", request})) << "without the token";
    const auto answered = world.await<ServiceAnswered>();
    EXPECT_EQ(answered.exchange, "first");
    EXPECT_EQ(answered.response.status, 200);
    EXPECT_EQ(service.counts().asked, 1u);
}

TEST(Service, ATokenOfItsOwnIsHidden) {
    World world;
    Service service(world.endpoint(), world.service_access(), world.inbox());
    const auto token = service_token(world.endpoint(), world.service_access(), std::chrono::hours(1));
    for (const auto* name : {"Authorization", "authorization"}) {
        service.ask("first", {"GET", device_target, {{name, token}}, {}});
        EXPECT_EQ(world.await<ServiceAsked>().request.headers, (HttpHeaders{{name, "(hidden)"}}));
        EXPECT_EQ(world.await<ServiceAnswered>().response.status, 200);
    }
}

TEST(Service, ManyAtOnceEachGetTheirOwnAnswer) {
    World world;
    Service service(world.endpoint(), world.service_access(), world.inbox());
    std::set<std::string> answered;
    for (int i = 0; i < 20; ++i)
        service.ask(std::to_string(i), {"GET", i % 2 == 0 ? device_target : "/nowhere", {}, {}});
    for (int i = 0; i < 20; ++i) {
        const auto one = world.await<ServiceAnswered>();
        answered.insert(one.exchange);
        EXPECT_EQ(one.response.status == 200, std::stoi(one.exchange) % 2 == 0) << one.exchange;
    }
    EXPECT_EQ(answered.size(), 20u);
}

// --- when there is no answer ---

TEST(Service, AnUnreachableHubIsTheHarnesssFailure) {
    World world;
    const DeadPort refusing;
    Service service(service_at(world, refusing.port()), world.service_access(), world.inbox());
    const auto begin = "the service API at https://127.0.0.1:" + std::to_string(refusing.port()) +
                       " did not answer: Failed to connect";
    service.ask("first", {"GET", device_target, {}, {}});
    const auto failed = world.await<HarnessFailed>();
    EXPECT_EQ(failed.type, "infra.service");
    EXPECT_THAT(failed.text, StartsWith(begin));
    EXPECT_THAT(failure(service, {"GET", device_target, {}, {}}), StartsWith(begin));
}

TEST(Service, AnUntrustedHubIsTheHarnesssFailure) {
    World world;
    auto endpoint = world.endpoint();
    endpoint.ca_pem = test::other_root_pem();
    Service service(endpoint, world.service_access(), world.inbox());
    EXPECT_THAT(failure(service, {"GET", device_target, {}, {}}), HasSubstr("certificate"));
    Peer stranger(world.loop(), always("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
                  test::context_of_another_name());
    Service other(service_at(world, stranger.port()), world.service_access(), world.inbox());
    EXPECT_THAT(failure(other, {"GET", device_target, {}, {}}), HasSubstr("certificate"));
    EXPECT_THAT(text_of(stranger.await_records(0)), IsEmpty()) << "the token went to a stranger";
}

TEST(Service, AHubThatClosesIsTheHarnesssFailure) {
    World world;
    Peer peer(world.loop(), [](net::Socket& socket, const mqtt::Bytes& received) {
        if (!received.empty()) socket.close();
    });
    Service service(service_at(world, peer.port()), world.service_access(), world.inbox());
    service.ask("first", {"GET", device_target, {}, {}});
    EXPECT_THAT(world.await<HarnessFailed>().text, HasSubstr("Empty reply from server"));
}

TEST(Service, AFetchDoesNotWaitForEver) {
    World world;
    Peer silent(world.loop(), [](net::Socket&, const mqtt::Bytes&) {});
    auto endpoint = service_at(world, silent.port());
    endpoint.connect_timeout = std::chrono::milliseconds(200);
    Service service(endpoint, world.service_access(), world.inbox());
    EXPECT_THAT(failure(service, {"GET", device_target, {}, {}}), HasSubstr("timed out"));
}

// --- following ---

TEST(Service, FollowsTheLogInOrder) {
    World world;
    Service service(world.endpoint(), world.service_access(), world.inbox());
    service.follow_log();
    for (const auto* device : {"d1", "d2", "d1"}) {
        Wire wire(world.loop(), world.inbox(), "main");
        wire.open(world.endpoint(), {});
        wire.send({{world.connect_packet(device, "d3Jvbmc="), {}}});
        EXPECT_EQ(world.await_packet<mqtt::Connack>().return_code, 5);
    }
    while (world.all_seen<LogSeen>().size() < 3) {
        world.await<LogSeen>();
        if (HasFailure()) return;
    }
    std::string order;
    for (const auto& seen : world.all_seen<LogSeen>())
        if (const auto* device = seen.entry.find("deviceId")) order += *device->text() + " ";
    EXPECT_EQ(order, "d1 d2 d1 ") << to_json(world.all_seen<LogSeen>().front().entry);
}

TEST(Service, AHubWithoutALogIsTheHarnesssFailure) {
    World world;
    Peer peer(world.loop(), always("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
    Service service(service_at(world, peer.port()), world.service_access(), world.inbox());
    service.follow_log();
    EXPECT_EQ(world.await<HarnessFailed>(), (HarnessFailed{"infra.service", "GET /_hubspec/log was answered 404"}));
}

TEST(Service, WhatIsPendingAtItsEndIsAbandoned) {
    World world;
    Peer silent(world.loop(), [](net::Socket&, const mqtt::Bytes&) {});
    {
        Service service(service_at(world, silent.port()), world.service_access(), world.inbox());
        service.ask("first", {"GET", device_target, {}, {}});
        silent.await_records(1);
    }
    world.drain();
    EXPECT_EQ(world.seen.size(), 1u) << "only ServiceAsked is told";
    silent.await_end();
}

}  // namespace
}  // namespace hubspec::actors
