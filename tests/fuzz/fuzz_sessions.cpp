#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fixtures/hub/hub.hpp"
#include "harness/mqtt/encode.hpp"
#include "tests/fuzz/input.hpp"

using namespace hubspec;

namespace {

using std::chrono::seconds;

[[noreturn]] void broken(const std::string& what) {
    std::fprintf(stderr, "broken: %s\n", what.c_str());
    std::abort();
}
void require(bool holds, const char* what) {
    if (!holds) broken(what);
}

/// A device that keeps to the protocol as long as it sends no bytes at random, and what it may expect.
struct Client {
    explicit Client(std::string of) : identity(std::move(of)) {}

    std::string identity;  ///< "D" or "D/M"
    hub::ConnectionId connection = 0;
    bool is_open = false, is_connected = false, is_wild = false;
    bool clean_session = true;
    std::uint16_t keep_alive = 0;
    std::map<mqtt::PacketId, std::string> sent;  ///< what awaits a PUBACK, by its body
    std::set<mqtt::PacketId> subscribing, unsubscribing;
    std::set<std::string> requests, methods;           ///< request ids that await an answer
    std::map<mqtt::PacketId, std::string> deliveries;  ///< what this device has not acknowledged

    void start(hub::ConnectionId id) {
        *this = Client(identity);
        connection = id;
        is_open = true;
    }
    std::string below() const {
        const auto slash = identity.find('/');
        if (slash == std::string::npos) return "devices/" + identity + "/";
        return "devices/" + identity.substr(0, slash) + "/modules/" + identity.substr(slash + 1) + "/";
    }
};

/// A hub, its devices, and what must hold between them.
class World {
public:
    World() : hub_(settings(), policy()) {
        for (const auto* id : {"a", "b", "honest"}) hub_.provision({id, {}, {}}, now_);
        hub_.provision({"a", {}, {}, "m"}, now_);
        open(honest_);
        connect(honest_, true, 0);
        subscribe(honest_, "$iothub/twin/res/#", 0);
        for (std::size_t i = 0; i < 3; ++i) {
            open(clients_[i]);
            connect(clients_[i], false, 60);
            // What a device may subscribe to comes first, then a module's alone, then what neither may.
            const auto first = filters_.begin() + (i == 1 ? 1 : 0);
            for (auto filter = first; filter != first + 4; ++filter) subscribe(clients_[i], *filter, 1);
        }
    }

    void step(fuzz::Input& input) {
        auto& client = clients_[input.below(clients_.size())];
        switch (input.below(16)) {
            case 0:
                return open(client);
            case 1:
                return connect(client, input.below(2) == 0, static_cast<std::uint16_t>(input.byte()));
            case 2:
                return subscribe(client, filters_[input.below(filters_.size())],
                                 static_cast<std::uint8_t>(input.below(2)));
            case 3:
                return unsubscribe(client, filters_[input.below(filters_.size())]);
            case 4:
                return send_telemetry(client, static_cast<std::uint8_t>(input.below(2)));
            case 5:
                return ask(client, "$iothub/twin/GET/?$rid=", {});
            case 6:
                return ask(client, "$iothub/twin/PATCH/properties/reported/?$rid=", texts_[input.below(texts_.size())]);
            case 7:
                return answer_method(client, input.below(2) == 0);
            case 8:
                return acknowledge(client);
            case 9:
                return say(client, mqtt::Pingreq{});
            case 10:
                return say(client, mqtt::Disconnect{});
            case 11:
                return vanish(client);
            case 12:
                return babble(client, input.bytes(input.byte()));
            case 13:
                return pass(seconds(1) * (1 << input.below(9)));
            case 14:
                return send_message(input.below(2) == 0 ? "a" : "b");
            default:
                return service(input);
        }
    }

    /// What was acknowledged is there, what was sent arrives, and an honest device was not disturbed.
    void end() {
        ask(honest_, "$iothub/twin/GET/?$rid=", {});
        require(honest_.is_open && honest_.requests.empty(), "an honest device gets its answer");
        check_telemetry();
        check_queue("b", clients_[2]);
        for (auto& client : clients_) check_silence(client);
    }

private:
    static hub::Settings settings() {
        hub::Settings made;
        made.random = [](std::size_t size) { return mqtt::Bytes(size, 7); };
        return made;
    }
    static hub::Policy policy() {
        hub::Policy made;
        made.checks_signature = made.checks_host_name = made.checks_scope = false;
        made.checks_service_token = made.checks_api_version = false;
        return made;
    }

    // --- what devices do ---

