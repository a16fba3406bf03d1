#include "harness/scenario/text.hpp"

namespace hubspec::scenario {

namespace {

struct Decoded {
    char32_t character = 0xFFFD;
    std::size_t size = 0;  // 0: no character begins here
};

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Well-formed sequences only: no overlong forms, no surrogates, nothing above U+10FFFF.
Decoded decode_at(std::string_view text, std::size_t at) {
    const auto first = static_cast<unsigned char>(text[at]);
    if (first < 0x80) return {first, 1};
    const std::size_t size = first >= 0xF0 && first < 0xF5 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || at + size > text.size()) return {};
    char32_t character = size == 2 ? first & 0x1F : size == 3 ? first & 0x0F : first & 0x07;
    for (std::size_t i = 1; i < size; ++i) {
        if (!is_continuation(text[at + i])) return {};
        character = (character << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3F);
    }
    const bool overlong = (size == 3 && character < 0x800) || (size == 4 && character < 0x10000);
    if (overlong || (character >= 0xD800 && character <= 0xDFFF) || character > 0x10FFFF) return {};
    return {character, size};
}

bool is_between(char32_t character, char32_t first, char32_t last) { return character >= first && character <= last; }

}  // namespace

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto size = decode_at(text, at).size;
        if (size == 0) return at;
        at += size;
    }
    return std::nullopt;
}

std::vector<char32_t> decode_utf8(std::string_view text) {
    std::vector<char32_t> characters;
    for (std::size_t at = 0; at < text.size();) {
        const auto decoded = decode_at(text, at);
        characters.push_back(decoded.character);
        at += decoded.size == 0 ? 1 : decoded.size;
    }
    return characters;
}

std::string encode_utf8(char32_t c) {
    const auto byte = [](char32_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
    if (c < 0x80) return {byte(c)};
    if (c < 0x800) return {byte(0xC0 | (c >> 6)), byte(0x80 | (c & 0x3F))};
    if (c < 0x10000) return {byte(0xE0 | (c >> 12)), byte(0x80 | ((c >> 6) & 0x3F)), byte(0x80 | (c & 0x3F))};
    return {byte(0xF0 | (c >> 18)), byte(0x80 | ((c >> 12) & 0x3F)), byte(0x80 | ((c >> 6) & 0x3F)),
            byte(0x80 | (c & 0x3F))};
}

std::size_t count_characters(std::string_view text) {
    std::size_t count = 0;
    for (const char byte : text) count += is_continuation(byte) ? 0 : 1;
    return count;
}

int display_width(char32_t c) {
    if (is_between(c, 0x0300, 0x036F) || is_between(c, 0x200B, 0x200F) || is_between(c, 0xFE00, 0xFE0F)) return 0;
    const bool wide = is_between(c, 0x1100, 0x115F) || is_between(c, 0x2E80, 0xA4CF) || is_between(c, 0xAC00, 0xD7A3) ||
                      is_between(c, 0xF900, 0xFAFF) || is_between(c, 0xFE30, 0xFE6F) || is_between(c, 0xFF00, 0xFF60) ||
                      is_between(c, 0xFFE0, 0xFFE6) || is_between(c, 0x1F300, 0x1FAFF) ||
                      is_between(c, 0x20000, 0x3FFFD);
    return wide ? 2 : 1;
}

std::string shorten(std::string_view text, std::size_t longest) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (is_continuation(text[at])) continue;
        if (count++ == longest) return std::string(text.substr(0, at)) + "...";
    }
    return std::string(text);
}

}  // namespace hubspec::scenario
