#include <gtest/gtest.h>

#include "harness/mqtt/decode.hpp"
#include "tests/run/support/told.hpp"

namespace hubspec::run {
namespace {

using namespace test;

const std::string connack = "hub: connack return_code 0";

Told refused(const mqtt::Connect& packet, std::uint8_t code = 5, std::vector<model::Field> fields = {}) {
    Told told(std::move(fields));
    told.sent(packet).got(refusal(code));
    return told;
}

model::Field token_that(const std::string& name, const std::string& value) {
    return field("auth", {model::ObjectPattern{
                              {field("sas", {model::ObjectPattern{{field(name, text(value))}, false}, {}})}, false},
                          {}});
}

TEST(HintsOfTransport, Certificates) {
    EXPECT_EQ(Told().failed("certificate refused: hostname mismatch").hint(connack), "name-is-not-the-certificates");
    EXPECT_EQ(Told().failed("certificate refused: IP address mismatch").hint(connack), "name-is-not-the-certificates");
    EXPECT_EQ(Told().failed("certificate refused: certificate has expired").hint(connack),
              "certificate-is-not-valid-now");
    EXPECT_EQ(Told().failed("certificate refused: self-signed certificate").hint(connack),
              "certificate-is-not-trusted");
    EXPECT_EQ(Told().failed("host name not found: no such host").hint(connack), "");
}

TEST(HintsOfTransport, WhatListensThere) {
    EXPECT_EQ(Told().failed("TLS handshake failed: wrong version number").hint(connack), "no-tls-is-spoken");
    EXPECT_EQ(Told().failed("TCP connection failed: Connection refused").hint(connack), "nobody-listens");
    EXPECT_EQ(Told().failed("TLS handshake failed: the peer closed the connection").hint(connack), "");
}

TEST(HintsOfTransport, AnHttpServer) {
    const auto answers = [](const std::string& text) {
        return Told()
            .sent(connect_of())
            .add(model::MalformedReceived{"main", {}, mqtt::Bytes(text.begin(), text.end())})
            .hint(connack);
    };
    EXPECT_EQ(answers("HTTP/1.1 400 Bad Request"), "http-port");
    EXPECT_EQ(answers("220 mail ESMTP"), "");
}

TEST(HintsOfRefusals, TheDeviceWasDisabledOrDeleted) {
    const auto after = [](const std::string& method, const std::string& id, const std::string& body) {
        return Told()
            .asked(method, "/devices/" + id + "?api-version=2021-04-12", body)
            .sent(connect_of())
            .got(refusal())
            .hint(connack);
    };
    EXPECT_EQ(after("PUT", "d1", R"({"deviceId":"d1","status":"disabled"})"), "device-is-disabled");
    EXPECT_EQ(after("DELETE", "d1", ""), "device-was-deleted");
    EXPECT_EQ(after("PUT", "d1", R"({"deviceId":"d1","status":"enabled"})"), "not-authorized");
    EXPECT_EQ(after("DELETE", "d2", ""), "not-authorized");
}

TEST(HintsOfRefusals, TheTokenHadExpired) {
    EXPECT_EQ(refused(connect_of(), 5, {token_that("expires_in", "-5m")}).hint(connack), "token-had-expired");
    EXPECT_EQ(refused(connect_of(), 5, {token_that("expires_in", "5m")}).hint(connack), "");
    Told later({token_that("expires_in", "10s")});
    EXPECT_EQ(later.sent(connect_of()).passes(11).got(refusal()).hint(connack), "token-had-expired");
}

TEST(HintsOfRefusals, TheClocksDiffer) {
    const auto at = [](const std::string& date) {
        return Told().answered(200, {{"Date", date}}).in(2).sent(connect_of()).got(refusal()).hint(connack);
    };
    EXPECT_EQ(at("Tue, 14 Nov 2023 23:13:18 GMT"), "clocks-differ");  // 3598 s after the token was made, and 2 s go by
    EXPECT_EQ(at("Tue, 14 Nov 2023 23:13:17 GMT"), "not-authorized");
    EXPECT_EQ(at("yesterday"), "not-authorized");
}

TEST(HintsOfRefusals, NamesAndScope) {
    auto other = connect_of();
    other.client_id = "d2";
    EXPECT_EQ(refused(other).hint(connack), "client-id-is-not-the-device-id");
    EXPECT_EQ(refused(connect_of("d1/m1", sas("h.net/devices/d1/modules/m1"))).hint(connack), "not-authorized");
    EXPECT_EQ(refused(connect_of("d1", sas("h.net/devices/d2"))).hint(connack), "token-is-for-another-resource");
    EXPECT_EQ(refused(connect_of("d1", sas("h.net"))).hint(connack), "not-authorized");
}

TEST(HintsOfRefusals, WithoutApiVersion) {
    auto bare = connect_of();
    bare.user_name = "h.net/d1";
    EXPECT_EQ(refused(bare).hint(connack), "refused-without-api-version");
    bare.user_name = "h.net/d1/?api-version=2021-04-12";
    EXPECT_EQ(refused(bare).hint(connack), "not-authorized");
}

TEST(HintsOfRefusals, OtherCodes) {
    EXPECT_EQ(refused(connect_of(), 3).hint(connack), "refused-with-code-3");
    EXPECT_EQ(refused(connect_of(), 4).hint(connack), "refused-with-other-code");
    EXPECT_EQ(refused(connect_of(), 4).hint("hub: connack return_code 5"), "refused-with-other-code");
    EXPECT_EQ(refused(connect_of(), 1).hint(connack), "");
}

TEST(HintsOfRefusals, BesideAnotherConnection) {
    Told told;
    told.sent(connect_of(), "first").got(mqtt::Connack{false, 0}, "first").sent(connect_of()).got(refusal());
    EXPECT_EQ(told.hint(connack), "refused-beside-another-connection");
    Told ended;
    ended.sent(connect_of(), "first").closed("first").sent(connect_of()).got(refusal());
    EXPECT_EQ(ended.hint(connack), "not-authorized");
}

// Where the scenario itself makes the client unusual, the key is not to blame.
TEST(HintsOfRefusals, NotAuthorizedIsSaidOfOrdinaryClientsOnly) {
    EXPECT_EQ(refused(connect_of()).hint(connack), "not-authorized");
    EXPECT_EQ(refused(connect_of(), 5, {token_that("key", "secondary")}).hint(connack), "");
    EXPECT_EQ(refused(connect_of()).hint("hub: connack return_code 4"), "");
}

TEST(HintsOfRefusals, AWrongClientWasTaken) {
    auto nobody = connect_of();
    nobody.password.reset();
    const auto taken = [](const mqtt::Connect& packet) {
        return Told().sent(packet).got(mqtt::Connack{false, 0}).hint("hub: connack return_code 5");
    };
    EXPECT_EQ(taken(nobody), "wrong-client-was-taken");
    EXPECT_EQ(taken(connect_of()), "");
}

TEST(HintsOfRefusals, NoAnswerToConnect) {
    EXPECT_EQ(Told().sent(connect_of()).closed().hint(connack), "closed-without-connack");
    EXPECT_EQ(Told().sent(connect_of()).in(5).hint_of_silence(connack), "connect-is-not-answered");
    EXPECT_EQ(connected().in(5).hint_of_silence("hub: pingresp"), "");
}

TEST(HintsOfRefusals, FeaturesWithoutApiVersion) {
    auto bare = connect_of();
    bare.user_name = "h.net/d1";
    const auto get = [](Told told) {
        return told.sent(to("$iothub/twin/res/#")).sent(message("$iothub/twin/GET/?$rid=1"));
    };
    const std::string answer = "hub: publish topic $iothub/twin/res/200/?$rid=1";
    EXPECT_EQ(get(connected(bare)).hint_of_silence(answer), "features-without-api-version");
    EXPECT_EQ(get(connected(bare)).got(message("$iothub/twin/res/400/?$rid=1")).hint(answer),
              "features-without-api-version");
    EXPECT_EQ(connected(bare).answered(404).hint("service: answer to call, status 200"),
              "features-without-api-version");
    EXPECT_EQ(get(connected()).hint_of_silence(answer), "");
    EXPECT_EQ(get(connected(bare))
                  .got(message("$iothub/twin/res/204/?$rid=1"))
                  .hint("hub: publish topic $iothub/twin/res/400/?$rid=1"),
              "");
}

}  // namespace
}  // namespace hubspec::run
