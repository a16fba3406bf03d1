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
        {"x509-has-a-password", x509_station, has_password, "no", "yes"},
        {"keep-alive-is-not-that-of-node", station(), keep_alive, "60", "100"},
        {"keep-alive-is-not-that-of-java", station(), keep_alive, "60", "100"},
        {"keep-alive-is-not-that-of-c", station(), keep_alive, "60", "100"},
        {"keep-alive-is-not-that-of-csharp", station(), keep_alive, "60", "100"},
        {"keep-alive-is-not-that-of-python", station(), keep_alive, "60", "100"},
        {"sdk-sends-at-quality-0", station(), quality, "1", "0"},
        {"renews-nothing", station(), renewal, "1", "0"},
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
    Way way;
    way.web_socket = true;
    way.certificate_pem = "certificate";
    const auto transport = [&](const std::string& fault) { return transport_of(way, with_faults({fault}).behaviour); };
    const auto right = transport_of(way, {});
    EXPECT_EQ(right.web_socket->target, "/$iothub/websocket");
    EXPECT_EQ(right.web_socket->headers.size(), 1u);
    EXPECT_EQ(right.certificate_pem, "certificate");
    EXPECT_EQ(transport("x509-shows-no-certificate").certificate_pem, std::nullopt);
    EXPECT_EQ(transport("upgrades-at-another-path").web_socket->target, "/mqtt");
    EXPECT_TRUE(transport("offers-no-subprotocol").web_socket->headers.empty());
    EXPECT_TRUE(with_faults({"sends-text-frames"}).behaviour.sends_text_frames);
}

TEST(FaultsOfIdentities, AreEachShownHere) {
    std::set<std::string> shown{"x509-shows-no-certificate", "upgrades-at-another-path", "offers-no-subprotocol",
                                "sends-text-frames"};
    for (const auto& one : differences()) shown.insert(one.fault);
    for (const auto& fault : identities_faults()) EXPECT_TRUE(shown.erase(fault.name) == 1) << fault.name;
    EXPECT_THAT(shown, testing::IsEmpty());
}

}  // namespace
}  // namespace hubspec::devices::test
