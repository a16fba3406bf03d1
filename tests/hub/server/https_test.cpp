// The HTTPS port on real connections.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/hub/server/support/serving.hpp"

namespace hubspec::hub {
namespace {

using namespace test;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class Https : public testing::Test {
protected:
    std::string put_faults(Talk& talk, const std::string& names) {
        return talk.ask(
            Serving::request("PUT", "/_hubspec/faults", serving.service_token(), {}, R"({"faults":[)" + names + "]}"));
    }
    Policy policy() {
        Policy now;
        serving.server().with_hub([&](Hub& hub, Time) { now = hub.policy(); });
        return now;
    }

    Serving serving;
};

TEST_F(Https, FaultsAreSetAllOrNone) {
    auto talk = serving.https();
    EXPECT_THAT(put_faults(talk, R"("throttled-request-is-503","no such fault")"), StartsWith("404 "));
    EXPECT_EQ(policy().service_throttled, 429'001);
    EXPECT_THAT(put_faults(talk, R"("throttled-request-is-503",7)"), StartsWith("404 "));
    EXPECT_EQ(policy().service_throttled, 429'001);
    EXPECT_THAT(put_faults(talk, R"("throttled-request-is-503")"), StartsWith("200 "));
    EXPECT_EQ(policy().service_throttled, 503'000);
}

TEST_F(Https, WhatIsTooLargeIsRefusedAndOthersAreServed) {
    auto witness = serving.https();
    const auto get = Serving::request("GET", "/devices/D", serving.service_token());
    EXPECT_THAT(witness.ask(get), StartsWith("200 "));
    auto header = serving.https(), body = serving.https(), nonsense = serving.https();
    EXPECT_THAT(header.ask("GET / HTTP/1.1\r\nX-Large: " + std::string(100'000, 'x') + "\r\n\r\n"),
                AllOf(StartsWith("431 "), HasSubstr("ErrorCode:ArgumentInvalid;")));
    EXPECT_THAT(body.ask("PUT /devices/D HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n{"),
                AllOf(StartsWith("413 "), HasSubstr("ErrorCode:MessageTooLarge;")));
    EXPECT_THAT(nonsense.ask("\x16\x03\x01 no HTTP at all\r\n\r\n"), StartsWith("400 "));
    header.await_end(), body.await_end(), nonsense.await_end();
    EXPECT_THAT(witness.ask(get), StartsWith("200 "));
}

TEST_F(Https, WhoSendsWithoutEndWhileItWaitsForAnAnswerIsCutOff) {
    auto witness = serving.https(), flood = serving.https();
    flood.send(Serving::request("GET", "/_hubspec/log?after=now&wait=3600000", serving.service_token()));
    for (int i = 0; i < 50; ++i) flood.send(std::string(100'000, 'x'));
    EXPECT_EQ(flood.await_end().ending, net::Ending::reset);
    EXPECT_THAT(witness.ask(Serving::request("GET", "/devices/D", serving.service_token())), StartsWith("200 "));
}

TEST_F(Https, WhoSaysNothingIsInNobodysWay) {
    auto silent = serving.https();
    silent.await_open();
    Talk without_tls(serving.clients(), serving.server().https_port(), std::nullopt);
    without_tls.await_open();
    auto half = serving.https();
    half.send("GET /devices/D HTTP/1.1\r\nHos");
    auto talk = serving.https();
    EXPECT_THAT(talk.ask(Serving::request("GET", "/devices/D", serving.service_token())), StartsWith("200 "));
}

TEST_F(Https, ADeviceSendsAndReceives) {  // X-REST-33
    auto talk = serving.https();
    const auto token = serving.device_token();
    EXPECT_THAT(talk.ask(Serving::request("POST", "/devices/D/messages/events", token,
                                          "iothub-messageid: m1\r\niothub-app-color: red\r\n", "23 degrees")),
                StartsWith("204 "));
    serving.server().with_hub([](Hub& hub, Time now) {
        std::size_t events = 0;
        for (std::uint32_t partition = 0; partition < hub.partitions().size(); ++partition)
            events += hub.events(partition, 0, 10).size();
        EXPECT_EQ(events, 1u);
        hub.send({"D", {'h', 'i'}, {{"name", "value"}}}, now);
    });
    const auto message = talk.ask(Serving::request("GET", "/devices/D/messages/deviceBound", token));
    EXPECT_THAT(message,
                AllOf(StartsWith("200 "), HasSubstr("\r\niothub-app-name: value\r\n"), HasSubstr("\r\n\r\nhi")));
    const auto etag = message.find("ETag: \"") + 7;
    const auto lock = message.substr(etag, message.find('"', etag) - etag);
    EXPECT_THAT(talk.ask(Serving::request("DELETE", "/devices/D/messages/deviceBound/" + lock, token)),
                StartsWith("204 "));
    EXPECT_THAT(talk.ask(Serving::request("GET", "/devices/D/messages/deviceBound", token)), StartsWith("204 "));
}

/// A frame of a client; a mask of zeros leaves the payload as it is.
std::string frame(const mqtt::Bytes& payload) {
    std::string text{'\x82', '\xFE', static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size() & 0xFF)};
    return text + std::string(4, '\0') + std::string(payload.begin(), payload.end());
}

// Paho C looks at a frame for one packet: what else is in it waits for the next frame.
TEST_F(Https, EachPacketToADeviceHasAFrameOfItsOwn) {
    auto talk = serving.https();
    talk.send(
        "GET /$iothub/websocket HTTP/1.1\r\nHost: hub.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
    EXPECT_THAT(talk.await_text("\r\n\r\n"), StartsWith("HTTP/1.1 101 "));
    const auto token = serving.device_token();
    mqtt::Connect connect;
    connect.client_id = "D";
    connect.user_name = "hub.example/D/?api-version=2021-04-12";
    connect.password = mqtt::Bytes(token.begin(), token.end());
    mqtt::Bytes packets = mqtt::encode(connect);
    mqtt::encode_to(packets, mqtt::Subscribe{1, {{"devices/D/messages/devicebound/#", 1}}});
    mqtt::encode_to(packets, mqtt::Pingreq{});
    talk.send(frame(packets));
    const std::string connack("\x82\x04\x20\x02\x00\x00", 6), suback("\x82\x05\x90\x03\x00\x01\x01", 7),
        pingresp("\x82\x02\xD0\x00", 4);
    EXPECT_THAT(talk.await_text(pingresp), testing::EndsWith("\r\n\r\n" + connack + suback + pingresp));
}

}  // namespace
}  // namespace hubspec::hub
