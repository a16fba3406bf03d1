// Clients that mean no good, on real connections: they are cut off at a bound, and an honest one does not notice.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <future>

#include "harness/mqtt/encode.hpp"
#include "tests/hub/server/support/serving.hpp"

namespace hubspec::hub {
namespace {

using test::Serving;
using test::Talk;
using testing::HasSubstr;
using testing::StartsWith;

std::string text(const mqtt::Packet& packet) {
    const auto bytes = mqtt::encode(packet);
    return {bytes.begin(), bytes.end()};
}

const std::string connack{"\x20\x02\x00\x00", 4};

/// A hub with one bound of its own, and whether it still serves.
struct Attacked {
    explicit Attacked(const Bounds& bounds = {}) : serving(1, bounds) {
        honest.send(serving.connect_packet("honest"));
        honest.await_text(connack);
    }

    void expect_honest_is_served() {
        honest.send(text(mqtt::Publish{"devices/honest/messages/events/", {1}, 1, false, false, ++last_id}));
        const auto answer = text(mqtt::Puback{last_id});
        EXPECT_THAT(honest.await_text(answer), HasSubstr(answer));
    }
    Talk& device() {
        auto& talk = talks.emplace_back(serving.clients(), serving.server().mqtt_port(), serving.tls());
        talk.send(serving.connect_packet());
        talk.await_text(connack);
        return talk;
    }

