// Rules of MQTT itself: its packets, their identifiers, the end.

#include <algorithm>
#include <map>
#include <set>

#include "harness/run/device_rule.hpp"

namespace hubspec::run {

using namespace model;

namespace {

/// The clause as the catalogue has it: "MQTT 2.2.1" is a section, which it writes like a statement.
std::string id_of_clause(std::string clause) {
    std::ranges::replace(clause, ' ', '-');
    return clause;
}

/// What the decoder may find in packets of a client and the catalogue has a row for.
const std::vector<std::string>& clauses() {
    static const std::vector<std::string> all{
        "MQTT-1.5.3-1",  "MQTT-1.5.3-2",  "MQTT-2.2.1",    "MQTT-2.2.2-2",  "MQTT-2.2.3",    "MQTT-2.3.1-1",
        "MQTT-2.3.1-6",  "MQTT-3.1.2-3",  "MQTT-3.1.2-9",  "MQTT-3.1.2-13", "MQTT-3.1.2-14", "MQTT-3.1.2-15",
        "MQTT-3.1.2-19", "MQTT-3.1.2-21", "MQTT-3.1.2-22", "MQTT-3.1.3-3",  "MQTT-3.3.1-2",  "MQTT-3.3.1-4",
        "MQTT-3.3.2-2",  "MQTT-3.6.1-1",  "MQTT-3.8.1-1",  "MQTT-3.8.3-3",  "MQTT-3-8.3-4",  "MQTT-3.10.1-1",
        "MQTT-3.10.3-2", "MQTT-3.14.1-1", "MQTT-4.7.1-1",  "MQTT-4.7.1-2",  "MQTT-4.7.1-3",  "MQTT-4.7.3-1"};
    return all;
}

const Dialogue* dialogue_that_ends(const Talk& talk, std::size_t at) {
    const auto found = std::ranges::find(talk.dialogues, at, &Dialogue::end);
    return found != talk.dialogues.end() ? &*found : nullptr;
}

Breaches malformed(const Talk& talk) {
    Breaches found;
    for (std::size_t at = 0; at < talk.trace.size(); ++at) {
        const auto* received = std::get_if<MalformedReceived>(&talk.trace[at].form);
        if (received == nullptr) continue;
        const auto& [clause, text, offset] = received->problem;
        Breach breach{dialogue_that_ends(talk, at), at, text + " [" + clause + "]"};
        const auto id = id_of_clause(clause);
        if (std::ranges::find(clauses(), id) != clauses().end()) breach.requirements = {id};
        found.push_back(std::move(breach));
    }
    return found;
}

Breaches quality_two(const Talk& talk) {
    Breaches found;
    for_each_from_device<mqtt::Publish>(talk, [&](const Dialogue& dialogue, std::size_t at, const auto& publish) {
        if (publish.qos == 2) found.push_back({&dialogue, at, "a message to " + quoted(publish.topic) + " has QoS 2"});
    });
    return found;
}

bool is_of_quality_two(const mqtt::Packet& packet) {
    const auto* publish = std::get_if<mqtt::Publish>(&packet);
    return std::holds_alternative<mqtt::Pubrec>(packet) || std::holds_alternative<mqtt::Pubrel>(packet) ||
           std::holds_alternative<mqtt::Pubcomp>(packet) || (publish != nullptr && publish->qos == 2);
}

// A hub that speaks of QoS 2, because it is told to, may be answered so.
Breaches handshake_of_quality_two(const Talk& talk) {
    Breaches found;
    for (const auto& dialogue : talk.dialogues)
        for (const auto& said : dialogue.said) {
            if (!is_of_quality_two(*said.packet)) continue;
            if (!said.by_device) break;
            if (!std::holds_alternative<mqtt::Publish>(*said.packet))
                found.push_back({&dialogue, said.at, std::string(mqtt::packet_name(*said.packet)) + " came"});
        }
    return found;
}

std::optional<mqtt::PacketId> id_that_begins(const mqtt::Packet& packet) {
    if (const auto* publish = std::get_if<mqtt::Publish>(&packet); publish != nullptr && publish->qos > 0)
        return publish->packet_id;
    if (const auto* subscribe = std::get_if<mqtt::Subscribe>(&packet)) return subscribe->packet_id;
    if (const auto* unsubscribe = std::get_if<mqtt::Unsubscribe>(&packet)) return unsubscribe->packet_id;
    return std::nullopt;
}

std::optional<mqtt::PacketId> id_that_ends(const mqtt::Packet& packet) {
    if (const auto* one = std::get_if<mqtt::Puback>(&packet)) return one->packet_id;
    if (const auto* one = std::get_if<mqtt::Pubcomp>(&packet)) return one->packet_id;
    if (const auto* one = std::get_if<mqtt::Suback>(&packet)) return one->packet_id;
    if (const auto* one = std::get_if<mqtt::Unsuback>(&packet)) return one->packet_id;
    return std::nullopt;
}

bool is_same_message(const mqtt::Publish& left, const mqtt::Publish& right) {
    return left.topic == right.topic && left.payload == right.payload;
}

/// The second use of an identifier that is still in use; nullopt where it is the same packet once more.
std::optional<Breach> second_use(const Dialogue& dialogue, const Said& said, const Said& former, mqtt::PacketId id) {
    const auto* publish = std::get_if<mqtt::Publish>(said.packet);
    const auto* before = std::get_if<mqtt::Publish>(former.packet);
    const auto number = std::to_string(id);
    if (publish != nullptr && before != nullptr && is_same_message(*publish, *before)) {
        if (publish->dup) return std::nullopt;
        return Breach{&dialogue,
                      said.at,
                      "the message with the identifier " + number + " is sent again with DUP 0",
                      {"MQTT-2.3.1-2", "MQTT-3.3.1-1"}};
    }
    if (publish == nullptr && *said.packet == *former.packet) return std::nullopt;
    return Breach{&dialogue, said.at,
                  "the identifier " + number + " of this " + std::string(mqtt::packet_name(*said.packet)) +
                      " is that of a " + std::string(mqtt::packet_name(*former.packet)) + " without an answer"};
}

Breaches identifier_in_use(const Talk& talk) {
    Breaches found;
    for (const auto& dialogue : talk.dialogues) {
        std::map<mqtt::PacketId, Said> in_use;
        for (const auto& said : dialogue.said) {
            if (!said.by_device) {
                if (const auto id = id_that_ends(*said.packet)) in_use.erase(*id);
                continue;
            }
            const auto id = id_that_begins(*said.packet);
            if (!id) continue;
            if (const auto former = in_use.find(*id); former != in_use.end())
                if (auto breach = second_use(dialogue, said, former->second, *id)) found.push_back(std::move(*breach));
            in_use[*id] = said;
        }
    }
    return found;
}

/// What the device has said so far at QoS 1, by topic and payload.
using Messages = std::set<std::pair<std::string, mqtt::Bytes>>;

// What the hub never saw may have been lost with a connection, or be left over from before the trace. On the first
// connection it is neither when the program is fresh, nor when a new message has gone before: what is left goes first.
Breaches first_try_is_marked(const Talk& talk) {
    Breaches found;
    if (talk.dialogues.empty()) return found;
    const auto& dialogue = talk.dialogues.front();
    Messages seen;
    bool has_begun = talk.device.is_fresh;
    for (const auto& said : dialogue.said) {
        const auto* publish = from_device<mqtt::Publish>(said);
        if (publish == nullptr || publish->qos == 0) continue;
        const bool is_new = seen.emplace(publish->topic, publish->payload).second;
        if (is_new && publish->dup && has_begun)
            found.push_back({&dialogue, said.at,
                             "a message to " + quoted(publish->topic) + " that was never sent before has DUP 1"});
        has_begun = has_begun || (is_new && !publish->dup);
    }
    return found;
}

Breaches word_after_the_last(const Talk& talk) {
    Breaches found;
    for (const auto& dialogue : talk.dialogues) {
        bool is_over = false;
        for (const auto& said : dialogue.said) {
            if (!said.by_device) continue;
            if (is_over)
                found.push_back(
                    {&dialogue, said.at, std::string(mqtt::packet_name(*said.packet)) + " follows DISCONNECT"});
            is_over = is_over || from_device<mqtt::Disconnect>(said) != nullptr;
        }
    }
    return found;
}

}  // namespace

std::vector<Rule> rules_of_packets() {
    return {
        {.name = "packets-keep-to-mqtt",
         .requirements = {"MQTT-4.8.0-1"},
         .sentence = "Every packet keeps to MQTT 3.1.1.",
         .find = malformed,
         .further = clauses()},
        {"quality-is-at-most-1", {"D2C-09", "D2C-10"}, "No message has QoS 2.", quality_two},
        {"quality-2-is-not-spoken",
         {"D2C-09"},
         "PUBREC, PUBREL and PUBCOMP do not occur: there is no QoS 2.",
         handshake_of_quality_two},
        {.name = "packet-ids-are-free",
         .requirements = {"MQTT-2.3.1-2"},
         .sentence = "A packet identifier in use names no other packet, and what is sent again has DUP 1.",
         .find = identifier_in_use,
         .further = {"MQTT-3.3.1-1"}},
        {"a-first-try-is-no-duplicate",
         {"MQTT-4.3.2-1"},
         "DUP is 0 when a message is sent for the first time.",
         first_try_is_marked},
        {"nothing-follows-disconnect",
         {"MQTT-3.14.4-1", "MQTT-3.14.4-2"},
         "After DISCONNECT nothing is sent.",
         word_after_the_last},
    };
}

}  // namespace hubspec::run
