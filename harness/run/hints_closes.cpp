// Why an open connection ended. MQTT 3.1.1 has no word for it: the packets before the close must tell.

#include <algorithm>

#include "harness/iothub/topic.hpp"
#include "harness/run/hints.hpp"

namespace hubspec::run {

using namespace model;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr milliseconds longest_silence{1767000};  // KEEP-10
constexpr std::size_t largest_message = 262144;   // X-D2C-01

// What a hub may be late by, and what timers round.
milliseconds late(milliseconds time) { return time + time / 10 + seconds(5); }
milliseconds early(milliseconds time) { return time - time / 50; }

milliseconds keep_alive(const Scene& scene) {
    const auto* connect = sent_at<mqtt::Connect>(scene, scene.connect);
    return seconds(connect != nullptr ? connect->keep_alive : 0);
}

milliseconds longest_wait(const Scene& scene) { return keep_alive(scene) + keep_alive(scene) / 2; }

bool is_capped(const Scene& scene) { return keep_alive(scene).count() == 0 || longest_wait(scene) > longest_silence; }

bool was_silent(const Scene& scene, milliseconds from, milliseconds to) {
    const auto silence = is_closed(scene) ? silence_before_close(scene) : std::nullopt;
    return silence && silence->may_be(from, to);
}

bool closed_by_keep_alive(const Scene& scene) {
    return !is_capped(scene) && !expects(scene, "never") &&
           was_silent(scene, early(longest_wait(scene)), late(longest_wait(scene)));
}

bool closed_by_cap(const Scene& scene) {
    return is_capped(scene) && !expects(scene, "never") &&
           was_silent(scene, longest_silence - seconds(5), longest_silence + seconds(30));
}

// Whenever it was within that silence: it was too early.
bool closed_too_early(const Scene& scene) {
    const auto wait = is_capped(scene) ? longest_silence : longest_wait(scene);
    const auto silence = is_closed(scene) ? silence_before_close(scene) : std::nullopt;
    return silence && silence->most >= wait / 2 && silence->most < wait;
}

// Nothing was sent on this connection since, and both are the same client's.
bool was_displaced(const Scene& scene) {
    const auto* own = sent_at<mqtt::Connect>(scene, scene.connect);
    if (!is_closed(scene) || own == nullptr || !scene.last_request) return false;
    for (std::size_t index = *scene.close; index-- > *scene.last_request;) {
        const auto* sent = event_at<PacketSent>(scene, index);
        const auto* other = sent != nullptr ? std::get_if<mqtt::Connect>(&sent->packet) : nullptr;
        if (other != nullptr && sent->connection != scene.connection && other->client_id == own->client_id)
            return hub_time(scene, *scene.close) - hub_time(scene, index) < seconds(10);
    }
    return false;
}

template <class Kind>
const Kind* last_words(const Scene& scene) {
    return is_closed(scene) && scene.connack ? sent_at<Kind>(scene, scene.last_request) : nullptr;
}

// The hub spoke between the last packet and the close: it is not what the close answers.
bool was_answered(const Scene& scene) {
    for (std::size_t index = *scene.last_request; index < *scene.close; ++index) {
        const auto* event = event_at<PacketReceived>(scene, index);
        if (event != nullptr && event->connection == scene.connection) return true;
    }
    return false;
}

std::string device_of(const Scene& scene) {
    const auto* connect = sent_at<mqtt::Connect>(scene, scene.connect);
    const auto id = connect != nullptr ? connect->client_id : std::string{};
    return id.substr(0, id.find('/'));
}

std::optional<std::string> module_of(const Scene& scene) {
    const auto* connect = sent_at<mqtt::Connect>(scene, scene.connect);
    const auto at = connect != nullptr ? connect->client_id.find('/') : std::string::npos;
    return at == std::string::npos ? std::nullopt : std::optional(connect->client_id.substr(at + 1));
}

bool is_supported(const Scene& scene, const std::string& filter) {
    return iothub::channel_of_filter(filter, device_of(scene), module_of(scene)) != iothub::Channel::unsupported ||
           filter.starts_with("$iothub/credential");
}

bool subscribed_to_nothing_known(const Scene& scene) {
    const auto* subscribe = last_words<mqtt::Subscribe>(scene);
    return subscribe != nullptr && std::any_of(subscribe->subscriptions.begin(), subscribe->subscriptions.end(),
                                               [&](const auto& one) { return !is_supported(scene, one.filter); });
}

bool published_nothing_known(const Scene& scene) {
    const auto* publish = last_words<mqtt::Publish>(scene);
    return publish != nullptr && !was_answered(scene) && !publish->topic.starts_with("$iothub/credential") &&
           std::holds_alternative<iothub::UnsupportedTopic>(iothub::parse_device_topic(publish->topic));
}

bool published_for_another(const Scene& scene) {
    const auto* publish = last_words<mqtt::Publish>(scene);
    if (publish == nullptr || was_answered(scene)) return false;
    const auto topic = iothub::parse_device_topic(publish->topic);
    const auto* telemetry = std::get_if<iothub::TelemetryTopic>(&topic);
    return telemetry != nullptr &&
           (telemetry->device_id != device_of(scene) || telemetry->module_id != module_of(scene));
}

bool used_standard_tier(const Scene& scene) {
    const auto* publish = last_words<mqtt::Publish>(scene);
    if (publish != nullptr) return publish->topic.starts_with("$iothub/") && !was_answered(scene);
    const auto* subscribe = last_words<mqtt::Subscribe>(scene);
    return subscribe != nullptr && !was_answered(scene) &&
           std::any_of(subscribe->subscriptions.begin(), subscribe->subscriptions.end(),
                       [](const auto& one) { return one.filter.starts_with("$iothub/"); });
}

bool token_ran_out(const Scene& scene) {
    const auto life = token_life(scene);
    if (!is_closed(scene) || !scene.connack || !life || life->count() <= 0) return false;
    return hub_time(scene, *scene.close) - hub_time(scene, *scene.connect) >= *life;
}

bool closed_after_acceptance(const Scene& scene) {
    return is_closed(scene) && return_code(scene) == 0 && scene.last_request == scene.connect &&
           hub_time(scene, *scene.close) - hub_time(scene, *scene.connack) < seconds(5);
}

}  // namespace

