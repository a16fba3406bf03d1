#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hubspec::mqtt {

/// "ED A0 80": the bytes for a person, one blank between two.
inline std::string hex(std::span<const std::uint8_t> bytes) {
    constexpr const char* digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(bytes.size() * 3);
    for (const std::uint8_t byte : bytes) {
        if (!out.empty()) out += ' ';
        out += digits[byte >> 4];
        out += digits[byte & 0x0F];
    }
    return out;
}

inline std::string hex(std::uint8_t byte) { return hex(std::span(&byte, 1)); }

/// "00 ff A0" as bytes; blanks and line ends are nothing. nullopt when it is no hex.
std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

/// "1 byte", "2 bytes".
inline std::string count_bytes(std::size_t count) { return std::to_string(count) + (count == 1 ? " byte" : " bytes"); }

}  // namespace hubspec::mqtt
