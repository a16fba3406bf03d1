#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

#include "harness/mqtt/decode.hpp"

namespace hubspec::mqtt {

/// The first two to five bytes of a packet, figure 2.2.
struct FixedHeader {
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
    std::uint32_t remaining_length = 0;
    std::size_t size = 0;      ///< bytes the fixed header itself took
    bool is_overlong = false;  ///< longer than chapter 3 fixes for its type, and let pass
    bool operator==(const FixedHeader&) const = default;
};

using FixedHeaderResult = std::variant<Incomplete, FixedHeader, Malformed>;

/// Checks all that chapter 2 says about type, sender, flags and length before any byte of the body is here.
FixedHeaderResult decode_fixed_header(std::span<const std::uint8_t> bytes, Sender sender, std::size_t largest_packet,
                                      const Leniency& leniency);

}  // namespace hubspec::mqtt
