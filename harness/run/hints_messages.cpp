// Telemetry and cloud-to-device messages; what gives a general MQTT broker away.

#include <algorithm>

#include "harness/iothub/topic.hpp"
#include "harness/mqtt/topic.hpp"
#include "harness/run/hints.hpp"

namespace hubspec::run {

using namespace model;

namespace {

constexpr std::string_view device_bound = "/messages/devicebound/";

bool is_device_bound(const mqtt::Publish* publish) {
    return publish != nullptr && publish->topic.starts_with("devices/") &&
           publish->topic.find(device_bound) != std::string::npos;
}

// A hub never sends back what a device published.
bool echoes(const Scene& scene, const mqtt::Publish& received) {
    return std::any_of(scene.trace.begin(), scene.trace.end(), [&](const Event& event) {
        const auto* sent = std::get_if<PacketSent>(&event.form);
        const auto* publish = sent != nullptr ? std::get_if<mqtt::Publish>(&sent->packet) : nullptr;
        return publish != nullptr && publish->topic == received.topic && publish->payload == received.payload;
    });
}

bool is_echo(const Scene& scene, bool retained) {
    for (std::size_t index = 0; index < scene.end; ++index) {
        const auto* event = event_at<PacketReceived>(scene, index);
        const auto* publish = event != nullptr ? std::get_if<mqtt::Publish>(&event->packet) : nullptr;
        if (publish != nullptr && publish->retain == retained && echoes(scene, *publish)) return true;
    }
    return false;
}

bool acknowledges_quality_two(const Scene& scene) {
    for (std::size_t index = scene.connect.value_or(0); index < scene.end; ++index)
        if (received_at<mqtt::Pubrec>(scene, index) != nullptr) return true;
    return false;
}

bool grants_quality_two(const Scene& scene) {
    const auto* suback = shown<mqtt::Suback>(scene);
    return suback != nullptr &&
           std::find(suback->return_codes.begin(), suback->return_codes.end(), 2) != suback->return_codes.end();
}

bool refuses_filter(const Scene& scene) {
    const auto* suback = shown<mqtt::Suback>(scene);
    return suback != nullptr && std::find(suback->return_codes.begin(), suback->return_codes.end(),
                                          mqtt::subscription_failure) != suback->return_codes.end();
}

bool has_old_retain_property(const Scene& scene) {
    const auto* seen = event_at<TelemetrySeen>(scene, scene.finding.trace_line);
    return seen != nullptr && to_json(seen->message).find("\"x-opt-retain\"") != std::string::npos;
}

bool bag_begins_with_question_mark(const Scene& scene) {
    const auto* publish = shown<mqtt::Publish>(scene);
    return is_device_bound(publish) && iothub::split_topic(publish->topic).question_mark;
}

bool awaits_cloud_to_device(const Scene& scene) {
    return scene.finding.expected.starts_with("hub: publish") && expects(scene, "topic devices/") &&
           expects(scene, device_bound);
}

// On an earlier connection, whose session may have been kept.
bool had_subscribed(const Scene& scene, const std::string& topic) {
    return std::any_of(scene.trace.begin(), scene.trace.begin() + static_cast<std::ptrdiff_t>(*scene.connect),
                       [&](const Event& event) {
                           const auto* sent = std::get_if<PacketSent>(&event.form);
                           const auto* packet = sent != nullptr ? std::get_if<mqtt::Subscribe>(&sent->packet) : nullptr;
                           return packet != nullptr && !packet->subscriptions.empty() &&
                                  mqtt::matches(packet->subscriptions.front().filter, topic);
                       });
}

bool waits_unsubscribed(const Scene& scene, bool subscribed_before) {
    const auto* connect = sent_at<mqtt::Connect>(scene, scene.connect);
    if (connect == nullptr || has_kept_session(scene) || !awaits_cloud_to_device(scene)) return false;
    const auto topic = "devices/" + connect->client_id + "/messages/devicebound/";
    return !scene.finding.trace_line && !is_subscribed(scene, topic, scene.end) &&
           had_subscribed(scene, topic) == subscribed_before;
}

}  // namespace

std::vector<Hint> hints_of_messages() {
    return {
        {"retained-echo", "D2C-11",
         "What was published with RETAIN came back as a retained message. This looks like a general MQTT broker, not "
         "an IoT hub: a hub stores none.",
         [](const Scene& scene) { return is_echo(scene, true); }},
        {"echo", "SCOPE-03",
         "What a device published came back to a device. This looks like a general MQTT broker, not an IoT hub: check "
         "`address:` and `ports:` of the target file.",
         [](const Scene& scene) { return is_echo(scene, false); }},
        {"quality-two-is-acknowledged", "D2C-09",
         "QoS 2 was answered with PUBREC, as general MQTT brokers do: a hub has no QoS 2.", acknowledges_quality_two},
        {"quality-two-is-granted", "C2D-19", "QoS 2 was granted, as general MQTT brokers do: a hub grants 1 at most.",
         grants_quality_two},
        {"filter-is-refused", "X-SUB-03",
         "The hub refused a filter with 0x80: probably it does not offer that feature, or the filter has another "
         "device's id.",
         refuses_filter},
        {"delivered-with-retain", "D2C-11",
         "The message has RETAIN 1. A hub stores no retained messages; an emulator on top of a general MQTT broker "
         "may.",
         [](const Scene& scene) {
             const auto* publish = shown<mqtt::Publish>(scene);
             return publish != nullptr && publish->retain;
         }},
        {"old-retain-property", "D2C-12",
         "x-opt-retain was the name in the documents of 2017 and 2018; it is mqtt-retain today.",
         has_old_retain_property},
        {"bag-begins-with-question-mark", "X-TOPIC-05",
         "The property bag begins with '?', as an example in the document has it (C2D-18); live hubs send none, and "
         "clients take it for a part of the first name.",
         bag_begins_with_question_mark},
        {"cloud-to-device-is-not-subscribed", "C2D-05",
         "This device has not subscribed to devices/ID/messages/devicebound/#: the hub keeps the messages until it "
         "does.",
         [](const Scene& scene) { return waits_unsubscribed(scene, false); }},
        {"session-was-forgotten", "C2D-07",
         "The subscription of the earlier connection is gone: CONNACK says that there is no session. Connect with "
         "clean "
         "session 0 each time; a hub then keeps it.",
         [](const Scene& scene) { return waits_unsubscribed(scene, true); }},
    };
}

}  // namespace hubspec::run