std::vector<Hint> hints_of_closes() {
    return {
        {"second-connect-on-a-connection", "X-CONN-20",
         "A second CONNECT came on one connection: that is a protocol violation, and hubs close for it.",
         [](const Scene& scene) { return is_closed(scene) && is_second_connect(scene); }},
        {"displaced-by-a-new-connection", "CONN-10",
         "The same device id had just connected again elsewhere: a hub keeps the newest connection and ends the older.",
         was_displaced},
        {"closed-after-quality-two", "D2C-10",
         "A PUBLISH with QoS 2 came before: hubs do not support it and close the connection.",
         [](const Scene& scene) {
             const auto* publish = last_words<mqtt::Publish>(scene);
             return publish != nullptr && publish->qos == 2;
         }},
        {"closed-after-a-large-message", "X-D2C-02",
         "The message before was larger than the 256 KB that a hub takes: over MQTT that ends the connection.",
         [](const Scene& scene) {
             const auto* publish = last_words<mqtt::Publish>(scene);
             return publish != nullptr && publish->payload.size() > largest_message;
         }},
        {"closed-after-an-unsupported-filter", "X-SUB-01",
         "The SUBSCRIBE before has a filter that the hub does not offer: hubs are reported to close rather than to "
         "answer 0x80.",
         subscribed_to_nothing_known},
        {"closed-after-another-devices-topic", "X-TOPIC-26",
         "The PUBLISH before was on the topic of another identity: a device may use its own topics only.",
         published_for_another},
        {"closed-after-an-unsupported-topic", "X-SUB-09",
         "The PUBLISH before was on a topic that the hub does not offer: it is no broker for topics of one's own, and "
         "closes.",
         published_nothing_known},
        {"closed-after-a-standard-feature", "X-CONN-29",
         "The close came after a packet for twins or direct methods. If all such cases end so, the hub is probably of "
         "the basic tier, which has neither: say `capabilities: {tier: basic}` in the target file.",
         used_standard_tier},
        {"token-ran-out", "X-SAS-17",
         "The SAS token of this connection had expired: a hub ends the connection then, and the device must connect "
         "again with a new one.",
         token_ran_out},
        {"closed-by-keep-alive", "KEEP-09",
         "Nothing was sent for 1.5 times the keep alive, which is when a hub gives a client up: send PINGREQ, or ask "
         "for "
         "a longer keep alive.",
         closed_by_keep_alive},
        {"closed-by-the-cap-of-keep-alive", "KEEP-10",
         "Nothing was sent for 1767 s: a hub waits no longer than that, whatever keep alive was asked for.",
         closed_by_cap},
        {"closed-in-a-short-silence", "KEEP-09",
         "The hub closed while nothing was sent, but before 1.5 times the keep alive (1767 s at most) had passed; it "
         "must wait so long.",
         closed_too_early},
        {"closed-right-after-connack", "X-CONN-26",
         "The hub accepted the client and closed at once. Hubs whose daily quota of messages is used up are reported "
         "to "
         "do so; a failing emulator may too.",
         closed_after_acceptance},
    };
}

}  // namespace hubspec::run
