#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "harness/mqtt/packet.hpp"

namespace hubspec::mqtt {

/// One line for traces and messages: "PUBLISH a/b QoS 1, packet id 7, 5 bytes". Never shows a password or a payload.
std::string describe(const Packet& packet);

/// "not authorized" for 5; "reserved" above.
std::string_view return_code_text(std::uint8_t code);

/// The payload as quoted text when it is text, else in hex, and no more than `limit` bytes of it.
std::string describe_payload(std::span<const std::uint8_t> payload, std::size_t limit);

}  // namespace hubspec::mqtt
