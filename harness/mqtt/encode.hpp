#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/mqtt/packet.hpp"

namespace hubspec::mqtt {

/// What encode() writes instead of the correct value: for packets that must be refused.
struct Distortion {
    std::optional<std::uint8_t> flags;              ///< low four bits of the first byte
    std::optional<std::uint32_t> remaining_length;  ///< announced length, whatever the body is
    std::optional<std::uint8_t>
        remaining_length_bytes;  ///< pads the length field with continuation bytes; 5 and more are malformed
    std::optional<std::uint8_t> packet_type;    ///< high four bits of the first byte
    std::optional<std::uint8_t> connect_flags;  ///< whole byte; the payload still follows the packet's own fields
    bool omit_packet_id = false;                ///< leaves the two bytes out
    Bytes trailing;                             ///< appended to the body and counted in its length
    struct Replacement {
        std::string text;
        Bytes bytes;
        bool operator==(const Replacement&) const = default;
    };
    std::vector<Replacement> replace;  ///< each occurrence of a text in the body by bytes; no string's length changes
    bool operator==(const Distortion&) const = default;
};

/// Thrown when a value has no encoding at all: a string over 65535 bytes, a body over 268435455 bytes, a QoS over 3 in
/// the two bits of PUBLISH and CONNECT.
struct EncodeError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The bytes of one control packet, exactly as its fields say, legal or not.
Bytes encode(const Packet& packet);
Bytes encode(const Packet& packet, const Distortion& distortion);

/// Appends instead of returning: several packets for one write.
/// Leaves `out` as it was when it throws.
void encode_to(Bytes& out, const Packet& packet, const Distortion& distortion = {});

}  // namespace hubspec::mqtt