    void open(Client& client) {
        if (client.is_open) return;
        client.start(hub_.connected({}, now_));
        by_connection_[client.connection] = &client;
    }
    void connect(Client& client, bool clean, std::uint16_t keep_alive) {
        mqtt::Connect packet;
        packet.client_id = client.identity;
        packet.clean_session = clean;
        packet.keep_alive = keep_alive;
        packet.user_name = "hubspec.azure-devices.net/" + client.identity + "/?api-version=2021-04-12";
        const std::string token = "SharedAccessSignature sr=h&sig=AAAA&se=99999999999";
        packet.password = mqtt::Bytes(token.begin(), token.end());
        client.clean_session = clean;
        client.keep_alive = keep_alive;
        say(client, packet);
    }
    void subscribe(Client& client, std::string filter, std::uint8_t qos) {
        if (filter.starts_with("devices/")) filter = client.below() + filter.substr(8);
        client.subscribing.insert(++last_id_);
        say(client, mqtt::Subscribe{last_id_, {{filter, qos}}});
    }
    void unsubscribe(Client& client, std::string filter) {
        if (filter.starts_with("devices/")) filter = client.below() + filter.substr(8);
        client.unsubscribing.insert(++last_id_);
        say(client, mqtt::Unsubscribe{last_id_, {filter}});
    }
    void send_telemetry(Client& client, std::uint8_t qos) {
        const auto body = "t" + std::to_string(++bodies_);
        if (qos == 1) client.sent[++last_id_] = body;
        say(client, mqtt::Publish{client.below() + "messages/events/", bytes(body), qos, false, false,
                                  static_cast<mqtt::PacketId>(qos == 1 ? last_id_ : 0)});
    }
    void ask(Client& client, const std::string& topic, const std::string& body) {
        const auto id = std::to_string(++bodies_);
        client.requests.insert(id);
        say(client, mqtt::Publish{topic + id, bytes(body), 0, false, false, 0});
    }
    void answer_method(Client& client, bool asked) {
        std::string id = "77";
        if (asked && !client.methods.empty()) id = client.methods.extract(client.methods.begin()).value();
        say(client, mqtt::Publish{"$iothub/methods/res/200/?$rid=" + id, bytes("{}"), 0, false, false, 0});
    }
    void acknowledge(Client& client) {
        if (client.deliveries.empty()) return say(client, mqtt::Puback{999});
        const auto first = client.deliveries.extract(client.deliveries.begin());
        if (client.is_open && client.is_connected) settled_.insert(first.mapped());
        say(client, mqtt::Puback{first.key()});
    }
    void babble(Client& client, std::span<const std::uint8_t> noise) {
        if (!client.is_open) return;
        client.is_wild = true;
        wild_.insert(client.identity);
        carry_out(hub_.received(client.connection, noise, now_));
    }
    void vanish(Client& client) {
        if (!client.is_open) return;
        close(client);
        carry_out(hub_.disconnected(client.connection, now_));
    }
    void say(Client& client, const mqtt::Packet& packet) {
        if (client.is_open) carry_out(hub_.received(client.connection, mqtt::encode(packet), now_));
    }

    // --- what the back end does ---

    void send_message(const std::string& device) {
        const auto body = "c" + std::to_string(++bodies_);
        hub::ServiceMessage message;
        message.device_id = device;
        message.body = bytes(body);
        auto sent = hub_.send(message, now_);
        if (!sent.refusal) messages_[device].push_back({body, now_});
        carry_out(sent.effects);
    }
    void service(fuzz::Input& input) {
        const std::string path = input.below(2) == 0 ? "/twins/a" : "/twins/a/modules/m";
        if (input.below(2) == 0)
            return carry_out(hub_.request(
                ++last_request_,
                {"PATCH", path, {}, "{\"properties\":{\"desired\":" + texts_[input.below(texts_.size())] + "}}"},
                now_));
        carry_out(hub_.request(
            ++last_request_,
            {"POST",
             path + "/methods",
             {},
             R"({"methodName":"m","payload":1,"responseTimeoutInSeconds":30,"connectTimeoutInSeconds":9})"},
            now_));
    }
    void pass(hub::Duration time) {
        const auto goal = now_ + time;
        while (const auto due = hub_.next_due()) {
            if (*due > goal) break;
            now_ = std::max(now_, *due);
            carry_out(hub_.advance(now_));
        }
        now_ = goal;
        say(honest_, mqtt::Pingreq{});
    }

    // --- what the hub does ---

    void carry_out(const hub::Effects& effects) {
        for (const auto& effect : effects) {
            if (const auto* send = std::get_if<hub::SendPacket>(&effect)) {
                mqtt::encode(send->packet, send->distortion);
                hear(of(send->connection), send->packet);
            } else if (const auto* over = std::get_if<hub::Close>(&effect)) {
                close(of(over->connection));
            }
        }
    }
    Client& of(hub::ConnectionId id) {
        const auto found = by_connection_.find(id);
        require(found != by_connection_.end() && found->second->connection == id && found->second->is_open,
                "something is sent to a connection that has ended");
        return *found->second;
    }
    static void close(Client& client) { client.is_open = client.is_connected = false; }

