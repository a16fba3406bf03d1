#include "harness/load/device.hpp"

#include <algorithm>
#include <charconv>

#include "harness/mqtt/encode.hpp"

namespace hubspec::load {

using namespace model;

namespace {

constexpr std::uint32_t packet_ids = 65'000;
constexpr mqtt::PacketId first_packet_id = 2;  // 1 is of SUBSCRIBE
constexpr const char* no_answer = "no answer in time";
constexpr const char* not_sent = "not sent in time";
constexpr std::string_view twin_answers = "$iothub/twin/res/";
constexpr std::string_view method_calls = "$iothub/methods/POST/";
constexpr std::string_view request_id = "$rid=";

/// Text of that size around what must be in it.
void fill(mqtt::Bytes& payload, std::string_view head, std::string_view tail, std::size_t size) {
    payload.assign(head.begin(), head.end());
    payload.resize(std::max(payload.size(), size - std::min(size, tail.size())), 'x');
    payload.insert(payload.end(), tail.begin(), tail.end());
}

std::uint32_t number_at(std::string_view text) {
    std::uint32_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::string_view request_id_in(std::string_view topic) {
    const auto at = topic.find(request_id);
    if (at == std::string_view::npos) return {};
    topic.remove_prefix(at + request_id.size());
    return topic.substr(0, topic.find('&'));
}

mqtt::Publish& publish_in(mqtt::Packet& packet) {
    if (!std::holds_alternative<mqtt::Publish>(packet)) packet = mqtt::Publish{};
    auto& publish = std::get<mqtt::Publish>(packet);
    publish.qos = 0;
    return publish;
}

}  // namespace

Micros Device::due_of(const Lane& one, std::uint64_t number) const {
    return site_.schedule.due(*one.stream, number_, number);
}

Device::Lane* Device::lane_of(Operation operation) {
    const auto found =
        std::find_if(lanes_.begin(), lanes_.end(), [&](const Lane& one) { return one.stream->operation == operation; });
    return found == lanes_.end() ? nullptr : &*found;
}

void Device::pump_all() {
    for (auto& one : lanes_) pump(one);
}

// What is due is begun as soon as there is room for it, and not before it is due, however fast the hub is.
void Device::pump(Lane& one) {
    if (mix_is_over_ || site_.ended) return;
    const auto time = now();
    skip_overdue(one, time);
    while (one.next < one.times && due_of(one, one.next) <= time) {
        if (state_ != State::ready || reconnect_due_ || one.in_flight >= one.stream->in_flight) return;
        start(one, due_of(one, one.next++));
    }
    if (one.next >= one.times || one.alarmed) return;
    one.alarmed = true;
    site_.alarms.add({due_of(one, one.next), place_, first_lane + static_cast<std::uint32_t>(&one - lanes_.data())});
}

// Its answer would be late whatever the hub did.
void Device::skip_overdue(Lane& one, Micros time) {
    const auto over = time - Micros(site_.plan.patience) - due_of(one, one.next);
    if (one.next >= one.times || over.count() < 0) return;
    const auto late = static_cast<std::uint64_t>(over / Micros(one.stream->every)) + 1;
    const auto skipped = std::min(late, one.times - one.next);
    one.next += skipped;
    site_.tally.failed(one.stream->operation, not_sent, time, skipped);
}

void Device::start(Lane& one, Micros due) {
    switch (one.stream->operation) {
        case Operation::connect:
            return;
        case Operation::telemetry:
            return send_telemetry(one, due);
        case Operation::twin_get:
        case Operation::reported:
            return ask(one, due);
        case Operation::method:
        case Operation::cloud_to_device:
            return use_back_end(one, due);
        case Operation::reconnect:
            one.in_flight = 1;
            reconnect_due_ = due;
            return reconnect();
    }
}

std::uint32_t Device::wait(Lane& one, Micros due) {
    const bool is_packet = one.stream->operation == Operation::telemetry;
    ++numbers_;
    const auto number = is_packet ? numbers_ % packet_ids + first_packet_id : numbers_;
    pending_.push_back({static_cast<std::size_t>(&one - lanes_.data()), number, due});
    ++one.in_flight;
    arm_deadline();
    return number;
}

void Device::send_telemetry(Lane& one, Micros due) {
    auto& publish = publish_in(site_.outgoing);
    publish.topic = telemetry_topic_;
    fill(publish.payload, "{\"load\":\"", "\"}", one.stream->size);
    publish.qos = one.stream->qos;
    if (publish.qos > 0) publish.packet_id = static_cast<mqtt::PacketId>(wait(one, due));
    send(site_.outgoing);
    if (publish.qos > 0) return;
    // Nobody acknowledges it: it is done when the system has taken it.
    if (connection_->queued() > 0)
        wait(one, due);
    else
        site_.tally.done(Operation::telemetry, due, now());
}

void Device::written() {
    for (std::size_t i = pending_.size(); i-- > 0;) {
        const auto& stream = *lanes_[pending_[i].lane].stream;
        if (stream.operation == Operation::telemetry && stream.qos == 0) finish(i, {});
    }
}

void Device::ask(Lane& one, Micros due) {
    const auto number = std::to_string(wait(one, due));
    auto& publish = publish_in(site_.outgoing);
    if (one.stream->operation == Operation::twin_get) {
        publish.topic = "$iothub/twin/GET/?$rid=" + number;
        publish.payload.clear();
    } else {
        publish.topic = "$iothub/twin/PATCH/properties/reported/?$rid=" + number;
        fill(publish.payload, "{\"load\":{\"number\":" + number + ",\"text\":\"", "\"}}", one.stream->size);
    }
    send(site_.outgoing);
}

void Device::use_back_end(Lane& one, Micros due) {
    const auto operation = one.stream->operation;
    const auto number = wait(one, due);
    BackEnd::Told told = [this, operation, number](const std::string& cause) {
        if (operation == Operation::cloud_to_device && cause.empty()) return;  // done when it has arrived
        site_.loop.post([this, operation, number, cause] { answered(operation, number, cause); });
    };
    if (operation == Operation::method)
        return site_.back_end->call(identity_.device_id, one.stream->size, std::move(told));
    mqtt::Bytes body;
    fill(body, std::to_string(number) + " ", "", one.stream->size);
    site_.back_end->send(identity_.device_id, std::move(body), std::move(told));
}

// What is under way is awaited: it would be lost by the device's own fault.
void Device::reconnect() {
    if (!reconnect_due_ || !pending_.empty() || state_ != State::ready) return;
    const auto due = *reconnect_due_;
    reconnect_due_.reset();
    leave(true);
    connect(Operation::reconnect, due);
}

void Device::answered(Operation operation, std::uint32_t number, const std::string& cause) {
    const auto found = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& one) {
        return one.number == number && lanes_[one.lane].stream->operation == operation;
    });
    if (found != pending_.end()) finish(static_cast<std::size_t>(found - pending_.begin()), cause);
}

