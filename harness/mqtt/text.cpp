#include "harness/mqtt/text.hpp"

#include <algorithm>
#include <cstdint>
#include <span>

#include "harness/mqtt/decode.hpp"
#include "harness/mqtt/hex.hpp"

namespace hubspec::mqtt {
namespace {

std::uint8_t byte_at(std::string_view text, std::size_t at) { return static_cast<std::uint8_t>(text[at]); }

std::string hex_of(std::string_view text) {
    return hex(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

/// Bytes of the character that `lead` starts; 0 when no character starts so (Unicode table 3-7).
std::size_t character_size(std::uint8_t lead) {
    if (lead < 0x80) return 1;
    if (lead < 0xC2) return 0;
    if (lead < 0xE0) return 2;
    if (lead < 0xF0) return 3;
    return lead < 0xF5 ? 4 : 0;
}

/// What may follow a lead byte: narrower than 80..BF where the rest would be overlong, a surrogate or past U+10FFFF.
bool may_follow(std::uint8_t lead, std::uint8_t second) {
    const std::uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const std::uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    return second >= low && second <= high;
}

/// The character at the start of a text: how many of its bytes fit together, and how many it needs.
struct Character {
    std::size_t size = 0;   // 0: nothing starts with this byte
    std::size_t sound = 0;  // of the bytes that are here
};

Character read_character(std::string_view text) {
    const std::uint8_t lead = byte_at(text, 0);
    Character character{character_size(lead), 1};
    while (character.sound < std::min(character.size, text.size())) {
        const std::uint8_t next = byte_at(text, character.sound);
        const bool fits = character.sound == 1 ? may_follow(lead, next) : (next & 0xC0) == 0x80;
        if (!fits) break;
        ++character.sound;
    }
    return character;
}

TextFault ill_formed(std::string_view proof, std::size_t offset) {
    const bool surrogate = proof.size() > 1 && byte_at(proof, 0) == 0xED && (byte_at(proof, 1) & 0xE0) == 0xA0;
    std::string text = "has bytes " + hex_of(proof) + ", which are not well-formed UTF-8";
    if (surrogate) text += " (U+D800 to U+DFFF have no encoding)";
    return {"MQTT-1.5.3-1", std::move(text), offset};
}

TextFault cut_off(std::uint8_t lead, std::size_t offset) {
    return {"MQTT-1.5.3-1", "ends inside the UTF-8 character that starts with " + hex(lead), offset};
}

std::optional<TextFault> wildcard_fault(TextKind kind, char wildcard, std::size_t offset) {
    const std::string seen = std::string("has the wildcard '") + wildcard + "'; wildcards belong in topic filters";
    if (kind == TextKind::publish_topic) return TextFault{"MQTT-3.3.2-2", seen, offset};
    return TextFault{"MQTT-4.7.1-1", seen, offset};
}

/// The rules about one ASCII character: all that topics add is about ASCII.
std::optional<TextFault> topic_filter_fault(std::string_view here, std::size_t size, std::size_t at) {
    const bool starts_level = at == 0 || here[at - 1] == '/';
    if (at > 0 && here[at - 1] == '+' && here[at] != '/') {
        return TextFault{"MQTT-4.7.1-3", "has '+' as a part of a level; it must be the whole level", at - 1};
    }
    if (here[at] == '+' && !starts_level) {
        return TextFault{"MQTT-4.7.1-3", "has '+' as a part of a level; it must be the whole level", at};
    }
    if (here[at] == '#' && !starts_level) {
        return TextFault{"MQTT-4.7.1-2", "has '#' as a part of a level; it must be the whole level", at};
    }
    if (here[at] == '#' && at + 1 != size) {
        return TextFault{"MQTT-4.7.1-2", "has '#' before its end; it must be the last character", at};
    }
    return std::nullopt;
}

std::optional<TextFault> character_fault(std::string_view here, std::size_t size, TextKind kind, std::size_t at) {
    if (here[at] == '\0') return TextFault{"MQTT-1.5.3-2", "has U+0000, which no string may contain", at};
    if (kind == TextKind::plain) return std::nullopt;
    if (kind == TextKind::topic_filter) return topic_filter_fault(here, size, at);
    if (here[at] == '#' || here[at] == '+') return wildcard_fault(kind, here[at], at);
    return std::nullopt;
}

}  // namespace

TextCheck check_text(std::string_view here, std::size_t size, TextKind kind, std::size_t from) {
    if (size == 0 && kind != TextKind::plain) {
        return {0, TextFault{"MQTT-4.7.3-1", "is empty; it must have at least one character", 0}};
    }
    std::size_t at = from;
    while (at < here.size()) {
        if (auto fault = character_fault(here, size, kind, at)) return {at, std::move(fault)};
        const std::string_view rest = here.substr(at);
        const Character character = read_character(rest);
        if (character.size == 0) return {at, ill_formed(rest.substr(0, 1), at)};
        if (character.size > size - at) return {at, cut_off(byte_at(rest, 0), at)};
        if (character.sound < std::min(character.size, rest.size())) {
            return {at, ill_formed(rest.substr(0, character.sound + 1), at)};
        }
        if (character.sound < character.size) break;  // the rest of it has yet to arrive
        at += character.size;
    }
    return {at, std::nullopt};
}

bool is_mqtt_utf8(std::string_view text) {
    return text.size() <= 65'535 && !check_text(text, text.size(), TextKind::plain).fault;
}

}  // namespace hubspec::mqtt