    void hear(Client& client, const mqtt::Packet& packet) {
        std::visit(mqtt::overloaded{
                       [&](const mqtt::Connack& one) {
                           client.is_connected = one.return_code == 0;
                           if (client.is_connected && client.clean_session) messages_[client.identity].clear();
                       },
                       [&](const mqtt::Publish& one) { hear(client, one); },
                       [&](const mqtt::Puback& one) {
                           const auto sent = client.sent.extract(one.packet_id);
                           if (!sent.empty() && !client.is_wild) kept_.insert(sent.mapped());
                           require(!sent.empty() || client.is_wild, "a PUBACK for nothing");
                       },
                       [&](const mqtt::Suback& one) {
                           const bool asked = client.subscribing.erase(one.packet_id) == 1;
                           require(asked || client.is_wild, "a SUBACK for nothing");
                       },
                       [&](const mqtt::Unsuback& one) {
                           const bool asked = client.unsubscribing.erase(one.packet_id) == 1;
                           require(asked || client.is_wild, "an UNSUBACK for nothing");
                       },
                       [](const mqtt::Pingresp&) {},
                       [](const auto&) { broken("the hub sends what only a device may send"); },
                   },
                   packet);
    }
    void hear(Client& client, const mqtt::Publish& packet) {
        require(client.is_connected, "a PUBLISH before CONNACK");
        const std::string body(packet.payload.begin(), packet.payload.end());
        if (packet.topic.starts_with("devices/")) {
            require(packet.topic.starts_with(client.below()), "a message for another identity");
            if (packet.qos == 0) settled_.insert(body);
            ++times_[body];
        } else if (packet.topic.starts_with("$iothub/twin/res/")) {
            const auto id = packet.topic.substr(packet.topic.find("$rid=") + 5);
            const bool asked = client.requests.erase(id.substr(0, id.find('&'))) == 1;
            require(asked || client.is_wild, "an answer to a question that this device did not ask");
        } else if (packet.topic.starts_with("$iothub/methods/POST/")) {
            client.methods.insert(packet.topic.substr(packet.topic.find("$rid=") + 5));
        } else {
            require(packet.topic.starts_with("$iothub/twin/PATCH/properties/desired/"), "a topic that is none");
        }
        if (packet.qos == 0) return;
        require(packet.qos == 1, "QoS 2 of a hub");
        require(client.deliveries.emplace(packet.packet_id, body).second, "a packet identifier that is in use");
    }

    // --- what must hold at the end ---

    void check_telemetry() {
        std::set<std::string> stored;
        for (std::uint32_t id = 0; id < hub_.partitions().size(); ++id)
            for (const auto& event : hub_.events(id, 0, 1'000'000))
                stored.insert({event.body.begin(), event.body.end()});
        for (const auto& body : kept_) require(stored.contains(body), "telemetry was acknowledged and lost");
    }
    /// Messages come to a device that takes them, as long as they live.
    void check_queue(const std::string& device, Client& client) {
        std::vector<std::string> expected;
        for (const auto& [body, since] : messages_[device])
            if (!settled_.contains(body) && times_[body] < 10 && now_ - since < std::chrono::minutes(59))
                expected.push_back(body);
        if (wild_.contains(device)) return;  // it may have acknowledged them, or thrown them away
        vanish(client);
        open(client);
        connect(client, false, 0);
        subscribe(client, "devices/messages/devicebound/#", 1);
        for (std::size_t left = 100; left > 0 && !client.deliveries.empty(); --left) acknowledge(client);
        for (const auto& body : expected) require(settled_.contains(body), "a message to a device was lost");
    }
    /// Who says nothing is not kept for ever.
    void check_silence(Client& client) {
        if (!client.is_open || client.is_wild || (client.is_connected && client.keep_alive == 0)) return;
        pass(std::chrono::minutes(10));
        require(!client.is_open, "a silent connection is kept");
    }

    static mqtt::Bytes bytes(const std::string& text) { return {text.begin(), text.end()}; }

    static inline const std::vector<std::string> filters_{
        "devices/messages/devicebound/#", "$iothub/twin/res/#", "$iothub/twin/PATCH/properties/desired/#",
        "$iothub/methods/POST/#",         "devices/inputs/#",   "#"};
    static inline const std::vector<std::string> texts_{"{}", R"({"a":1})", R"({"a":null,"b":{"c":[1,2]}})", "[1]",
                                                        "{"};

    hub::Hub hub_;
    hub::Time now_ = hub::Time(std::chrono::hours(24 * 365 * 50));
    Client honest_{std::string("honest")};
    std::array<Client, 4> clients_{Client("a"), Client("a/m"), Client("b"),
                                   Client("a")};  // the first and the last take over from each other
    std::map<hub::ConnectionId, Client*> by_connection_;
    mqtt::PacketId last_id_ = 0;
    int bodies_ = 0;
    hub::RequestId last_request_ = 0;
    std::set<std::string> kept_;        ///< telemetry that the hub has acknowledged
    std::set<std::string> settled_;     ///< messages to devices that the device has acknowledged
    std::map<std::string, int> times_;  ///< that each was delivered
    std::set<std::string> wild_;        ///< identities in whose name something was said at random
    std::map<std::string, std::vector<std::pair<std::string, hub::Time>>> messages_;
};

}  // namespace

/// Several devices, the back end and time, step by step: nothing that was acknowledged is lost, nobody hears what is
/// another's, and every connection ends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    World world;
    while (!input.is_empty()) world.step(input);
    world.end();
    return 0;
}
