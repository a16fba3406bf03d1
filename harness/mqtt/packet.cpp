#include "harness/mqtt/packet.hpp"

#include <array>

namespace hubspec::mqtt {

std::uint8_t packet_type(const Packet& packet) {
    // The alternatives stand in the order of table 2.1, which starts at 1.
    static_assert(std::variant_size_v<Packet> == 14);
    return static_cast<std::uint8_t>(packet.index() + 1);
}

std::string_view packet_type_name(std::uint8_t type) {
    constexpr std::array<std::string_view, 16> names{
        "reserved",  "CONNECT", "CONNACK",     "PUBLISH",  "PUBACK",  "PUBREC",   "PUBREL",     "PUBCOMP",
        "SUBSCRIBE", "SUBACK",  "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "reserved"};
    return type < names.size() ? names[type] : "reserved";
}

}  // namespace hubspec::mqtt
