// Faults that only a module, a device with a certificate, one over WebSocket or one of the SDKs can have.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "fixtures/devices/plain/faults.hpp"
#include "fixtures/devices/plain/wire_carrier.hpp"
#include "tests/devices/support/scene.hpp"

namespace hubspec::devices::test {
namespace {

const Station module_station{"hub.example", "d1", "m1", "ZGV2aWNlLWtleQ==", false};
const Station x509_station{"hub.example", "d1", "", "", true};

mqtt::Connect connect_of(Scene& scene) { return scene.open(), scene.packets<mqtt::Connect>().front(); }

std::string client_id(Scene& scene) { return connect_of(scene).client_id; }
std::string user(Scene& scene) {
    const auto name = connect_of(scene).user_name.value();
    return name.substr(0, name.find('?'));
}
std::string resource(Scene& scene) {
    const auto token = text_of(connect_of(scene).password.value());
    return token.substr(0, token.find('&'));
}
std::string has_password(Scene& scene) { return connect_of(scene).password ? "yes" : "no"; }
std::string keep_alive(Scene& scene) { return std::to_string(connect_of(scene).keep_alive); }
std::string will_topic(Scene& scene) { return connect_of(scene).will->topic; }
std::string filters(Scene& scene) {
    scene.come_up();
    std::string text;
    for (const auto& packet : scene.packets<mqtt::Subscribe>())
        for (const auto& one : packet.subscriptions)
            if (one.filter.starts_with("devices/")) text += one.filter;
    return text;
}
mqtt::Subscription filter_at(Scene& scene, std::size_t at) {
    return scene.packets<mqtt::Subscribe>().at(0).subscriptions.at(at);
}
mqtt::Publish telemetry(Scene& scene) {
    scene.come_up(), scene.all.clear();
    scene.ask({{"do", "telemetry"}, {"payload", "x"}, {"output", "o1"}});
    return scene.packets<mqtt::Publish>().front();
}
std::string topic(Scene& scene) { return telemetry(scene).topic; }
std::string quality(Scene& scene) { return std::to_string(telemetry(scene).qos); }
std::string twin_topic(Scene& scene) {
    scene.come_up(), scene.all.clear(), scene.ask({{"do", "get_twin"}});
    return scene.packets<mqtt::Publish>().front().topic;
}
std::string renewal(Scene& scene) {
    scene.come_up(), scene.all.clear(), scene.ask({{"do", "renew_token"}});
    return std::to_string(scene.packets<mqtt::Disconnect>().size());
}

std::string renewal_in_time(Scene& scene) {
    scene.come_up(), scene.all.clear();
    for (int i = 0; i < 12 * 55; ++i) scene.pass(std::chrono::seconds(5)), scene.give(mqtt::Packet(mqtt::Pingresp{}));
    return std::to_string(scene.packets<mqtt::Disconnect>().size());
}
std::string resets_without_pingresp(Scene& scene) {
    return scene.come_up(), scene.pass(std::chrono::minutes(1)), scene.count<Reset>() > 0 ? "yes" : "no";
}
std::string twin_filter(Scene& scene) { return scene.come_up(), filter_at(scene, 1).filter; }
std::string filter_qualities(Scene& scene) {
    scene.come_up();
    std::string text;
    for (std::size_t at = 0; at < 4; ++at) text += (text.empty() ? "" : " ") + std::to_string(filter_at(scene, at).qos);
    return text;
}
std::string query(Scene& scene) {
    const auto name = connect_of(scene).user_name.value();
    return name.substr(name.find('?') + 1, std::string("api-version=2021-04-12").size());
}
std::string answer_quality(Scene& scene) {
    scene.come_up(), scene.all.clear(), scene.publish("$iothub/methods/POST/m/?$rid=9", "1");
    return std::to_string(scene.packets<mqtt::Publish>().at(0).qos);
}

struct Difference {
    std::string fault;
    Station station;
    std::string (*look)(Scene&);
    std::string right, wrong;
};

const std::vector<Difference>& differences() {
    const std::string own_topic = "devices/d1/modules/m1/messages/events/";
    const std::string other_topic = "devices/other/messages/events/";
    static const std::vector<Difference> all{
        {"module-has-another-client-id", module_station, client_id, "d1/m1", "a-device"},
        {"module-names-another-device", module_station, user, "hub.example/d1/m1/", "hub.example/other/"},
        {"module-has-anothers-token", module_station, resource,
         "SharedAccessSignature sr=hub.example%2Fdevices%2Fd1%2Fmodules%2Fm1",
         "SharedAccessSignature sr=hub.example%2Fdevices%2Fother"},
        {"module-sends-to-another-topic", module_station, topic, own_topic + "%24.on=o1", other_topic},
        {"module-has-another-will-topic", module_station, will_topic, own_topic, other_topic},
        {"module-subscribes-like-a-device", module_station, filters, "devices/d1/modules/m1/#",
         "devices/other/messages/devicebound/#"},
        {"module-names-no-output", module_station, topic, own_topic + "%24.on=o1", own_topic},
        {"module-has-twin-topics-of-its-own", module_station, twin_topic, "$iothub/twin/GET/?$rid=2",
         "$iothub/modules/twin/GET/?$rid=2"},
        {"module-keeps-no-alive", module_station, keep_alive, "60", "0"},
        {"module-waits-for-twin-answers-of-its-own", module_station, twin_filter, "$iothub/twin/res/#",
         "$iothub/modules/twin/res/#"},
        {"x509-has-a-password", x509_station, has_password, "no", "yes"},
        {"keep-alive-is-not-that-of-node", station(), keep_alive, "60", "100"},
        {"keep-alive-is-not-that-of-java", station(), keep_alive, "60", "100"},
        {"keep-alive-is-not-that-of-c", station(), keep_alive, "60", "100"},
        {"keep-alive-is-not-that-of-csharp", station(), keep_alive, "60", "100"},
        {"keep-alive-is-not-that-of-python", station(), keep_alive, "60", "100"},
        {"user-name-is-not-that-of-node", station(), query, "api-version=2021-04-12", "api-version=2018-06-30"},
        {"user-name-is-not-that-of-java", station(), query, "api-version=2021-04-12", "api-version=2018-06-30"},
        {"user-name-is-not-that-of-c", station(), query, "api-version=2021-04-12", "api-version=2018-06-30"},
        {"user-name-is-not-that-of-csharp", station(), query, "api-version=2021-04-12", "api-version=2018-06-30"},
        {"user-name-is-not-that-of-python", station(), query, "api-version=2021-04-12", "api-version=2018-06-30"},
        {"sdk-sends-at-quality-0", station(), quality, "1", "0"},
        {"answers-at-quality-1-as-c", station(), answer_quality, "0", "1"},
        {"answers-at-quality-0-as-python", station(), answer_quality, "0", "0"},
        {"asks-for-quality-1-as-node", station(), filter_qualities, "1 1 1 1", "1 1 1 1"},
        {"asks-for-quality-0-as-java", station(), filter_qualities, "1 1 1 1", "1 0 0 0"},
        {"pings-too-late-as-csharp", station(), keep_alive, "60", "300"},
        {"waits-for-pingresp-as-csharp", station(), resets_without_pingresp, "yes", "no"},
        {"renews-nothing", station(), renewal, "1", "0"},
        {"keeps-its-token-too-long", station(), renewal_in_time, "1", "0"},
    };
    return all;
}

class FaultsOfIdentities : public testing::TestWithParam<Difference> {};

TEST_P(FaultsOfIdentities, ChangesWhatItSays) {
    const auto& one = GetParam();
    Scene right({}, one.station), wrong(with_faults({one.fault}).behaviour, one.station);
    EXPECT_EQ(one.look(right), one.right);
    EXPECT_EQ(one.look(wrong), one.wrong);
}

std::string test_name(const testing::TestParamInfo<Difference>& info) {
    auto name = info.param.fault;
    for (auto& c : name)
        if (c == '-') c = '_';
    return name;
}

INSTANTIATE_TEST_SUITE_P(All, FaultsOfIdentities, testing::ValuesIn(differences()), test_name);

TEST(FaultsOfIdentities, ChangeHowTheConnectionIsOpened) {
    const std::string leaf = "a\n-----END CERTIFICATE-----\n", chain = leaf + "b\n-----END CERTIFICATE-----\n";
    Way way;
    way.web_socket = true;
    way.certificate_pem = chain;
    const auto transport = [&](const std::string& fault) { return transport_of(way, with_faults({fault}).behaviour); };
    const auto right = transport_of(way, {});
    EXPECT_EQ(right.web_socket->target, "/$iothub/websocket");
    EXPECT_EQ(right.web_socket->headers.size(), 1u);
    EXPECT_EQ(right.certificate_pem, chain);
    EXPECT_EQ(transport("x509-shows-its-leaf-only").certificate_pem, leaf);
    EXPECT_EQ(transport("x509-declines-its-certificate").web_socket->target,
              "/$iothub/websocket?iothub-no-client-cert=true");
    EXPECT_EQ(transport("x509-shows-no-certificate").certificate_pem, std::nullopt);
    EXPECT_EQ(transport("upgrades-at-another-path").web_socket->target, "/mqtt");
    EXPECT_TRUE(transport("offers-no-subprotocol").web_socket->headers.empty());
    EXPECT_TRUE(with_faults({"sends-text-frames"}).behaviour.sends_text_frames);
}

TEST(FaultsOfIdentities, AreEachShownHere) {
    std::set<std::string> shown{"x509-shows-no-certificate",      "upgrades-at-another-path",
                                "offers-no-subprotocol",          "sends-text-frames",
                                "x509-shows-its-leaf-only",       "x509-declines-its-certificate",
                                "asks-for-no-certificate-as-java"};
    for (const auto& one : differences()) shown.insert(one.fault);
    for (const auto& part : {identities_faults(), sdk_faults()})
        for (const auto& fault : part) EXPECT_TRUE(shown.erase(fault.name) == 1) << fault.name;
    EXPECT_THAT(shown, testing::IsEmpty());
}

}  // namespace
}  // namespace hubspec::devices::test
