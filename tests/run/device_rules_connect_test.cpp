#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/run/support/device_story.hpp"

namespace hubspec::run {
namespace {

using namespace test;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

mqtt::Connect with_keep_alive(std::uint16_t seconds) {
    auto packet = hello();
    packet.keep_alive = seconds;
    return packet;
}
mqtt::Connect with_will(const std::string& topic, const DeviceFacts& device = plain_device()) {
    auto packet = hello(device);
    packet.will = mqtt::Will{topic, bytes_of("gone"), 1, false};
    return packet;
}

TEST(RulesOfConnect, HoldForTheDocumentedForms) {
    EXPECT_THAT(broken_by(hello()), IsEmpty());
    EXPECT_THAT(broken_by(hello(module_of_device()), module_of_device()), IsEmpty());
    EXPECT_THAT(broken_by(hello(signed_device()), signed_device()), IsEmpty());
}

TEST(RulesOfConnect, Plain) {
    EXPECT_THAT(Story().fails("TLS handshake failed: wrong version number").broken(),
                ElementsAre("fail tls-is-spoken TLS-01 SCOPE-05"));
    EXPECT_THAT(Story().fails("TLS handshake failed: http request").broken(),
                ElementsAre("fail tls-is-spoken TLS-01 SCOPE-05"));
    // What a device says that refuses a certificate, or does not come through.
    for (const auto* how : {"TLS handshake failed: tlsv1 alert unknown ca",
                            "TLS handshake failed: sslv3 alert bad "
                            "certificate",
                            "TLS handshake failed: the peer closed the connection", "reset (TCP RST)"})
        EXPECT_THAT(Story().fails(how).broken(), IsEmpty()) << how;
}

TEST(RulesOfConnect, OldTls) {
    for (const auto* version : {"TLSv1", "TLSv1.1", "SSLv3"})
        EXPECT_THAT(Story().opens("main", version).broken(), ElementsAre("fail tls-is-1.2-or-newer TLS-07 X-TLS-01"))
            << version;
    for (const auto* version : {"TLSv1.2", "TLSv1.3", ""})
        EXPECT_THAT(Story().opens("main", version).broken(), IsEmpty()) << version;
    EXPECT_THAT(Story().fails("TLS handshake failed: unsupported protocol").broken(),
                ElementsAre("fail tls-is-1.2-or-newer TLS-07 X-TLS-01"));
}

TEST(RulesOfConnect, ServerName) {
    const auto seen = [](const std::string& expected, const std::string& name) {
        auto facts = plain_device();
        facts.server_name_expected = expected;
        facts.other_host_names = {"localhost"};
        return Story(facts).opens("main", "TLSv1.3", name).broken();
    };
    EXPECT_THAT(seen("h.net", ""), ElementsAre("warn the-host-is-named X-TLS-06"));
    EXPECT_THAT(seen("h.net", "other.net"), ElementsAre("warn the-host-is-named X-TLS-06"));
    EXPECT_THAT(seen("h.net", "H.net"), IsEmpty());
    EXPECT_THAT(seen("h.net", "localhost"), IsEmpty());
    EXPECT_THAT(seen("127.0.0.1", ""), IsEmpty());
    EXPECT_THAT(seen("::1", ""), IsEmpty());
    EXPECT_THAT(seen("", ""), IsEmpty());
}

// Two programs with one identity take the connection from each other for ever.
TEST(RulesOfConnect, TwoProgramsWithOneIdentity) {
    const auto fight = [](int times, bool displaces) {
        Story story;
        for (int number = 1; number <= times; ++number) {
            const auto before = "main " + std::to_string(number - 1), now = "main " + std::to_string(number);
            if (!displaces && number > 1) story.at(before).closes();
            story.opens(now).device(hello());
            if (displaces && number > 1) story.at(before).hub_closes().at(now);
            story.hub(mqtt::Connack{}).in(1000);
        }
        return story.broken();
    };
    EXPECT_THAT(fight(4, true), ElementsAre("fail one-connection-at-a-time X-DEV-01"));
    EXPECT_THAT(fight(3, true), IsEmpty());
    EXPECT_THAT(fight(9, false), IsEmpty());
}

TEST(RulesOfConnect, TightLoop) {
    const auto loop = [](int connections, int milliseconds) {
        Story story;
        for (int number = 1; number <= connections; ++number)
            story.connects(hello(), false, "main " + std::to_string(number)).closes().in(milliseconds);
        return story.broken();
    };
    EXPECT_THAT(loop(11, 50), ElementsAre("fail reconnects-are-spaced X-DEV-01"));
    EXPECT_THAT(loop(10, 50), IsEmpty());
    EXPECT_THAT(loop(30, 150), IsEmpty());
    Story refusing;
    for (int number = 0; number < 11; ++number) refusing.fails("TLS handshake failed: tlsv1 alert unknown ca").in(9);
    EXPECT_THAT(refusing.broken(), ElementsAre("fail reconnects-are-spaced X-DEV-01"));
}

TEST(RulesOfConnect, FirstPacket) {
    EXPECT_THAT(Story().opens().device(message(events)).device(hello()).broken(),
                ElementsAre("fail connect-comes-first MQTT-3.1.0-1"));
    EXPECT_THAT(Story().opens().device(hello()).device(message(events)).broken(), IsEmpty());
    EXPECT_THAT(Story().opens().broken(), IsEmpty());
    // The beginning of the trace may be missing.
    EXPECT_THAT(Story().device(message(events)).broken(), IsEmpty());
}

TEST(RulesOfConnect, SecondConnect) {
    EXPECT_THAT(connected().device(hello()).broken(), ElementsAre("fail connect-comes-once MQTT-3.1.0-2"));
    EXPECT_THAT(connected().closes().in(1000).connects(hello(), false, "main 2").broken(), IsEmpty());
}

TEST(RulesOfConnect, Refusals) {
    const auto tries = [](int number, std::uint8_t code, bool renews) {
        Story story;
        for (int i = 0; i < number; ++i) {
            auto packet = hello();
            if (renews) packet.password = bytes_of(token_for("h.net/devices/d1", 1'700'000'000 + i));
            story.opens("main " + std::to_string(i)).device(packet).hub(mqtt::Connack{false, code}).closes().in(1000);
        }
        return story.broken();
    };
    EXPECT_THAT(tries(7, 5, false), ElementsAre("warn refusals-are-heeded X-DEV-03"));
    EXPECT_THAT(tries(7, 4, false), ElementsAre("warn refusals-are-heeded X-DEV-03"));
    EXPECT_THAT(tries(6, 5, false), IsEmpty());
    EXPECT_THAT(tries(7, 3, false), IsEmpty());
    EXPECT_THAT(tries(7, 5, true), IsEmpty());
}

TEST(RulesOfConnect, Protocol) {
    const auto protocol = [](const std::string& name, std::uint8_t level) {
        auto packet = hello();
        packet.protocol_name = name;
        packet.protocol_level = level;
        return broken_by(packet);
    };
    EXPECT_THAT(protocol("MQIsdp", 3), ElementsAre("fail mqtt-is-3.1.1 SCOPE-01"));
    EXPECT_THAT(protocol("MQTT", 5), ElementsAre("fail mqtt-is-3.1.1 SCOPE-01"));
    EXPECT_THAT(protocol("MQTT", 0x84), ElementsAre("warn mqtt-is-3.1.1 X-CONN-08"));
    EXPECT_THAT(protocol("MQTT", 4), IsEmpty());
}

TEST(RulesOfConnect, ClientIdentifier) {
    const auto as = [](const std::string& id, const DeviceFacts& device) {
        auto packet = hello(device);
        packet.client_id = id;
        return broken_by(packet, device);
    };
    for (const auto* id : {"", "D1", "d1 ", "d2"})
        EXPECT_THAT(as(id, plain_device()), ElementsAre("fail the-client-id-is-the-devices CONN-02")) << id;
    EXPECT_THAT(as("m1", module_of_device()), ElementsAre("fail the-client-id-is-the-devices MODULE-02"));
    EXPECT_THAT(as("d1", module_of_device()), ElementsAre("fail the-client-id-is-the-devices MODULE-02"));
    EXPECT_THAT(as("d1/m1", module_of_device()), IsEmpty());
}

TEST(RulesOfConnect, UserName) {
    const auto named = [](const std::string& name) { return broken_by(with_user_name(name)); };
    EXPECT_THAT(named(""), ElementsAre("fail the-user-name-is-well-formed CONN-03 CONN-05"));
    EXPECT_THAT(named("h.net"), ElementsAre("fail the-user-name-is-well-formed CONN-03 CONN-05"));
    EXPECT_THAT(named("h.net/d1/m1/x/?api-version=2021-04-12"),
                ElementsAre("fail the-user-name-is-well-formed CONN-03 CONN-05"));
    EXPECT_THAT(named("h.net/D1/?api-version=2021-04-12"), ElementsAre("fail the-user-name-is-the-devices CONN-03"));
    EXPECT_THAT(named("h.net/d1/m1/?api-version=2021-04-12"), ElementsAre("fail the-user-name-is-the-devices CONN-03"));
    EXPECT_THAT(named("h.net/d1?api-version=2021-04-12"), Contains("fail the-user-name-is-the-devices CONN-03"));
    EXPECT_THAT(named("h/d1/?api-version=2021-04-12"), ElementsAre("fail the-user-name-names-the-hub CONN-04"));
    EXPECT_THAT(named("h.net:8883/d1/?api-version=2021-04-12"),
                ElementsAre("fail the-user-name-names-the-hub CONN-04"));
    EXPECT_THAT(named("H.NET/d1/?api-version=2021-04-12"), IsEmpty());
    auto none = hello();
    none.user_name.reset();
    none.password.reset();
    EXPECT_THAT(broken_by(none), UnorderedElementsAre("fail the-user-name-is-well-formed CONN-03 CONN-05",
                                                      "fail the-password-is-there CONN-08"));
}

TEST(RulesOfConnect, UserNameOfAModule) {
    const auto device = module_of_device();
    const auto named = [&](const std::string& name) {
        auto packet = hello(device);
        packet.user_name = name;
        return broken_by(packet, device);
    };
    EXPECT_THAT(named("h.net/d1/?api-version=2021-04-12"), ElementsAre("fail the-user-name-is-the-devices MODULE-03"));
    EXPECT_THAT(named("h.net/d1/m1/api-version=2021-04-12"),
                ElementsAre("fail the-user-name-has-its-question-mark MODULE-03"));
    EXPECT_THAT(named("h.net/d1/m1/?api-version=2021-04-12"), IsEmpty());
}

TEST(RulesOfConnect, OtherNamesOfTheHub) {
    auto device = plain_device();
    device.other_host_names = {"localhost"};
    auto packet = with_user_name("localhost/d1/?api-version=2021-04-12");
    packet.password = bytes_of(token_for("localhost/devices/d1"));
    EXPECT_THAT(broken_by(packet, device), IsEmpty());
}

TEST(RulesOfConnect, Versions) {
    const auto named = [](const std::string& query) { return broken_by(with_user_name("h.net/d1/" + query)); };
    EXPECT_THAT(named(""), ElementsAre("warn the-api-version-is-named CONN-06"));
    EXPECT_THAT(named("?"), ElementsAre("warn the-api-version-is-named CONN-06"));
    EXPECT_THAT(named("?api-version="), ElementsAre("warn the-api-version-is-named CONN-06"));
    EXPECT_THAT(named("api-version=2020-09-30"), ElementsAre("warn the-user-name-has-its-question-mark X-CONN-14"));
    EXPECT_THAT(named("?api-version=2031-01-01"), ElementsAre("warn the-api-version-is-known X-CONN-15"));
    for (const auto* version : {"2016-11-14", "2018-06-30", "2019-10-01", "2020-09-30", "2021-04-12"})
        EXPECT_THAT(named("?api-version=" + std::string(version)), IsEmpty()) << version;
}

TEST(RulesOfConnect, Query) {
    const auto named = [](const std::string& rest) {
        return broken_by(with_user_name("h.net/d1/?api-version=2020-09-30" + rest));
    };
    EXPECT_THAT(named("&DeviceClientType=my device"), ElementsAre("warn the-query-is-encoded X-CONN-17"));
    EXPECT_THAT(named("&DeviceClientType=a/1.0"), ElementsAre("warn the-query-is-encoded X-CONN-17"));
    EXPECT_THAT(named("&DeviceClientType=a%2f1.0%20(b)"), IsEmpty());
    EXPECT_THAT(named("&model-id=dtmi%3Acom%3Aexample%3BThermostat%3B1"), IsEmpty());
    EXPECT_THAT(named("&model-id=thermostat"), ElementsAre("fail the-model-is-announced X-PNP-01"));
    EXPECT_THAT(broken_by(with_user_name("h.net/d1/?api-version=2019-10-01&model-id=dtmi:com:example;1")),
                ElementsAre("fail the-model-is-announced X-PNP-01"));
}

TEST(RulesOfConnect, KeepAlive) {
    for (const std::uint16_t seconds : {0, 1178, 1740, 65535})
        EXPECT_THAT(broken_by(with_keep_alive(seconds)), ElementsAre("warn keep-alive-is-in-range KEEP-14")) << seconds;
    for (const std::uint16_t seconds : {1, 60, 1177}) EXPECT_THAT(broken_by(with_keep_alive(seconds)), IsEmpty());
}

TEST(RulesOfConnect, Will) {
    EXPECT_THAT(broken_by(with_will("last/words")), ElementsAre("warn the-will-is-telemetry WILL-02"));
    EXPECT_THAT(broken_by(with_will("devices/d2/messages/events/")), ElementsAre("warn the-will-is-telemetry WILL-02"));
    EXPECT_THAT(broken_by(with_will(events)), IsEmpty());
    EXPECT_THAT(broken_by(with_will(events + "why=lost")), IsEmpty());
    EXPECT_THAT(broken_by(with_will(events + "why=a%2")), ElementsAre("fail bags-are-encoded D2C-03"));
    EXPECT_THAT(broken_by(with_will(events, module_of_device()), module_of_device()),
                ElementsAre("fail the-will-is-telemetry MODULE-06"));
    EXPECT_THAT(broken_by(with_will("devices/d1/modules/m1/messages/events/", module_of_device()), module_of_device()),
                IsEmpty());
}

TEST(RulesOfTokens, Grammar) {
    const auto token = token_for("h.net/devices/d1");
    const auto with = [](const std::string& password) { return broken_by(with_password(password)); };
    EXPECT_THAT(with(""), ElementsAre("fail the-password-is-there CONN-08"));
    EXPECT_THAT(with("secret"), ElementsAre("fail the-password-is-a-token AUTH-01"));
    EXPECT_THAT(with("HostName=h.net;DeviceId=d1;SharedAccessSignature=" + token),
                ElementsAre("fail the-password-is-a-token AUTH-13"));
    EXPECT_THAT(with("SharedAccessSignature sr=h.net%2Fdevices%2Fd1&se=1700000000"),
                ElementsAre("fail the-password-is-a-token AUTH-01"));
    EXPECT_THAT(with("SharedAccessSignature sr=h.net%2Fdevices%2Fd1&sig=AQID&se=1700000000.5"),
                ElementsAre("fail the-password-is-a-token AUTH-05"));
    EXPECT_THAT(with("SharedAccessSignature sr=h.net%2Fdevices%2Fd1&sig=!&se=1700000000"),
                ElementsAre("fail the-password-is-a-token AUTH-06"));
    EXPECT_THAT(with(token + "\n"), ElementsAre("fail the-password-is-a-token AUTH-05"));
    EXPECT_THAT(with("SharedAccessSignature sig=AQID&se=1700000000&skn=&sr=h.net%2fdevices%2fd1"), IsEmpty());
    EXPECT_THAT(with(token_for("h.net/devices/d1", 1'700'000'000'000)),
                ElementsAre("fail the-expiry-is-in-seconds X-SAS-01 AUTH-05"));
    EXPECT_THAT(with(token_for("h.net/devices/d1", 4'102'444'800)), IsEmpty());
}

TEST(RulesOfTokens, Resource) {
    const auto with = [](const std::string& resource) { return broken_by(with_password(token_for(resource))); };
    for (const auto* resource :
         {"h.net/devices/d2", "h.net/devices/d", "other.net/devices/d1", "https://h.net/devices/d1", "h.net/device/d1"})
        EXPECT_THAT(with(resource), ElementsAre("fail the-token-is-for-the-device X-SAS-04")) << resource;
    for (const auto* resource :
         {"h.net/devices/d1", "h.net", "h.net/devices", "H.net/devices/d1", "h.net/devices/d1/api-version=2016-11-14"})
        EXPECT_THAT(with(resource), IsEmpty()) << resource;
    EXPECT_THAT(broken_by(with_password("SharedAccessSignature sr=h.net/devices/d1&sig=AQID&se=1700000000")),
                ElementsAre("warn the-resource-is-encoded X-SAS-03 AUTH-04"));
    auto module = hello(module_of_device());
    module.password = bytes_of(token_for("h.net/devices/d1/modules/m2"));
    EXPECT_THAT(broken_by(module, module_of_device()), ElementsAre("fail the-token-is-for-the-device MODULE-04"));
}

TEST(RulesOfTokens, Policy) {
    const auto with = [](const std::optional<std::string>& policy) {
        return broken_by(with_password(iothub::make_sas_token({"h.net/devices/d1", {1, 2, 3}, 1'700'000'000, policy})));
    };
    EXPECT_THAT(with({}), IsEmpty());
    EXPECT_THAT(with(""), IsEmpty());
    EXPECT_THAT(with("device"), ElementsAre("warn a-device-key-has-no-policy X-SAS-05"));
}

TEST(RulesOfTransport, ACertificateIsNotDeclined) {
    const auto at = [](const std::string& path, const DeviceFacts& device) {
        Story story(device);
        story.add(model::ConnectionOpened{"main", "TLSv1.3", "h.net", "wss", true, false, path});
        return story.device(hello(device)).broken();
    };
    const std::string declining = "/$iothub/websocket?iothub-no-client-cert=true";
    EXPECT_THAT(at(declining, plain_device()), IsEmpty());
    EXPECT_THAT(at("/$iothub/websocket", signed_device()), IsEmpty());
    EXPECT_THAT(at(declining, signed_device()), ElementsAre("warn a-certificate-is-not-declined X-WS-04"));
}

TEST(RulesOfTokens, Certificate) {
    auto packet = hello(signed_device());
    packet.password = mqtt::Bytes{};
    EXPECT_THAT(broken_by(packet, signed_device()), IsEmpty());
    packet.password = bytes_of(token_for("h.net/devices/d1"));
    EXPECT_THAT(broken_by(packet, signed_device()), ElementsAre("fail a-certificate-needs-no-password AUTH-07"));
    EXPECT_THAT(broken_by(hello(signed_device())), ElementsAre("fail the-password-is-there CONN-08"));
}

}  // namespace
}  // namespace hubspec::run
