#include <gtest/gtest.h>

#include "fixtures/hub/hub.hpp"

namespace hubspec::hub {
namespace {

model::HttpRequest upgrade(const std::string& target, const std::string& subprotocols) {
    model::HttpRequest request{"GET", target, {{"Upgrade", "websocket"}}, {}};
    if (!subprotocols.empty()) request.headers.emplace_back("Sec-WebSocket-Protocol", subprotocols);
    return request;
}

/// The subprotocol that is granted, or the status.
std::string answer(const std::string& target, const std::string& subprotocols, const Policy& policy = {}) {
    const auto answered = answer_upgrade(policy, upgrade(target, subprotocols));
    if (const auto* granted = std::get_if<Upgrade>(&answered)) return granted->subprotocol;
    return std::to_string(std::get<model::HttpResponse>(answered).status);
}

TEST(Upgrade, IsGrantedAtItsPathWithMqttAsTheClientSpellsIt) {
    EXPECT_EQ(answer("/$iothub/websocket", "mqtt"), "mqtt");
    EXPECT_EQ(answer("/%24iothub/websocket", "mqtt"), "mqtt");
    EXPECT_EQ(answer("/$iothub/websocket?iothub-no-client-cert=true", "MQTT"), "MQTT");  // X-WS-04
    EXPECT_EQ(answer("/$iothub/websocket", "mqttv3.1 ,  Mqtt , chat"), "Mqtt");
}

TEST(Upgrade, IsRefusedElsewhereOrWithoutMqtt) {  // X-WS-03
    EXPECT_EQ(answer("/mqtt", "mqtt"), "400");
    EXPECT_EQ(answer("/$iothub/websocket/", "mqtt"), "400");
    for (const auto* offered : {"", ",", "chat", "mqttv3.1", "mqt", "AMQPWSB10"})
        EXPECT_EQ(answer("/$iothub/websocket", offered), "400") << offered;
}

TEST(Upgrade, FollowsThePolicy) {
    Policy policy;
    policy.checks_websocket_path = policy.checks_websocket_subprotocol = false;
    EXPECT_EQ(answer("/mqtt", "chat", policy), "");
    policy.echoes_websocket_subprotocol = false;
    EXPECT_EQ(answer("/mqtt", "mqtt", policy), "");
    policy.has_websocket = false;
    EXPECT_EQ(answer("/$iothub/websocket", "mqtt", policy), "404");
}

}  // namespace
}  // namespace hubspec::hub