void Device::finish(std::size_t number, const std::string& cause) {
    const auto one = pending_[number];
    pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(number));
    auto& of = lanes_[one.lane];
    --of.in_flight;
    if (cause.empty())
        site_.tally.done(of.stream->operation, one.due, now());
    else if (!site_.ended)
        site_.tally.failed(of.stream->operation, cause, now());
    reconnect();
    pump(of);
}

void Device::arm_deadline() {
    auto first = Micros::max();
    for (const auto& one : pending_) first = std::min(first, one.due + Micros(site_.plan.patience));
    if (first >= deadline_) return;
    deadline_ = first;
    site_.alarms.add({deadline_, place_, answer_late});
}

void Device::expire() {
    const auto time = now();
    if (time < deadline_) return;
    for (std::size_t i = pending_.size(); i-- > 0;)
        if (pending_[i].due + Micros(site_.plan.patience) <= time) finish(i, no_answer);
    deadline_ = Micros::max();
    arm_deadline();
}

void Device::take_publish(const mqtt::Publish& publish) {
    if (publish.qos == 1) send(mqtt::Puback{publish.packet_id});
    if (publish.topic.starts_with(twin_answers)) return twin_answered(publish.topic);
    if (publish.topic.starts_with(method_calls)) return answer_method(publish.topic);
    const std::string_view text(reinterpret_cast<const char*>(publish.payload.data()), publish.payload.size());
    answered(Operation::cloud_to_device, number_at(text), {});
}

void Device::twin_answered(std::string_view topic) {
    const auto status = number_at(topic.substr(twin_answers.size()));
    const auto number = number_at(request_id_in(topic));
    std::string cause;
    if (status != 200 && status != 204) cause = "status " + std::to_string(status);
    if (status == 429) cause += " " + std::string(throttled_mark);
    answered(Operation::twin_get, number, cause);
    answered(Operation::reported, number, cause);
}

void Device::answer_method(std::string_view topic) {
    auto& publish = publish_in(site_.outgoing);
    publish.topic = "$iothub/methods/res/200/?$rid=" + std::string(request_id_in(topic));
    publish.payload = {'{', '}'};
    send(site_.outgoing);
}

bool Device::is_busy() const {
    const bool connects = state_ == State::connecting || state_ == State::subscribing;
    const auto waits = [](const Lane& one) { return one.next < one.times; };
    return connects || reconnect_due_ || !pending_.empty() || std::any_of(lanes_.begin(), lanes_.end(), waits);
}

void Device::end_mix(bool interrupted) {
    if (!interrupted)
        for (auto& one : lanes_)
            site_.tally.failed(one.stream->operation, not_sent, now(), one.times - std::min(one.times, one.next));
    mix_is_over_ = true;
}

}  // namespace hubspec::load