    Serving serving;
    bool is_provisioned = (serving.provision("honest"), true);
    Talk honest{serving.clients(), serving.server().mqtt_port(), serving.tls()};
    mqtt::PacketId last_id = 0;
    std::deque<Talk> talks;
};

TEST(Hostile, ConnectionsBeyondTheBoundAreTurnedAwayUntilOneHasLeft) {
    Bounds bounds;
    bounds.connections = 3;
    Attacked hub(bounds);
    auto second = std::make_optional<Talk>(hub.serving.clients(), hub.serving.server().mqtt_port(), std::nullopt);
    second->await_open();
    auto third = hub.serving.https();
    third.await_open();
    for (const auto port :
         {hub.serving.server().mqtt_port(), hub.serving.server().https_port(), hub.serving.server().amqp_port()})
        Talk(hub.serving.clients(), port, hub.serving.tls()).await_end();
    hub.expect_honest_is_served();
    second.reset();
    std::string answer;
    while (!answer.starts_with("200 ")) {  // until the hub has noticed that there is room
        auto again = hub.serving.https();
        answer = again.ask(Serving::request("GET", "/devices/D", hub.serving.service_token()));
    }
}

TEST(Hostile, WhoNeverFinishesItsHandshakeIsCutOff) {
    Bounds bounds;
    bounds.handshake_seconds = 5;  // an honest one takes less, also on a busy machine
    Attacked hub(bounds);
    auto& server = hub.serving.server();
    for (const auto port : {server.mqtt_port(), server.https_port(), server.amqp_port()})
        for (const std::string begins : {"", "\x16\x03\x01"})
            hub.talks.emplace_back(hub.serving.clients(), port, std::nullopt).send(begins);
    hub.talks.emplace_back(hub.serving.clients(), server.https_port(), hub.serving.tls());  // says nothing after TLS
    for (auto& talk : hub.talks) talk.await_end();
    hub.expect_honest_is_served();
}

TEST(Hostile, APacketThatNeverEndsIsRefusedByItsHeader) {
    Attacked hub;
    auto& device = hub.device();
    device.send("\x30\xff\xff\xff\x7f");
    device.await_end();
    hub.expect_honest_is_served();
}

TEST(Hostile, PacketsAreAsLargeAsTheBound) {
    Bounds bounds;
    bounds.packet_bytes = 1000;
    Attacked hub(bounds);
    const std::string topic = "devices/D/messages/events/";
    auto& device = hub.device();
    const auto puback = text(mqtt::Puback{1});
    device.send(text(mqtt::Publish{topic, mqtt::Bytes(1000 - 3 - 2 - topic.size() - 2), 1, false, false, 1}));
    EXPECT_THAT(device.await_text(puback), HasSubstr(puback));
    device.send(text(mqtt::Publish{topic, mqtt::Bytes(1000 - 3 - 2 - topic.size() - 2 + 1), 1, false, false, 2}));
    device.await_end();
    hub.expect_honest_is_served();
}

TEST(Hostile, ATopicOfTheLargestSizeEndsTheConnection) {
    Attacked hub;
    auto& device = hub.device();
    device.send(text(mqtt::Publish{std::string(65'535, 'x'), {}, 0, false, false, 0}));
    device.await_end();
    hub.expect_honest_is_served();
}

TEST(Hostile, SubscriptionsAreAsManyAsTheBound) {
    Bounds bounds;
    bounds.subscriptions = 2;
    Attacked hub(bounds);
    auto& device = hub.device();
    const auto suback = text(mqtt::Suback{1, {0, 0}});
    device.send(text(mqtt::Subscribe{1, {{"$iothub/twin/res/#", 0}, {"$iothub/methods/POST/#", 0}}}));
    EXPECT_THAT(device.await_text(suback), HasSubstr(suback));
    device.send(text(mqtt::Subscribe{2, {{"$iothub/twin/PATCH/properties/desired/#", 0}}}));
    device.await_end();
    hub.expect_honest_is_served();
}

TEST(Hostile, ThousandsOfFiltersInAPacketEndTheConnection) {
    Attacked hub;
    auto& device = hub.device();
    mqtt::Subscribe many{2, {}};
    for (int i = 0; i < 5000; ++i)
        many.subscriptions.push_back({"devices/D/messages/devicebound/" + std::to_string(i), 0});
    device.send(text(many));
    device.await_end();
    hub.expect_honest_is_served();
}

TEST(Hostile, ADeviceThatTakesNothingIsCutOff) {
    Bounds bounds;
    bounds.unsent_bytes = 1'000'000;
    Attacked hub(bounds);
    net::Loop held_up;
    held_up.start();
    Talk device(held_up, hub.serving.server().mqtt_port(), hub.serving.tls());
    device.send(hub.serving.connect_packet());
    device.await_text(connack);
    std::promise<void> goes_on;
    held_up.post([until = goes_on.get_future().share()] { until.wait(); });
    for (int i = 0; i < 64; ++i) hub.serving.server().send(mqtt::Bytes(1'000'000));
    hub.expect_honest_is_served();
    goes_on.set_value();
    EXPECT_EQ(device.await_end().ending, net::Ending::reset);
}

TEST(Hostile, ACompressedWebSocketIsNotAgreedTo) {
    Attacked hub;
    auto talk = hub.serving.https();
    const auto answer = talk.ask(
        "GET /$iothub/websocket HTTP/1.1\r\nHost: hub.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("101 "));
    EXPECT_THAT(answer, testing::Not(HasSubstr("permessage-deflate")));
    talk.send(std::string("\xc2\x80\0\0\0\0", 6));  // compressed all the same
    talk.await_end();
    hub.expect_honest_is_served();
}

TEST(Hostile, RequestsCannotHideBehindOthers) {
    const std::string hidden = "DELETE /devices/D?api-version=2021-04-12 HTTP/1.1\r\nHost: h\r\nIf-Match: *\r\n\r\n";
    for (const std::string header :
         {"Content-Length: 5\r\nContent-Length: 6\r\n\r\n", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
          "Transfer-Encoding: identity, chunked\r\nContent-Length: 1\r\n\r\n", "Content-Length : 4\r\n\r\n",
          "Content-Length: +4\r\n\r\n", "Content-Length: 0x4\r\n\r\n"}) {
        Attacked hub;
        auto talk = hub.serving.https();
        const auto answer =
            talk.ask("POST /devices/query?api-version=2021-04-12 HTTP/1.1\r\nHost: h\r\n" + header + hidden);
        EXPECT_THAT(answer, StartsWith("4")) << header;
        auto witness = hub.serving.https();
        EXPECT_THAT(witness.ask(Serving::request("GET", "/devices/D", hub.serving.service_token())),
                    StartsWith("200 "));
    }
}

TEST(Hostile, IdsDoNotLeadElsewhere) {
    Attacked hub;
    auto talk = hub.serving.https();
    for (const std::string id :
         {"../_hubspec/log", "..%2f..%2fetc%2fpasswd", "D%00", "D%2f..%2fhonest", "%2e%2e", "D%0d%0aX: y"})
        EXPECT_THAT(talk.ask(Serving::request("GET", "/devices/" + id, hub.serving.service_token())), StartsWith("4"))
            << id;
    hub.expect_honest_is_served();
}

TEST(Hostile, JsonThatIsNestedWithoutEndIsRefused) {
    Attacked hub;
    auto talk = hub.serving.https();
    std::string deep(900'000, '[');
    EXPECT_THAT(talk.ask(Serving::request("POST", "/devices/query", hub.serving.service_token(), {}, deep)),
                StartsWith("400 "));
    EXPECT_THAT(talk.ask(Serving::request("PATCH", "/twins/D", hub.serving.service_token(), {}, deep)),
                StartsWith("400 "));
    hub.expect_honest_is_served();
}

}  // namespace
}  // namespace hubspec::hub
