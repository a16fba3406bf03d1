#include "harness/mqtt/fixed_header.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "harness/mqtt/hex.hpp"

namespace hubspec::mqtt {
namespace {

enum class Flow { forbidden, client_to_server, server_to_client, both };

/// A row of tables 2.1 and 2.2, and the remaining length where chapter 3 fixes it.
struct TypeRule {
    Flow flow = Flow::forbidden;
    std::uint8_t flags = 0;
    std::string_view flags_clause = "MQTT-2.2.2-2";
    std::optional<std::uint32_t> length;
    std::string_view length_section;
};

constexpr std::string_view general = "MQTT-2.2.2-2";
constexpr std::array<TypeRule, 16> rules{{
    {},
    {Flow::client_to_server, 0x0, general, std::nullopt, "MQTT 3.1.1"},
    {Flow::server_to_client, 0x0, general, 2, "MQTT 3.2.1"},
    {Flow::both, 0x0, general, std::nullopt, "MQTT 3.3.1"},
    {Flow::both, 0x0, general, 2, "MQTT 3.4.1"},
    {Flow::both, 0x0, general, 2, "MQTT 3.5.1"},
    {Flow::both, 0x2, "MQTT-3.6.1-1", 2, "MQTT 3.6.1"},
    {Flow::both, 0x0, general, 2, "MQTT 3.7.1"},
    {Flow::client_to_server, 0x2, "MQTT-3.8.1-1", std::nullopt, "MQTT 3.8.1"},
    {Flow::server_to_client, 0x0, general, std::nullopt, "MQTT 3.9.1"},
    {Flow::client_to_server, 0x2, "MQTT-3.10.1-1", std::nullopt, "MQTT 3.10.1"},
    {Flow::server_to_client, 0x0, general, 2, "MQTT 3.11.1"},
    {Flow::client_to_server, 0x0, general, 0, "MQTT 3.12.1"},
    {Flow::server_to_client, 0x0, general, 0, "MQTT 3.13.1"},
    {Flow::client_to_server, 0x0, "MQTT-3.14.1-1", 0, "MQTT 3.14.1"},
    {},
}};

constexpr std::uint8_t publish_type = 3;

std::string name_of(std::uint8_t type) { return std::string(packet_type_name(type)); }

std::string four_bits(std::uint8_t flags) {
    std::string out;
    for (int bit = 3; bit >= 0; --bit) out += (flags >> bit & 1) != 0 ? '1' : '0';
    return out;
}

std::optional<Malformed> flow_fault(std::uint8_t type, Sender sender) {
    const Flow flow = rules[type].flow;
    if (flow == Flow::forbidden) {
        return Malformed{"MQTT 2.2.1", "control packet type " + std::to_string(type) + " is reserved", 0};
    }
    if (flow == Flow::client_to_server && sender == Sender::server) {
        return Malformed{"MQTT 2.2.1", name_of(type) + " from a server; only a client sends it", 0};
    }
    if (flow == Flow::server_to_client && sender == Sender::client) {
        return Malformed{"MQTT 2.2.1", name_of(type) + " from a client; only a server sends it", 0};
    }
    return std::nullopt;
}

std::optional<Malformed> publish_flags_fault(std::uint8_t flags) {
    const int qos = flags >> 1 & 3;
    const bool dup = (flags & 8) != 0;
    if (qos == 3) return Malformed{"MQTT-3.3.1-4", "PUBLISH has both QoS bits set; QoS is 0, 1 or 2", 0};
    if (dup && qos == 0) return Malformed{"MQTT-3.3.1-2", "PUBLISH has DUP 1 with QoS 0; DUP must be 0 there", 0};
    return std::nullopt;
}

std::optional<Malformed> flags_fault(std::uint8_t type, std::uint8_t flags) {
    if (type == publish_type) return publish_flags_fault(flags);
    const TypeRule& rule = rules[type];
    if (flags == rule.flags) return std::nullopt;
    return Malformed{std::string(rule.flags_clause),
                     name_of(type) + " has the flags " + four_bits(flags) + "; they must be " + four_bits(rule.flags),
                     0};
}

std::optional<Malformed> first_byte_fault(std::uint8_t byte, Sender sender, const Leniency& leniency) {
    const auto type = static_cast<std::uint8_t>(byte >> 4);
    if (auto fault = flow_fault(type, sender))
        if (rules[type].flow == Flow::forbidden || !leniency.contains(fault->clause)) return fault;
    auto fault = flags_fault(type, byte & 0x0F);
    if (fault && leniency.contains(fault->clause)) return std::nullopt;
    return fault;
}

std::optional<Malformed> length_fault(FixedHeader& header, std::size_t largest_packet, const Leniency& leniency) {
    const TypeRule& rule = rules[header.type];
    header.is_overlong =
        rule.length && header.remaining_length > *rule.length && leniency.contains(rule.length_section);
    if (rule.length && !header.is_overlong && header.remaining_length != *rule.length) {
        return Malformed{std::string(rule.length_section),
                         name_of(header.type) + " announces a remaining length of " +
                             std::to_string(header.remaining_length) + "; it is always " + std::to_string(*rule.length),
                         1};
    }
    if (header.size + header.remaining_length > largest_packet) {
        return Malformed{"MQTT 2.2.3",
                         name_of(header.type) + " announces a packet of " +
                             count_bytes(header.size + header.remaining_length) + "; at most " +
                             std::to_string(largest_packet) + " are accepted here",
                         1};
    }
    return std::nullopt;
}

/// Figure 2.2: seven bits a byte, least significant first, at most four bytes. Padding with 80 .. 00 is not forbidden.
FixedHeaderResult remaining_length(std::span<const std::uint8_t> bytes, FixedHeader header) {
    for (std::size_t at = 1; at < bytes.size(); ++at) {
        const std::uint8_t byte = bytes[at];
        header.remaining_length |= static_cast<std::uint32_t>(byte & 0x7F) << 7 * (at - 1);
        header.size = at + 1;
        if ((byte & 0x80) == 0) return header;
        if (at == 4) {
            return Malformed{"MQTT 2.2.3",
                             "the fourth byte of the remaining length is " + hex(byte) +
                                 " and asks for a fifth; there are at most four",
                             at};
        }
    }
    return Incomplete{};
}

}  // namespace

FixedHeaderResult decode_fixed_header(std::span<const std::uint8_t> bytes, Sender sender, std::size_t largest_packet,
                                      const Leniency& leniency) {
    if (bytes.empty()) return Incomplete{};
    if (auto fault = first_byte_fault(bytes[0], sender, leniency)) return *fault;
    const FixedHeader start{static_cast<std::uint8_t>(bytes[0] >> 4), static_cast<std::uint8_t>(bytes[0] & 0x0F), 0, 0,
                            false};
    FixedHeaderResult result = remaining_length(bytes, start);
    if (auto* header = std::get_if<FixedHeader>(&result)) {
        if (auto fault = length_fault(*header, largest_packet, leniency)) return *fault;
    }
    return result;
}

}  // namespace hubspec::mqtt
