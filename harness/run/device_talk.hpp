#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/trace.hpp"
#include "harness/run/device_rules.hpp"

/// A trace of the hub seat, cut into the connections of the device.
namespace hubspec::run {

/// A packet on a connection. Indices here and below are those of the trace.
struct Said {
    std::size_t at = 0;
    bool by_device = false;
    const mqtt::Packet* packet = nullptr;
};

/// One connection of the device, as far as its packets can be read.
struct Dialogue {
    std::string connection;
    std::optional<std::size_t> opened;
    std::vector<Said> said;
    std::vector<Said> subscribing;            ///< of these SUBSCRIBE, UNSUBSCRIBE and SUBACK: a device may flood
    std::optional<std::size_t> disconnected;  ///< where the device sent DISCONNECT
    /// It was closed here, or the device's bytes were no MQTT; else the newest event of the trace.
    std::size_t end = 0;
};

struct Talk {
    const model::Trace& trace;
    const DeviceFacts& device;
    std::vector<Dialogue> dialogues;    ///< in the order in which they began
    std::deque<mqtt::Packet> unpacked;  ///< of the bytes that the hub sent as bytes
};

Talk talk_of(const model::Trace& trace, const DeviceFacts& device);

template <class Kind>
const Kind* packet_of(const Said& said, bool by_device) {
    return said.by_device == by_device ? std::get_if<Kind>(said.packet) : nullptr;
}
/// What the device said; nullptr when it is of another kind, or the hub's.
template <class Kind>
const Kind* from_device(const Said& said) {
    return packet_of<Kind>(said, true);
}
template <class Kind>
const Kind* from_hub(const Said& said) {
    return packet_of<Kind>(said, false);
}

/// The first packet of that kind; nullptr without one.
template <class Kind>
const Kind* first_of(const Dialogue& dialogue, bool by_device) {
    for (const auto& said : dialogue.said)
        if (const auto* packet = packet_of<Kind>(said, by_device)) return packet;
    return nullptr;
}

/// Calls `look(dialogue, index, packet)` for each packet of that kind that the device sent.
template <class Kind, class Look>
void for_each_from_device(const Talk& talk, Look look) {
    for (const auto& dialogue : talk.dialogues)
        for (const auto& said : dialogue.said)
            if (const auto* packet = from_device<Kind>(said)) look(dialogue, said.at, *packet);
}

std::chrono::microseconds time_between(const Talk& talk, std::size_t from, std::size_t to);
/// Where the device stopped to speak of its own accord, by DISCONNECT, or could no longer be heard.
std::size_t last_word(const Dialogue& dialogue);
/// The device sent DISCONNECT: nothing that is missing can still be on its way.
bool is_finished(const Dialogue& dialogue);
/// The connection was there for so long after `from` that what is missing is not on its way.
bool is_patient(const Talk& talk, const Dialogue& dialogue, std::size_t from, std::chrono::seconds patience);

/// How a topic of the hub stands with the device's subscriptions.
enum class Standing {
    granted,    ///< SUBACK was sent before
    requested,  ///< SUBSCRIBE came before, SUBACK had not been sent
    kept,       ///< the session of clean session 0 may have it
    forgotten,  ///< an earlier connection subscribed to it, and the hub has said that it keeps no session
    later,      ///< SUBSCRIBE came on this connection, but afterwards
    never
};
Standing standing(const Talk& talk, const Dialogue& dialogue, std::size_t at, std::string_view topic);

}  // namespace hubspec::run
