#include "harness/mqtt/describe.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "harness/mqtt/hex.hpp"
#include "harness/mqtt/text.hpp"

namespace hubspec::mqtt {
namespace {

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

std::string escaped(char c) {
    if (c == '\n') return "\\n";
    if (c == '\r') return "\\r";
    if (c == '\t') return "\\t";
    return "\\x" + hex(static_cast<std::uint8_t>(c));
}

bool is_well_formed(std::string_view text) { return !check_text(text, text.size(), TextKind::plain).fault; }

/// A string field in a line: what does not print is escaped, so that one packet stays one line.
std::string field(std::string_view text) {
    if (text.empty()) return "(empty)";
    const bool well_formed = is_well_formed(text);
    std::string out;
    for (const char c : text) {
        const bool broken = !well_formed && static_cast<unsigned char>(c) >= 0x80;
        out += is_control(c) || broken ? escaped(c) : std::string(1, c);
    }
    return out;
}

std::string bit(bool value) { return value ? "1" : "0"; }

std::string qos_text(std::uint8_t qos) { return "QoS " + std::to_string(qos); }

std::string will_text(const Will& will) {
    return ", will " + field(will.topic) + " " + qos_text(will.qos) + ", retain " + bit(will.retain) + ", " +
           count_bytes(will.payload.size());
}

std::string line(const Connect& connect) {
    std::string out = "CONNECT ";
    if (connect.protocol_name != "MQTT" || connect.protocol_level != 4) {
        out += "protocol " + field(connect.protocol_name) + " level " + std::to_string(connect.protocol_level) + ", ";
    }
    out += "client id " + field(connect.client_id) + ", clean session " + bit(connect.clean_session);
    out += ", keep alive " + std::to_string(connect.keep_alive) + " s";
    if (connect.user_name) out += ", user name " + field(*connect.user_name);
    if (connect.password) out += ", password (hidden)";
    if (connect.will) out += will_text(*connect.will);
    if (connect.reserved_flag) out += ", reserved flag 1";
    return out;
}

std::string line(const Connack& connack) {
    return "CONNACK " + std::to_string(connack.return_code) + " (" +
           std::string(return_code_text(connack.return_code)) + "), session present " + bit(connack.session_present);
}

std::string line(const Publish& publish) {
    std::string out = "PUBLISH " + field(publish.topic) + " " + qos_text(publish.qos);
    if (publish.qos > 0) out += ", packet id " + std::to_string(publish.packet_id);
    if (publish.dup) out += ", dup";
    if (publish.retain) out += ", retain";
    return out + ", " + count_bytes(publish.payload.size());
}

template <class Ack>
std::string acknowledgement(std::string_view name, const Ack& ack) {
    return std::string(name) + " " + std::to_string(ack.packet_id);
}

std::string line(const Puback& ack) { return acknowledgement("PUBACK", ack); }
std::string line(const Pubrec& ack) { return acknowledgement("PUBREC", ack); }
std::string line(const Pubrel& ack) { return acknowledgement("PUBREL", ack); }
std::string line(const Pubcomp& ack) { return acknowledgement("PUBCOMP", ack); }
std::string line(const Unsuback& ack) { return acknowledgement("UNSUBACK", ack); }

std::string item(const Subscription& subscription) {
    return field(subscription.filter) + " " + qos_text(subscription.qos);
}

std::string item(const std::string& filter) { return field(filter); }

std::string item(std::uint8_t return_code) {
    if (return_code == subscription_failure) return "failure";
    return return_code <= 2 ? qos_text(return_code) : "reserved code 0x" + hex(return_code);
}

/// "SUBSCRIBE 1: a/# QoS 1, b QoS 0".
template <class Items>
std::string list(std::string_view name, PacketId id, const Items& items) {
    std::string out = std::string(name) + " " + std::to_string(id) + ":";
    for (const auto& each : items) out += " " + item(each) + ",";
    if (items.empty()) return out + " (empty)";
    out.pop_back();
    return out;
}

std::string line(const Subscribe& packet) { return list("SUBSCRIBE", packet.packet_id, packet.subscriptions); }
std::string line(const Suback& packet) { return list("SUBACK", packet.packet_id, packet.return_codes); }
std::string line(const Unsubscribe& packet) { return list("UNSUBSCRIBE", packet.packet_id, packet.filters); }
std::string line(const Pingreq&) { return "PINGREQ"; }
std::string line(const Pingresp&) { return "PINGRESP"; }
std::string line(const Disconnect&) { return "DISCONNECT"; }

/// Text: well-formed UTF-8 whose only control characters are those of text files.
bool is_text(std::string_view payload) {
    const auto unprintable = [](char c) { return is_control(c) && c != '\n' && c != '\r' && c != '\t'; };
    return is_well_formed(payload) && std::none_of(payload.begin(), payload.end(), unprintable);
}

/// At most `limit` bytes, and no half character at the end.
std::string_view shortened(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) return text;
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
    return text.substr(0, limit);
}

/// Quoted with the mark that the text does not contain: JSON stays readable.
std::string quoted(std::string_view text) {
    const char mark =
        text.find('"') != std::string_view::npos && text.find('\'') == std::string_view::npos ? '\'' : '"';
    std::string out(1, mark);
    for (const char c : text) {
        if (is_control(c)) {
            out += escaped(c);
            continue;
        }
        if (c == mark || c == '\\') out += '\\';
        out += c;
    }
    return out + mark;
}

std::string with_count(const std::string& shown, std::size_t shown_size, std::size_t size) {
    return shown_size == size ? shown : shown + "... (" + count_bytes(size) + ")";
}

}  // namespace

std::string describe(const Packet& packet) {
    return std::visit([](const auto& alternative) { return line(alternative); }, packet);
}

std::string_view return_code_text(std::uint8_t code) {
    constexpr std::array<std::string_view, 6> texts{
        "accepted",           "unacceptable protocol version", "identifier rejected",
        "server unavailable", "bad user name or password",     "not authorized"};
    return code < texts.size() ? texts[code] : "reserved";
}

std::string describe_payload(std::span<const std::uint8_t> payload, std::size_t limit) {
    const std::string_view text(reinterpret_cast<const char*>(payload.data()), payload.size());
    if (is_text(text)) {
        const std::string_view shown = shortened(text, limit);
        return with_count(quoted(shown), shown.size(), text.size());
    }
    const auto shown = payload.first(std::min(payload.size(), limit));
    return with_count("hex " + hex(shown), shown.size(), payload.size());
}

}  // namespace hubspec::mqtt
