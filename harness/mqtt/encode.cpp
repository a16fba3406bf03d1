#include "harness/mqtt/encode.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace hubspec::mqtt {
namespace {

constexpr std::size_t longest_text = 65'535;
constexpr std::size_t longest_body = 268'435'455;

void put_byte(Bytes& out, std::uint8_t value) { out.push_back(value); }

void put_two_bytes(Bytes& out, std::uint16_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value & 0xFF));
}

void put_length(Bytes& out, std::size_t size, std::string_view what) {
    if (size > longest_text) {
        throw EncodeError(std::string(what) + " has " + std::to_string(size) +
                          " bytes; its length field ends at 65535");
    }
    put_two_bytes(out, static_cast<std::uint16_t>(size));
}

void put_text(Bytes& out, std::string_view text, std::string_view what) {
    put_length(out, text.size(), what);
    out.insert(out.end(), text.begin(), text.end());
}

void put_binary(Bytes& out, const Bytes& bytes, std::string_view what) {
    put_length(out, bytes.size(), what);
    out.insert(out.end(), bytes.begin(), bytes.end());
}

void put_packet_id(Bytes& out, PacketId id, const Distortion& distortion) {
    if (!distortion.omit_packet_id) put_two_bytes(out, id);
}

/// QoS sits in two bits of PUBLISH and CONNECT: 3 can be written, 4 cannot.
std::uint8_t qos_bits(std::uint8_t qos, std::string_view what) {
    if (qos > 3) throw EncodeError(std::string(what) + " " + std::to_string(qos) + " does not fit its two bits");
    return qos;
}

std::uint8_t connect_flags(const Connect& connect) {
    unsigned flags = connect.reserved_flag ? 0x01U : 0U;
    if (connect.clean_session) flags |= 0x02U;
    if (connect.will) {
        flags |= 0x04U | static_cast<unsigned>(qos_bits(connect.will->qos, "will QoS") << 3);
        if (connect.will->retain) flags |= 0x20U;
    }
    if (connect.password) flags |= 0x40U;
    if (connect.user_name) flags |= 0x80U;
    return static_cast<std::uint8_t>(flags);
}

void put_body(Bytes& out, const Connect& connect, const Distortion& distortion) {
    put_text(out, connect.protocol_name, "protocol name");
    put_byte(out, connect.protocol_level);
    put_byte(out, distortion.connect_flags ? *distortion.connect_flags : connect_flags(connect));
    put_two_bytes(out, connect.keep_alive);
    put_text(out, connect.client_id, "client id");
    if (connect.will) {
        put_text(out, connect.will->topic, "will topic");
        put_binary(out, connect.will->payload, "will message");
    }
    if (connect.user_name) put_text(out, *connect.user_name, "user name");
    if (connect.password) put_binary(out, *connect.password, "password");
}

void put_body(Bytes& out, const Connack& connack, const Distortion&) {
    put_byte(out, connack.session_present ? 1 : 0);
    put_byte(out, connack.return_code);
}

void put_body(Bytes& out, const Publish& publish, const Distortion& distortion) {
    put_text(out, publish.topic, "topic name");
    if (publish.qos > 0) put_packet_id(out, publish.packet_id, distortion);  // [MQTT-2.3.1-5]
    out.insert(out.end(), publish.payload.begin(), publish.payload.end());
}

void put_body(Bytes& out, const Puback& ack, const Distortion& d) { put_packet_id(out, ack.packet_id, d); }
void put_body(Bytes& out, const Pubrec& ack, const Distortion& d) { put_packet_id(out, ack.packet_id, d); }
void put_body(Bytes& out, const Pubrel& ack, const Distortion& d) { put_packet_id(out, ack.packet_id, d); }
void put_body(Bytes& out, const Pubcomp& ack, const Distortion& d) { put_packet_id(out, ack.packet_id, d); }
void put_body(Bytes& out, const Unsuback& ack, const Distortion& d) { put_packet_id(out, ack.packet_id, d); }

void put_body(Bytes& out, const Subscribe& subscribe, const Distortion& distortion) {
    put_packet_id(out, subscribe.packet_id, distortion);
    for (const Subscription& subscription : subscribe.subscriptions) {
        put_text(out, subscription.filter, "topic filter");
        put_byte(out, subscription.qos);
    }
}

void put_body(Bytes& out, const Suback& suback, const Distortion& distortion) {
    put_packet_id(out, suback.packet_id, distortion);
    out.insert(out.end(), suback.return_codes.begin(), suback.return_codes.end());
}

