#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/iothub/sas_token.hpp"
#include "harness/run/hints.hpp"
#include "tests/run/support/conversation.hpp"

/// A story told packet by packet, and the hint that it leads to.
namespace hubspec::run::test {

inline constexpr std::int64_t connected_at = 1'700'000'000;  // Unix seconds at which the stories' tokens are made
inline const std::string events = "devices/d1/messages/events/";

inline std::string sas(const std::string& resource = "h.net/devices/d1", std::int64_t expiry = connected_at + 3600) {
    return iothub::make_sas_token({resource, {1, 2, 3}, expiry, {}});
}
inline mqtt::Connect connect_of(const std::string& id = "d1", const std::string& token = sas()) {
    mqtt::Connect packet;
    packet.client_id = id;
    packet.keep_alive = 60;
    packet.user_name = "h.net/" + id + "/?api-version=2021-04-12";
    packet.password = mqtt::Bytes(token.begin(), token.end());
    return packet;
}
inline mqtt::Publish message(const std::string& topic, std::uint8_t qos = 0, const std::string& payload = "x") {
    return {topic, mqtt::Bytes(payload.begin(), payload.end()), qos, false, false, 0};
}
inline mqtt::Subscribe to(const std::string& filter) { return {1, {{filter, 0}}}; }
inline mqtt::Connack refusal(std::uint8_t code = 5) { return {false, code}; }

class Told {
public:
    /// Step 0 connects, with these fields; step 1 is what fails.
    explicit Told(std::vector<model::Field> fields = {})
        : plan_(plan(
              {step(model::Action{model::Speaker::device, "connect", std::move(fields)}, 7), step(hub("any"), 8)})) {
        add(model::StepBegan{0});
    }
    Told& in(int seconds) { return now_ += seconds, *this; }
    Told& sent(mqtt::Packet packet, const std::string& connection = "main") {
        return add(model::PacketSent{connection, std::move(packet), {}});
    }
    Told& got(mqtt::Packet packet, const std::string& connection = "main") {
        return add(model::PacketReceived{connection, std::move(packet)});
    }
    Told& closed(const std::string& connection = "main") {
        return add(model::ConnectionClosed{connection, true, true, "the hub closed (TCP FIN)"});
    }
    Told& failed(const std::string& how) { return add(model::ConnectionClosed{"main", true, false, how}); }
    Told& asked(const std::string& method, const std::string& target, const std::string& body = {}) {
        return add(model::ServiceAsked{"call", {method, target, {}, body}});
    }
    Told& answered(int status, model::HttpHeaders headers = {}) {
        return add(model::ServiceAnswered{"call", {status, std::move(headers), {}}});
    }
    Told& passes(int seconds) { return add(model::ClockMoved{std::chrono::seconds(seconds)}); }
    Told& add(model::EventForm form) {
        trace_.push_back(event(now_ * 1000, std::move(form)));
        return *this;
    }
    Told& then() { return add(model::StepBegan{1}); }

    /// The id of the hint when the line expects this and the newest event is shown in its place.
    std::string hint(const std::string& expected) const { return hint_of(expected, trace_.size() - 1); }
    /// The same when nothing came.
    std::string hint_of_silence(const std::string& expected) const { return hint_of(expected, std::nullopt); }
    /// The same when what is shown came this many events before the newest.
    std::string hint_before(std::size_t events_ago, const std::string& expected) const {
        return hint_of(expected, trace_.size() - 1 - events_ago);
    }

private:
    std::string hint_of(const std::string& expected, std::optional<std::size_t> shown) const {
        model::Finding finding;
        finding.expected = expected;
        finding.step = 1;
        finding.trace_line = shown;
        const auto* found = hint_for(plan_, trace_, finding);
        return found != nullptr ? std::string(found->id) : "";
    }

    Case plan_;
    model::Trace trace_;
    int now_ = 0;
};

/// Connected, and the failing line has begun.
inline Told connected(const mqtt::Connect& packet = connect_of(), bool session_present = false) {
    Told told;
    told.sent(packet).got(mqtt::Connack{session_present, 0}).then();
    return told;
}

}  // namespace hubspec::run::test
