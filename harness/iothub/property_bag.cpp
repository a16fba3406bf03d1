#include "harness/iothub/property_bag.hpp"

#include <algorithm>
#include <cstdint>

#include "harness/iothub/text.hpp"

namespace hubspec::iothub {
namespace {

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    const char letter = lower(c);
    if (letter >= 'a' && letter <= 'f') return static_cast<unsigned>(letter - 'a') + 10;
    return std::nullopt;
}

/// The byte that `%XX` at the start of `text` stands for; nullopt when it is no percent sequence.
std::optional<char> escaped_byte(std::string_view text) {
    if (text.size() < 3 || text[0] != '%') return std::nullopt;
    const auto high = hex_digit(text[1]);
    const auto low = hex_digit(text[2]);
    if (!high || !low) return std::nullopt;
    return static_cast<char>(*high * 16 + *low);
}

/// RFC 3986 section 2.3.
bool unreserved(char c) {
    const char letter = lower(c);
    return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

Property parse_property(std::string_view text) {
    const auto [name, value] = cut_at_equals(text);
    Property property{percent_decode(name), std::nullopt};
    if (value) property.value = percent_decode(*value);
    return property;
}

}  // namespace

PropertyBag parse_property_bag(std::string_view text) {
    PropertyBag bag;
    for (const std::string_view part : split(text, '&')) {
        if (!part.empty()) bag.push_back(parse_property(part));
    }
    return bag;
}

std::string format_property_bag(const PropertyBag& bag) {
    std::string text;
    for (const Property& property : bag) {
        if (!text.empty()) text += '&';
        text += percent_encode(property.name);
        if (property.value) text += '=' + percent_encode(*property.value);
    }
    return text;
}

const Property* find(const PropertyBag& bag, std::string_view name) {
    const auto found = std::ranges::find(bag, name, &Property::name);
    return found == bag.end() ? nullptr : &*found;
}

std::string percent_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    while (!text.empty()) {
        const std::optional<char> escaped = escaped_byte(text);
        decoded += escaped.value_or(text.front());
        text.remove_prefix(escaped ? 3 : 1);
    }
    return decoded;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (const char c : text) {
        if (unreserved(c)) {
            encoded += c;
            continue;
        }
        const auto byte = static_cast<std::uint8_t>(c);
        encoded += {'%', digits[byte / 16], digits[byte % 16]};
    }
    return encoded;
}

}  // namespace hubspec::iothub
