#pragma once

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

/// Cutting and comparing text, for the parsers of this room.
namespace hubspec::iothub {

/// The parts between separators; one part, the text itself, when there is no separator.
inline std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

/// Before and after the first '='; no second half without one: `key` and `key=` differ.
inline std::pair<std::string_view, std::optional<std::string_view>> cut_at_equals(std::string_view text) {
    const std::size_t at = text.find('=');
    if (at == std::string_view::npos) return {text, std::nullopt};
    return {text.substr(0, at), text.substr(at + 1)};
}

/// What follows `prefix`; nullopt when the text does not begin with it.
inline std::optional<std::string_view> after(std::string_view text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return std::nullopt;
    return text.substr(prefix.size());
}

inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// ASCII letters compare without case, everything else byte for byte.
inline bool equal_ignoring_case(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, [](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace hubspec::iothub
