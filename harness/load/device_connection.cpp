// How a device connects, stays and comes back.

#include <algorithm>

#include "harness/iothub/sas_token.hpp"
#include "harness/iothub/user_name.hpp"
#include "harness/load/device.hpp"
#include "harness/mqtt/describe.hpp"
#include "harness/mqtt/encode.hpp"

namespace hubspec::load {

using namespace model;

namespace {

constexpr std::chrono::hours token_lifetime{25};
constexpr std::chrono::seconds longest_back_off{30};

mqtt::Connect connect_packet(const actors::Endpoint& endpoint, const actors::Identity& identity, const LoadPlan& plan) {
    mqtt::Connect connect;
    connect.keep_alive = static_cast<std::uint16_t>(plan.keep_alive.count());
    connect.client_id = identity.device_id;
    iothub::UserName name;
    name.host = endpoint.host_name;
    name.device_id = identity.device_id;
    name.query = {{"api-version", std::string(iothub::documented_api_version)}};
    connect.user_name = iothub::format_user_name(name);
    if (identity.has_certificate()) return connect;
    const auto expiry = std::chrono::system_clock::now().time_since_epoch() + token_lifetime;
    const auto token = iothub::make_sas_token({endpoint.host_name + "/devices/" + identity.device_id,
                                               iothub::base64_decode(identity.primary_key).value_or(mqtt::Bytes{}),
                                               std::chrono::duration_cast<std::chrono::seconds>(expiry).count(),
                                               {}});
    connect.password = mqtt::Bytes(token.begin(), token.end());
    return connect;
}

bool asks_twin(const Stream& stream) {
    return stream.operation == Operation::twin_get || stream.operation == Operation::reported;
}

std::vector<mqtt::Subscription> subscriptions_for(const LoadPlan& plan, const std::string& device_id) {
    std::vector<mqtt::Subscription> all;
    const auto& mix = plan.mix;
    if (std::any_of(mix.begin(), mix.end(), asks_twin)) all.push_back({"$iothub/twin/res/#", 0});
    for (const auto& stream : mix) {
        if (stream.operation == Operation::method) all.push_back({"$iothub/methods/POST/#", 0});
        if (stream.operation == Operation::cloud_to_device)
            all.push_back({"devices/" + device_id + "/messages/devicebound/#", 1});
    }
    return all;
}

std::string refusal(std::uint8_t code) {
    return "refused with CONNACK " + std::to_string(code) + " (" + std::string(mqtt::return_code_text(code)) + ")";
}

}  // namespace

Device::Device(Site& site, std::uint32_t place, std::uint32_t number, actors::Identity identity)
    : site_(site), place_(place), number_(number), identity_(std::move(identity)) {
    telemetry_topic_ = "devices/" + identity_.device_id + "/messages/events/";
    for (const auto& stream : site_.plan.mix) {
        Lane one;
        one.stream = &stream;
        one.times = site_.schedule.times(stream, number_);
        lanes_.push_back(one);
    }
    if (identity_.has_certificate())
        tls_ = net::TlsContext::client(
            {.ca_pem = site_.endpoint.ca_pem, .chain_pem = identity_.certificate_pem, .key_pem = identity_.key_pem});
}

void Device::begin() { site_.alarms.add({site_.schedule.connect_due(number_), place_, connect_now}); }

void Device::connect(Operation as, Micros due) {
    attempt_ = as;
    attempt_due_ = due;
    attempt_ends_ = now() + Micros(site_.plan.patience);
    state_ = State::connecting;
    Connection::Callbacks told;
    told.opened = [this] { opened(); };
    told.received = [this](const mqtt::Packet& packet) { received(packet); };
    told.drained = [this] { written(); };
    told.ended = [this](const std::string& cause) { state_ == State::ready ? lost(cause) : attempt_failed(cause); };
    connection_ = std::make_unique<Connection>(site_.loop, site_.endpoint, tls_ ? *tls_ : *site_.tls,
                                               site_.plan.web_socket, std::move(told));
    site_.alarms.add({attempt_ends_, place_, attempt_late});
}

void Device::check_attempt() {
    const bool connects = state_ == State::connecting || state_ == State::subscribing;
    if (connects && now() >= attempt_ends_) attempt_failed("no answer in time");
}

void Device::opened() { send(connect_packet(site_.endpoint, identity_, site_.plan)); }

void Device::received(const mqtt::Packet& packet) {
    if (const auto* publish = std::get_if<mqtt::Publish>(&packet)) return take_publish(*publish);
    if (const auto* puback = std::get_if<mqtt::Puback>(&packet))
        return answered(Operation::telemetry, puback->packet_id, {});
    if (std::holds_alternative<mqtt::Pingresp>(packet)) awaits_pong_ = false;
    if (const auto* connack = std::get_if<mqtt::Connack>(&packet); connack != nullptr && state_ == State::connecting) {
        if (connack->return_code != 0) return attempt_failed(refusal(connack->return_code));
        accepted();
    }
    if (const auto* suback = std::get_if<mqtt::Suback>(&packet); suback != nullptr && state_ == State::subscribing) {
        const auto& codes = suback->return_codes;
        if (std::find(codes.begin(), codes.end(), mqtt::subscription_failure) != codes.end())
            return attempt_failed("a subscription was refused");
        is_ready();
    }
}

void Device::accepted() {
    auto wanted = subscriptions_for(site_.plan, identity_.device_id);
    if (wanted.empty()) return is_ready();
    state_ = State::subscribing;
    send(mqtt::Subscribe{1, std::move(wanted)});
}

void Device::is_ready() {
    state_ = State::ready;
    failures_ = 0;
    awaits_pong_ = false;
    site_.most_connected = std::max(site_.most_connected, ++site_.connected);
    site_.tally.done(attempt_, attempt_due_, now());
    if (auto* lane = lane_of(Operation::reconnect); attempt_ == Operation::reconnect && lane != nullptr)
        lane->in_flight = 0;
    wait_for_ping();
    pump_all();
}

void Device::attempt_failed(const std::string& cause) {
    state_ = State::away;
    connection_.reset();
    if (site_.ended) return;
    site_.tally.failed(attempt_, cause, now());
    if (auto* lane = lane_of(Operation::reconnect); attempt_ == Operation::reconnect && lane != nullptr)
        lane->in_flight = 0;
    come_back();
}

void Device::lost(const std::string& cause) {
    leave(false);
    if (site_.ended) return;
    site_.tally.failed(Operation::connect, "connection lost: " + cause, now());
    // What the back end waits for is its own to tell; nobody answers the rest any more.
    for (std::size_t i = pending_.size(); i-- > 0;) {
        const auto operation = lanes_[pending_[i].lane].stream->operation;
        if (operation != Operation::method && operation != Operation::cloud_to_device) finish(i, "connection lost");
    }
    if (auto* lane = lane_of(Operation::reconnect); lane != nullptr && reconnect_due_) {
        lane->in_flight = 0;  // it must come back anyway
        --lane->next;
        reconnect_due_.reset();
    }
    come_back();
}

// After 1, 2, 4, ... 30 seconds, not all at the same moment.
void Device::come_back() {
    if (mix_is_over_) return;
    const auto seconds = std::min<std::int64_t>(std::int64_t{1} << std::min(failures_, 5U), longest_back_off.count());
    ++failures_;
    const auto apart = std::chrono::milliseconds((number_ * 7919U) % 1000);
    site_.alarms.add({now() + std::chrono::seconds(seconds) + apart, place_, connect_now});
}

void Device::leave(bool says_goodbye) {
    if (state_ == State::ready) --site_.connected;
    if (says_goodbye && state_ == State::ready) send(mqtt::Disconnect{});
    state_ = State::away;
    connection_.reset();
}

void Device::disconnect() { leave(true); }

void Device::woke(std::uint32_t what) {
    switch (what) {
        case connect_now:
            if (state_ == State::away && !site_.ended && !mix_is_over_) {
                const auto due = failures_ == 0 ? site_.schedule.connect_due(number_) : now();
                connect(Operation::connect, due);
            }
            return;
        case attempt_late:
            return check_attempt();
        case answer_late:
            return expire();
        case ping:
            return keep_alive();
        default:
            lanes_[what - first_lane].alarmed = false;
            return pump(lanes_[what - first_lane]);
    }
}

void Device::send(const mqtt::Packet& packet) {
    if (!connection_) return;
    site_.output.clear();
    mqtt::encode_to(site_.output, packet);
    last_sent_ = now();
    connection_->send(site_.output);
}

// Three quarters of the keep alive without a packet, then a PINGREQ.
void Device::wait_for_ping() {
    if (ping_armed_ || site_.plan.keep_alive.count() == 0) return;
    ping_armed_ = true;
    site_.alarms.add({last_sent_ + Micros(site_.plan.keep_alive) * 3 / 4, place_, ping});
}

void Device::keep_alive() {
    ping_armed_ = false;
    if (state_ != State::ready || site_.ended) return;
    if (awaits_pong_) return lost("no PINGRESP in time");
    if (now() - last_sent_ >= Micros(site_.plan.keep_alive) * 3 / 4) {
        awaits_pong_ = true;
        send(mqtt::Pingreq{});
    }
    wait_for_ping();
}

}  // namespace hubspec::load
