// Rules of messages at QoS 1, in both directions.

#include <algorithm>
#include <map>
#include <set>

#include "harness/iothub/topic.hpp"
#include "harness/mqtt/topic.hpp"
#include "harness/run/device_rule.hpp"

namespace hubspec::run {

using namespace model;

namespace {

constexpr std::chrono::seconds patience_with_puback{5};
constexpr std::chrono::seconds patience_with_redelivery{10};

const mqtt::Publish* delivery_in(const Said& said) {
    const auto* publish = from_hub<mqtt::Publish>(said);
    return publish != nullptr && publish->qos == 1 ? publish : nullptr;
}

bool is_subscribed_somewhere(const Talk& talk, std::string_view topic) {
    bool found = false;
    for_each_from_device<mqtt::Subscribe>(talk, [&](const Dialogue&, std::size_t, const auto& subscribe) {
        for (const auto& one : subscribe.subscriptions) found = found || mqtt::matches(one.filter, topic);
    });
    return found;
}

// X-SESS-05: what a kept session brings may wait until the application takes messages again.
bool may_hold_back(const Dialogue& dialogue) {
    const auto* connack = first_of<mqtt::Connack>(dialogue, false);
    return connack != nullptr && connack->session_present && first_of<mqtt::Subscribe>(dialogue, true) == nullptr;
}

Breaches not_acknowledged(const Talk& talk) {
    Breaches found;
    for (const auto& dialogue : talk.dialogues) {
        std::map<mqtt::PacketId, std::size_t> open;
        for (const auto& said : dialogue.said) {
            if (const auto* delivery = delivery_in(said)) open.try_emplace(delivery->packet_id, said.at);
            if (const auto* puback = from_device<mqtt::Puback>(said)) open.erase(puback->packet_id);
        }
        if (may_hold_back(dialogue)) continue;
        for (const auto& said : dialogue.said) {
            const auto* delivery = delivery_in(said);
            if (delivery == nullptr || !open.contains(delivery->packet_id) || open[delivery->packet_id] != said.at)
                continue;
            if (!is_patient(talk, dialogue, said.at, patience_with_puback)) continue;
            if (!is_subscribed_somewhere(talk, delivery->topic)) continue;
            found.push_back({&dialogue, said.at,
                             "no PUBACK " + std::to_string(delivery->packet_id) + " came for the message to " +
                                 quoted(delivery->topic) + " within " + std::to_string(patience_with_puback.count()) +
                                 " s"});
        }
    }
    return found;
}

// An application may acknowledge late, on another connection than that of the delivery.
Breaches nothing_to_acknowledge(const Talk& talk) {
    Breaches found;
    std::set<mqtt::PacketId> delivered;
    for (const auto& dialogue : talk.dialogues)
        for (const auto& said : dialogue.said) {
            if (const auto* delivery = delivery_in(said)) delivered.insert(delivery->packet_id);
            const auto* puback = from_device<mqtt::Puback>(said);
            if (puback != nullptr && !delivered.contains(puback->packet_id))
                found.push_back(
                    {&dialogue, said.at, "PUBACK " + std::to_string(puback->packet_id) + " came for no delivery"});
        }
    return found;
}

/// How often one packet identifier was delivered and acknowledged on a connection.
struct Count {
    std::size_t deliveries = 0, acknowledgements = 0;
};

// What was delivered on an earlier connection may be acknowledged late, beside what is delivered again.
Breaches acknowledged_again(const Talk& talk) {
    Breaches found;
    std::set<mqtt::PacketId> earlier;
    for (const auto& dialogue : talk.dialogues) {
        std::map<mqtt::PacketId, Count> counts;
        for (const auto& said : dialogue.said) {
            if (const auto* delivery = delivery_in(said)) ++counts[delivery->packet_id].deliveries;
            const auto* puback = from_device<mqtt::Puback>(said);
            if (puback == nullptr || earlier.contains(puback->packet_id)) continue;
            auto& count = counts[puback->packet_id];
            if (count.deliveries > 0 && ++count.acknowledgements > count.deliveries)
                found.push_back({&dialogue, said.at, "PUBACK " + std::to_string(puback->packet_id) + " came again"});
        }
        for (const auto& [id, count] : counts)
            if (count.deliveries > 0) earlier.insert(id);
    }
    return found;
}

/// Messages of the device that the hub has not acknowledged on their connection.
std::map<mqtt::PacketId, const mqtt::Publish*> pending_at_the_end(const Dialogue& dialogue) {
    std::map<mqtt::PacketId, const mqtt::Publish*> pending;
    for (const auto& said : dialogue.said) {
        if (const auto* publish = from_device<mqtt::Publish>(said); publish != nullptr && publish->qos == 1)
            pending.insert_or_assign(publish->packet_id, publish);
        if (const auto* puback = from_hub<mqtt::Puback>(said)) pending.erase(puback->packet_id);
    }
    return pending;
}

/// The first time that each message of a connection was sent, by topic and payload.
using Messages = std::map<std::pair<std::string_view, std::string_view>, const Said*>;

std::pair<std::string_view, std::string_view> content_of(const mqtt::Publish& publish) {
    return {publish.topic, text_of(publish.payload)};
}

Messages messages_of(const Dialogue& dialogue) {
    Messages messages;
    for (const auto& said : dialogue.said)
        if (const auto* publish = from_device<mqtt::Publish>(said)) messages.try_emplace(content_of(*publish), &said);
    return messages;
}

bool is_accepted(const Dialogue& dialogue) {
    const auto* connack = first_of<mqtt::Connack>(dialogue, false);
    return connack != nullptr && connack->return_code == 0;
}

/// Calls `look(former, next)` for each connection that goes on with the session of the one before it.
template <class Look>
void for_each_resumption(const Talk& talk, Look look) {
    for (std::size_t number = 1; number < talk.dialogues.size(); ++number) {
        const auto& next = talk.dialogues[number];
        const auto* connect = first_of<mqtt::Connect>(next, true);
        if (connect != nullptr && !connect->clean_session && is_accepted(next)) look(talk.dialogues[number - 1], next);
    }
}

Breaches not_sent_again(const Talk& talk) {
    Breaches found;
    for_each_resumption(talk, [&](const Dialogue& former, const Dialogue& next) {
        const std::size_t begun = next.said.front().at;
        if (is_finished(former) || !is_patient(talk, next, begun, patience_with_redelivery)) return;
        const auto messages = messages_of(next);
        for (const auto& [id, lost] : pending_at_the_end(former)) {
            const auto topic = iothub::parse_device_topic(lost->topic);
            if (!std::holds_alternative<iothub::TelemetryTopic>(topic)) continue;  // requests have their own time-outs
            if (messages.contains(content_of(*lost))) continue;
            found.push_back({&next, begun,
                             "the message " + std::to_string(id) + " to " + quoted(lost->topic) +
                                 ", which was not acknowledged on " + former.connection + ", did not come again"});
        }
    });
    return found;
}

// With a new identifier it is a new message, as the Node SDK has it; with its own it is the old one (X-D2C-08).
Breaches sent_again_without_mark(const Talk& talk) {
    Breaches found;
    for_each_resumption(talk, [&](const Dialogue& former, const Dialogue& next) {
        const auto messages = messages_of(next);
        for (const auto& [id, lost] : pending_at_the_end(former)) {
            const auto again = messages.find(content_of(*lost));
            if (again == messages.end()) continue;
            const auto& publish = std::get<mqtt::Publish>(*again->second->packet);
            if (publish.dup || publish.qos != 1 || publish.packet_id != id) continue;
            found.push_back(
                {&next, again->second->at, "the message " + std::to_string(id) + " comes again with DUP 0"});
        }
    });
    return found;
}

}  // namespace

std::vector<Rule> rules_of_deliveries() {
    return {
        {"deliveries-are-acknowledged", {"MQTT-3.3.4-1"}, "Each message at QoS 1 is acknowledged.", not_acknowledged},
        {"only-deliveries-are-acknowledged",
         {"MQTT-2.3.1-6"},
         "PUBACK has the packet identifier of a message that was delivered.",
         nothing_to_acknowledge},
        {"deliveries-are-acknowledged-once",
         {"MQTT-2.3.1-6", "X-DEV-07"},
         "There is one PUBACK for each delivery.",
         acknowledged_again},
        {"telemetry-is-sent-again",
         {"X-D2C-08"},
         "Telemetry that was not acknowledged is sent again in the next connection of the session.",
         not_sent_again},
        {"what-is-sent-again-is-marked", {"X-D2C-08"}, "What is sent again has DUP 1.", sent_again_without_mark},
    };
}

}  // namespace hubspec::run
