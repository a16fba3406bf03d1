#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <variant>

#include "fixtures/hub/hub.hpp"
#include "harness/mqtt/encode.hpp"

using namespace hubspec;

namespace {

/// A hub with one device that has connected and subscribed to everything, as far as a client can come without luck.
struct Connected {
    hub::Hub hub;
    hub::ConnectionId connection = 0;
    hub::Time now = hub::Time(std::chrono::hours(24 * 365 * 50));
};

Connected connected() {
    hub::Settings settings;
    settings.random = [](std::size_t size) { return mqtt::Bytes(size, 7); };
    hub::Policy policy;
    policy.checks_signature = policy.checks_expiry = policy.checks_scope = false;
    policy.checks_host_name = false;
    Connected one{hub::Hub(std::move(settings), policy)};
    one.hub.provision({"d", {}, {}}, one.now);
    one.connection = one.hub.connected({}, one.now);
    mqtt::Connect connect;
    connect.client_id = "d";
    connect.user_name = "h/d/?api-version=2021-04-12";
    const std::string token = "SharedAccessSignature sr=h%2Fdevices%2Fd&sig=AAAA&se=9999999999";
    connect.password = mqtt::Bytes(token.begin(), token.end());
    const mqtt::Subscribe subscribe{
        1, {{"devices/d/messages/devicebound/#", 1}, {"$iothub/twin/res/#", 1}, {"$iothub/methods/POST/#", 0}}};
    for (const mqtt::Packet& packet : {mqtt::Packet(connect), mqtt::Packet(subscribe)})
        one.hub.received(one.connection, mqtt::encode(packet), one.now);
    return one;
}

}  // namespace

/// Whatever a client sends in whatever pieces: the hub's answers can be encoded, time goes on, and the service API
/// serves.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto one = connected();
    std::span<const std::uint8_t> rest(data, size);
    while (!rest.empty()) {
        const std::size_t piece = std::min<std::size_t>(rest.size(), 1 + rest.front() % 64);
        for (const auto& effect : one.hub.received(one.connection, rest.first(piece), one.now))
            if (const auto* send = std::get_if<hub::SendPacket>(&effect)) mqtt::encode(send->packet, send->distortion);
        rest = rest.subspan(piece);
        one.now += std::chrono::seconds(1);
        one.hub.advance(one.now);
    }
    one.hub.disconnected(one.connection, one.now);
    one.hub.request(1, {"GET", "/twins/d?api-version=2021-04-12", {}, {}}, one.now);
    return 0;
}
