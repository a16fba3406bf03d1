#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/iothub/sas_token.hpp"
#include "harness/run/device_rules.hpp"
#include "harness/scenario/requirements.hpp"

/// What a device did, told packet by packet as the hub saw it, and the rules that it broke.
namespace hubspec::run::test {

inline const model::Catalogue& real_catalogue() {
    static const auto loaded = scenario::load_catalogue(HUBSPEC_SOURCE_DIR "/scenarios/requirements");
    return loaded.catalogue;
}

inline DeviceFacts plain_device() {
    DeviceFacts facts;
    facts.host_name = "h.net";
    facts.device_id = "d1";
    return facts;
}
inline DeviceFacts module_of_device() {
    auto facts = plain_device();
    facts.module_id = "m1";
    return facts;
}
inline DeviceFacts signed_device() {
    auto facts = plain_device();
    facts.has_certificate = true;
    return facts;
}

inline mqtt::Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

inline std::string token_for(const std::string& resource, std::int64_t expiry = 1'700'000'000) {
    return iothub::make_sas_token({resource, {1, 2, 3}, expiry, {}});
}
/// The CONNECT that the documents describe.
inline mqtt::Connect hello(const DeviceFacts& device = plain_device()) {
    mqtt::Connect packet;
    packet.client_id = device.client_id();
    packet.keep_alive = 60;
    packet.user_name = device.host_name + "/" + device.client_id() + "/?api-version=2021-04-12";
    if (!device.has_certificate) packet.password = bytes_of(token_for(device.host_name + "/devices/" + device.path()));
    return packet;
}
inline mqtt::Connect resuming(mqtt::Connect packet) {
    packet.clean_session = false;
    return packet;
}
inline mqtt::Connect with_user_name(const std::string& user_name) {
    auto packet = hello();
    packet.user_name = user_name;
    return packet;
}
inline mqtt::Connect with_password(const std::string& password) {
    auto packet = hello();
    packet.password = bytes_of(password);
    return packet;
}
inline mqtt::Publish message(const std::string& topic, const std::string& payload = "x", mqtt::PacketId id = 0) {
    return {topic, bytes_of(payload), static_cast<std::uint8_t>(id == 0 ? 0 : 1), false, false, id};
}
inline mqtt::Publish again(mqtt::Publish packet) {
    packet.dup = true;
    return packet;
}
inline mqtt::Subscribe to(const std::string& filter, mqtt::PacketId id = 1) { return {id, {{filter, 0}}}; }

inline const std::string events = "devices/d1/messages/events/";
inline const std::string bound = "devices/d1/messages/devicebound/";
inline const std::string answers = "$iothub/twin/res/#";
inline const std::string calls = "$iothub/methods/POST/#";
inline const std::string get = "$iothub/twin/GET/?$rid=";
inline const std::string patch = "$iothub/twin/PATCH/properties/reported/?$rid=";

class Story {
public:
    explicit Story(DeviceFacts device = plain_device()) : device_(std::move(device)) {}

    Story& in(int milliseconds) { return now_ += std::chrono::milliseconds(milliseconds), *this; }
    Story& at(const std::string& connection) { return connection_ = connection, *this; }
    Story& opens(const std::string& connection = "main", const std::string& tls = "TLSv1.3",
                 const std::string& server_name = "h.net") {
        connection_ = connection;
        return add(model::ConnectionOpened{connection_, tls, server_name, "tls"});
    }
    Story& device(mqtt::Packet packet) { return add(model::PacketReceived{connection_, std::move(packet)}); }
    Story& hub(mqtt::Packet packet) { return add(model::PacketSent{connection_, std::move(packet), {}}); }
    Story& malformed(const std::string& clause, const std::string& text, const std::string& bytes = "") {
        return add(model::MalformedReceived{connection_, {clause, text, 0}, bytes_of(bytes)});
    }
    Story& closes() { return add(model::ConnectionClosed{connection_, true, true, "reset (TCP RST)"}); }
    Story& hub_closes() {
        return add(model::ConnectionClosed{connection_, false, true, "the hub closed the connection"});
    }
    Story& fails(const std::string& how) { return add(model::ConnectionClosed{"main", true, false, how}); }
    /// The connection is open until then, as a later event shows.
    Story& stays(int milliseconds) { return in(milliseconds).add(model::ServiceAnswered{"call", {}}); }
    Story& add(model::EventForm form) {
        trace_.push_back({now_, std::move(form)});
        return *this;
    }

    /// Opened, and accepted by the hub.
    Story& connects(const mqtt::Connect& packet, bool session_present = false, const std::string& connection = "main") {
        return opens(connection).device(packet).hub(mqtt::Connack{session_present, 0});
    }
    Story& connects() { return connects(hello(device_)); }
    Story& subscribes(const std::string& filter, mqtt::PacketId id = 1) {
        return device(to(filter, id)).hub(mqtt::Suback{id, {0}});
    }

    const model::Trace& trace() const { return trace_; }
    std::vector<model::Finding> findings() const { return broken_device_rules(trace_, device_, real_catalogue()); }
    /// "fail the-client-id-is-the-devices CONN-02", one for each finding.
    std::vector<std::string> broken() const {
        std::vector<std::string> all;
        for (const auto& finding : findings()) {
            std::string text = finding.verdict == model::Verdict::fail ? "fail" : "warn";
            for (const auto& rule : device_rules())
                if (finding.summary.find(". " + rule.name + ": ") != std::string::npos) text += " " + rule.name;
            for (const auto& id : finding.requirements) text += " " + id;
            all.push_back(text);
        }
        return all;
    }

private:
    DeviceFacts device_;
    model::Trace trace_;
    std::chrono::microseconds now_{};
    std::string connection_ = "main";
};

/// The story of a device that is connected.
inline Story connected(const DeviceFacts& device = plain_device()) {
    Story story(device);
    story.connects();
    return story;
}
/// What is broken by one CONNECT, or by one packet after a proper one.
inline std::vector<std::string> broken_by(const mqtt::Connect& packet, const DeviceFacts& device = plain_device()) {
    return Story(device).connects(packet).broken();
}
inline std::vector<std::string> broken_by(const mqtt::Publish& packet, const DeviceFacts& device = plain_device()) {
    return connected(device).device(packet).broken();
}

}  // namespace hubspec::run::test
