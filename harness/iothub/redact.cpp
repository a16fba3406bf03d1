#include "harness/iothub/redact.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "harness/iothub/text.hpp"

namespace hubspec::iothub {
namespace {

constexpr std::string_view hidden = "(hidden)";
constexpr std::string_view scheme = "SharedAccessSignature ";
constexpr std::array<std::string_view, 3> secret_names{"SharedAccessSignature", "SharedAccessKey", "sig"};
/// '=' as it is, and as one or two rounds of percent-encoding write it.
constexpr std::array<std::string_view, 3> equals_signs{"=", "%3D", "%253D"};
constexpr std::array<std::string_view, 4> escaped_ends{"%26", "%2526", "%3B", "%253B"};
/// JSON writers escape '/', '+' and '=' too, so a lone backslash does not end a value.
constexpr std::array<std::string_view, 6> escaped_in_json{"\\\"", "\\n", "\\r", "\\t", "\\u0026", "\\u0022"};

/// All names begin so; most of a text is passed over by this alone.
bool may_begin_name(char c) { return c == 's' || c == 'S' || c == 'p' || c == 'P'; }

bool begins(std::string_view text, std::string_view start) {
    return equal_ignoring_case(text.substr(0, start.size()), start);
}

template <std::size_t N>
bool begins_any(std::string_view text, const std::array<std::string_view, N>& starts) {
    return std::ranges::any_of(starts, [&](std::string_view start) { return begins(text, start); });
}

bool is_letter_or_digit(char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9'); }

/// `config=` holds no `sig=`, but `%26sig%3D` and `%2526sig%253D` do.
bool name_may_start(std::string_view before) {
    if (before.empty() || !is_letter_or_digit(before.back())) return true;
    const auto percent_at = [&](std::size_t back) {
        return before.size() >= back && before[before.size() - back] == '%';
    };
    const auto ends_with = [&](std::string_view escaped) { return before.ends_with(escaped); };
    return percent_at(3) || percent_at(5) || std::ranges::any_of(escaped_in_json, ends_with);
}

/// A secret's name and equals sign at the start of a text.
struct Name {
    std::size_t length = 0;
    bool holds_token = false;  // a whole token follows, with '&' in it
};

/// `"primaryKey": "..."`, the quotes escaped or not, as a registry's bodies have it.
std::optional<Name> read_key_name(std::string_view text) {
    constexpr std::array<std::string_view, 2> names{"primaryKey", "secondaryKey"};
    for (const std::string_view name : names) {
        if (!begins(text, name)) continue;
        const auto colon = text.find_first_not_of("\\\"' ", name.size());
        if (colon == std::string_view::npos || text[colon] != ':') return std::nullopt;
        const auto value = std::min(text.find_first_not_of(' ', colon + 1), text.size());
        if (begins(text.substr(value), "null")) return std::nullopt;
        return Name{value, false};
    }
    return std::nullopt;
}

std::optional<Name> read_name(std::string_view text) {
    if (const auto key = read_key_name(text)) return key;
    for (const std::string_view name : secret_names) {
        if (!begins(text, name)) continue;
        for (const std::string_view sign : equals_signs) {
            if (begins(text.substr(name.size()), sign))
                return Name{name.size() + sign.size(), name.size() == scheme.size() - 1};
        }
    }
    return std::nullopt;
}

bool ends_value(std::string_view rest, bool holds_token) {
    constexpr std::string_view ends = " \t\r\n;\"'<>";
    if (ends.find(rest.front()) != std::string_view::npos || begins_any(rest, escaped_in_json)) return true;
    return rest.front() == '&' ? !holds_token : begins_any(rest, escaped_ends);
}

std::size_t length_of_value(std::string_view text, bool holds_token) {
    std::size_t length = holds_token && text.starts_with(scheme) ? scheme.size() : 0;
    while (length < text.size() && !ends_value(text.substr(length), holds_token)) ++length;
    return length;
}

std::size_t length_of_opening_quote(std::string_view text) {
    return std::min(text.find_first_not_of("\\\"'"), text.size());
}

/// `hide` gives what is shown for a secret.
template <class Hide>
std::string replace_named(std::string_view text, Hide hide) {
    std::string shown;
    shown.reserve(text.size());
    std::size_t at = 0;
    while (at < text.size()) {
        const auto candidate = std::find_if(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), may_begin_name);
        shown.append(text.begin() + static_cast<std::ptrdiff_t>(at), candidate);
        at = static_cast<std::size_t>(candidate - text.begin());
        if (at == text.size()) break;
        const auto name = read_name(text.substr(at));
        if (!name || !name_may_start(text.substr(0, at))) {
            shown += text[at++];
            continue;
        }
        const std::size_t opened = name->length + length_of_opening_quote(text.substr(at + name->length));
        shown += text.substr(at, opened);
        at += opened;
        const std::size_t value = length_of_value(text.substr(at), name->holds_token);
        if (value > 0) shown += hide(value);
        at += value;
    }
    return shown;
}

bool is_base64(char c) { return is_letter_or_digit(c) || c == '+'; }

/// Paths are made of the letters of Base64 too: a '/' is taken for one of them only before padding.
bool looks_like_key(std::string_view run, bool is_padded) {
    constexpr std::size_t shortest = 20;  // sixteen bytes take 22
    if (run.size() < shortest) return false;
    if (is_padded) return true;
    const auto has = [&](char first, char last) {
        return std::ranges::any_of(run, [&](char c) { return c >= first && c <= last; });
    };
    return has('a', 'z') && has('A', 'Z') && has('0', '9') && run.find('/') == std::string_view::npos;
}

}  // namespace

std::string redact(std::string_view text) {
    return replace_named(text, [](std::size_t) { return hidden; });
}

std::string mask(std::string_view text) {
    auto shown = replace_named(text, [](std::size_t length) { return std::string(length, '*'); });
    for (const bool with_slash : {true, false}) {
        const auto belongs = [&](char c) { return is_base64(c) || (with_slash && c == '/'); };
        for (std::size_t at = 0; at < shown.size();) {
            const auto begin = std::find_if(shown.begin() + static_cast<std::ptrdiff_t>(at), shown.end(), belongs);
            const auto end = std::find_if_not(begin, shown.end(), belongs);
            if (looks_like_key({begin, end}, end != shown.end() && *end == '=')) std::fill(begin, end, '*');
            at = static_cast<std::size_t>(end - shown.begin());
        }
    }
    return shown;
}

}  // namespace hubspec::iothub
