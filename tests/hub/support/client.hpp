#pragma once

#include <string>
#include <vector>

#include "fixtures/hub/hub.hpp"
#include "harness/iothub/sas_token.hpp"
#include "harness/model/value.hpp"
#include "harness/mqtt/encode.hpp"
#include "tests/hub/support/mirror.hpp"

/// A hub on a chosen time, and clients that speak to it without a socket.
namespace hubspec::hub::test {

inline const std::string host = "contoso.azure-devices.net";
inline const std::string device_key = "ZGV2aWNlLWtleS1vZi1zaXh0ZWVuLWJ5dGVzLW1vcmU=";
inline const std::string module_key = "bW9kdWxlLWtleS1vZi1zaXh0ZWVuLWJ5dGVzLW1vcmU=";
inline const std::string other_key = "c2Vjb25kYXJ5LWtleS1vZi1zaXh0ZWVuLWJ5dGVzLis=";

struct World {
    Time now{std::chrono::seconds(1'700'000'000)};
    Hub hub;
    RequestId last_request = 0;
    std::vector<Effect> unclaimed;  ///< effects that no client was asked about yet
    Mirror mirror;

    explicit World(Policy policy = {}, std::vector<PacketRule> rules = {})
        : hub(settings(), std::move(policy), std::move(rules)) {
        for (const auto* id : {"D", "E"}) hub.provision({id, device_key, other_key}, now);
    }

    static Settings settings() {
        Settings made;
        made.host_name = host;
        made.random = [next = std::uint8_t{0}](std::size_t size) mutable {
            mqtt::Bytes bytes(size);
            for (auto& byte : bytes) byte = ++next;
            return bytes;
        };
        return made;
    }

    void keep(Effects effects) {
        for (auto& effect : effects) unclaimed.push_back(std::move(effect));
        mirror.follow(hub);
    }
    void pass(Duration time) {
        const Time goal = now + time;
        while (const auto due = hub.next_due()) {
            if (*due > goal) break;
            now = std::max(now, *due);
            keep(hub.advance(now));
        }
        now = goal;
    }

    std::string token(const std::string& resource = host + "/devices/D", const std::string& key = device_key,
                      std::int64_t life = 3600) const {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
        return iothub::make_sas_token({resource, *iothub::base64_decode(key), seconds + life, std::nullopt});
    }
    std::string policy_token(const std::string& name, const std::string& resource = host) const {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
        for (const auto& policy : hub.settings().policies)
            if (policy.name == name)
                return iothub::make_sas_token(
                    {resource, *iothub::base64_decode(policy.primary_key), seconds + 3600 * 24 * 30, name});
        return {};
    }

    /// Starts a request; answered() tells what came.
    RequestId ask(const std::string& method, const std::string& target, const std::string& body = {},
                  model::HttpHeaders headers = {}, const std::string& policy = "iothubowner") {
        headers.emplace_back("Authorization", policy_token(policy));
        keep(hub.request(++last_request, {method, target, std::move(headers), body}, now));
        return last_request;
    }
    std::optional<model::HttpResponse> answered(RequestId id) {
        for (const auto& effect : unclaimed)
            if (const auto* respond = std::get_if<Respond>(&effect); respond != nullptr && respond->request == id)
                return respond->response;
        return std::nullopt;
    }
    /// A request that is answered at once.
    model::HttpResponse call(const std::string& method, const std::string& target, const std::string& body = {},
                             model::HttpHeaders headers = {}, const std::string& policy = "iothubowner") {
        const auto id = ask(method, target, body, std::move(headers), policy);
        return answered(id).value_or(model::HttpResponse{0, {}, "no answer"});
    }
    /// A message to a device, as AMQP brings it: 0, or the code of the refusal.
    int send(const ServiceMessage& message) {
        auto sent = hub.send(message, now);
        keep(std::move(sent.effects));
        return sent.refusal ? sent.refusal->code : 0;
    }
    /// What was sent to the hub, as the back end sees it, partition by partition.
    model::Value telemetry() {
        model::Array all;
        for (std::uint32_t partition = 0; partition < hub.partitions().size(); ++partition)
            for (const auto& event : hub.events(partition, 0, 1000)) all.push_back(shown(event));
        return all;
    }
    static model::Value shown(const StoredEvent& event) {
        model::Object properties;
        for (const auto& one : event.properties)
            properties.push_back({one.name, one.value ? model::Value(*one.value) : model::Value()});
        const model::Value annotations(event.annotations);
        const auto named = [&](const char* name) {
            const auto* found = annotations.find(name);
            return found == nullptr ? model::Value() : *found;
        };
        return model::Object{{"sequenceNumber", event.sequence},
                             {"deviceId", named("iothub-connection-device-id")},
                             {"moduleId", named("iothub-connection-module-id")},
                             {"body", iothub::base64_encode(event.body)},
                             {"properties", std::move(properties)},
                             {"systemProperties", event.system},
                             {"annotations", event.annotations}};
    }
    std::vector<std::int64_t> log_codes() {
        std::vector<std::int64_t> codes;
        const auto body = *model::parse_json(call("GET", "/_hubspec/log?after=0&wait=0").body);
        for (const auto& entry : *body.find("entries")->array()) codes.push_back(*entry.find("resultType")->integer());
        return codes;
    }
};

inline mqtt::Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

class Client {
public:
    /// `identity` is "D" or "D/M".
    explicit Client(World& world, std::string identity = "D", const Transport& transport = {})
        : world_(world), identity_(std::move(identity)), id_(world.hub.connected(transport, world.now)) {}

    mqtt::Connect connect_packet(bool clean = true, std::uint16_t keep_alive = 0) const {
        mqtt::Connect packet;
        packet.clean_session = clean;
        packet.keep_alive = keep_alive;
        packet.client_id = identity_;
        packet.user_name = host + "/" + identity_ + "/?api-version=2021-04-12";
        packet.password = bytes(token());
        return packet;
    }
    Client& connect(bool clean = true, std::uint16_t keep_alive = 0) {
        send(connect_packet(clean, keep_alive));
        take();
        return *this;
    }
    Client& subscribe(const std::string& filter, std::uint8_t qos = 1) {
        send(mqtt::Subscribe{1, {{filter, qos}}});
        take();
        return *this;
    }
    void publish(const std::string& topic, std::string_view payload = {}, std::uint8_t qos = 0, bool retain = false) {
        send(mqtt::Publish{topic, bytes(payload), qos, retain, false, static_cast<mqtt::PacketId>(qos > 0 ? 7 : 0)});
    }
    void send(const mqtt::Packet& packet) { send_bytes(mqtt::encode(packet)); }
    void send_bytes(const mqtt::Bytes& data) { world_.keep(world_.hub.received(id_, data, world_.now)); }
    void vanish() { world_.keep(world_.hub.disconnected(id_, world_.now)); }

    /// What the hub has sent to this client since the last call, in order.
    std::vector<mqtt::Packet> take() {
        std::vector<mqtt::Packet> packets;
        std::erase_if(world_.unclaimed, [&](const Effect& effect) {
            const auto* sent = std::get_if<SendPacket>(&effect);
            if (sent == nullptr || sent->connection != id_) return false;
            packets.push_back(sent->packet);
            return true;
        });
        return packets;
    }
    bool closed() const {
        for (const auto& effect : world_.unclaimed)
            if (const auto* close = std::get_if<Close>(&effect); close != nullptr && close->connection == id_)
                return true;
        return false;
    }
    ConnectionId id() const { return id_; }

private:
    std::string token() const {
        const auto slash = identity_.find('/');
        if (slash == std::string::npos) return world_.token(host + "/devices/" + identity_);
        return world_.token(host + "/devices/" + identity_.substr(0, slash) + "/modules/" + identity_.substr(slash + 1),
                            module_key);
    }

    World& world_;
    std::string identity_;
    ConnectionId id_;
};

inline mqtt::Publish publish(const mqtt::Packet& packet) { return std::get<mqtt::Publish>(packet); }
inline std::string text(const mqtt::Bytes& data) { return {data.begin(), data.end()}; }

}  // namespace hubspec::hub::test