void put_body(Bytes& out, const Unsubscribe& unsubscribe, const Distortion& distortion) {
    put_packet_id(out, unsubscribe.packet_id, distortion);
    for (const std::string& filter : unsubscribe.filters) put_text(out, filter, "topic filter");
}

void put_body(Bytes&, const Pingreq&, const Distortion&) {}
void put_body(Bytes&, const Pingresp&, const Distortion&) {}
void put_body(Bytes&, const Disconnect&, const Distortion&) {}

std::uint8_t publish_flags(const Publish& publish) {
    const unsigned qos = qos_bits(publish.qos, "QoS");
    return static_cast<std::uint8_t>((publish.dup ? 0x08U : 0U) | qos << 1 | (publish.retain ? 0x01U : 0U));
}

/// Table 2.2: flags are zero except here [MQTT-2.2.2-1].
std::uint8_t header_flags(const Packet& packet) {
    if (const auto* publish = std::get_if<Publish>(&packet)) return publish_flags(*publish);
    const bool fixed_two = std::holds_alternative<Pubrel>(packet) || std::holds_alternative<Subscribe>(packet) ||
                           std::holds_alternative<Unsubscribe>(packet);
    return fixed_two ? 0x02 : 0x00;  // [MQTT-3.6.1-1], [MQTT-3.8.1-1], [MQTT-3.10.1-1]
}

/// Made on the stack: one comes with every packet.
struct Header {
    std::array<std::uint8_t, 260> bytes;
    std::size_t size = 0;
    void push_back(unsigned byte) { bytes[size++] = static_cast<std::uint8_t>(byte); }
};

/// Section 2.2.3: seven bits a byte, least significant first. `bytes` pads with continuation bytes up to that many.
void put_remaining_length(Header& out, std::uint32_t length, std::size_t bytes) {
    std::size_t written = 0;
    do {
        const unsigned low = length & 0x7F;
        length >>= 7;
        ++written;
        out.push_back(length > 0 || written < bytes ? low | 0x80U : low);
    } while (length > 0 || written < bytes);
}

Header fixed_header(const Packet& packet, std::size_t body, const Distortion& distortion) {
    const unsigned type = distortion.packet_type.value_or(packet_type(packet)) & 0x0FU;
    const unsigned flags = distortion.flags.value_or(header_flags(packet)) & 0x0FU;
    Header header;
    header.push_back(type << 4 | flags);
    put_remaining_length(header, distortion.remaining_length.value_or(static_cast<std::uint32_t>(body)),
                         distortion.remaining_length_bytes.value_or(1));
    return header;
}

/// The lengths in front of the strings are left as they are: as many bytes as the text had keep them true.
void replace_texts(Bytes& out, std::size_t start, const Distortion& distortion) {
    for (const auto& [text, bytes] : distortion.replace) {
        if (text.empty()) continue;
        auto at = out.begin() + static_cast<std::ptrdiff_t>(start);
        while ((at = std::search(at, out.end(), text.begin(), text.end())) != out.end()) {
            at = out.erase(at, at + static_cast<std::ptrdiff_t>(text.size()));
            at = out.insert(at, bytes.begin(), bytes.end()) + static_cast<std::ptrdiff_t>(bytes.size());
        }
    }
}

void put_packet(Bytes& out, const Packet& packet, const Distortion& distortion) {
    const std::size_t start = out.size();
    std::visit([&](const auto& alternative) { put_body(out, alternative, distortion); }, packet);
    replace_texts(out, start, distortion);
    out.insert(out.end(), distortion.trailing.begin(), distortion.trailing.end());
    const std::size_t body = out.size() - start;
    if (body > longest_body) {
        throw EncodeError(std::string(packet_name(packet)) + " has a body of " + std::to_string(body) +
                          " bytes; the remaining length ends at 268435455");
    }
    const Header header = fixed_header(packet, body, distortion);
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(start), header.bytes.begin(),
               header.bytes.begin() + static_cast<std::ptrdiff_t>(header.size));
}

}  // namespace

Bytes encode(const Packet& packet) { return encode(packet, {}); }

Bytes encode(const Packet& packet, const Distortion& distortion) {
    Bytes out;
    put_packet(out, packet, distortion);
    return out;
}

void encode_to(Bytes& out, const Packet& packet, const Distortion& distortion) {
    const std::size_t start = out.size();
    try {
        put_packet(out, packet, distortion);
    } catch (const EncodeError&) {
        out.resize(start);
        throw;
    }
}

}  // namespace hubspec::mqtt
