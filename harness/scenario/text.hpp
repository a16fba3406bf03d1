#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Characters and bytes: columns count characters, files are bytes.
namespace hubspec::scenario {

/// Where the first byte is that belongs to no character; nullopt when the text is UTF-8.
std::optional<std::size_t> first_invalid_utf8(std::string_view text);

/// The characters of a text; a byte that belongs to none becomes U+FFFD.
std::vector<char32_t> decode_utf8(std::string_view text);
std::string encode_utf8(char32_t character);

std::size_t count_characters(std::string_view text);

/// Columns that a terminal gives a character: 0 for combining marks, 2 for East Asian wide ones and emoji.
int display_width(char32_t character);

/// At most `longest` characters, with "..." where something was left out.
std::string shorten(std::string_view text, std::size_t longest);

}  // namespace hubspec::scenario
