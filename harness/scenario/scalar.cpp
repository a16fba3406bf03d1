#include "harness/scenario/scalar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace hubspec::scenario::yaml {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Number of digits at the beginning.
std::size_t digits(std::string_view text) {
    return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
}

// 0, 7, -12: no sign but minus, no leading zero.
bool is_integer(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && digits(text) == text.size() && (text.size() == 1 || text.front() != '0');
}

// 1.5, -0.25: an integer, a point, digits.
bool is_decimal(std::string_view text) {
    const auto point = text.find('.');
    if (point == std::string_view::npos || !is_integer(text.substr(0, point))) return false;
    const auto fraction = text.substr(point + 1);
    return !fraction.empty() && digits(fraction) == fraction.size();
}

bool consists_of(std::string_view text, std::string_view allowed) {
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

// What some version of YAML, or some reader, takes for a number.
bool is_number_to_somebody(std::string_view text) {
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (text == ".inf" || text == ".Inf" || text == ".INF" || text == ".nan" || text == ".NaN" || text == ".NAN")
        return true;
    if (text.starts_with("0x")) return consists_of(text.substr(2), "0123456789abcdefABCDEF_");
    if (text.starts_with("0o") || text.starts_with("0b")) return consists_of(text.substr(2), "01234567_");
    const auto exponent = text.find_first_of("eE");
    auto mantissa = text.substr(0, exponent);
    if (exponent != std::string_view::npos) {
        auto power = text.substr(exponent + 1);
        if (power.starts_with('+') || power.starts_with('-')) power.remove_prefix(1);
        if (!consists_of(power, "0123456789")) return false;
    }
    return consists_of(mantissa, "0123456789_.") && std::any_of(mantissa.begin(), mantissa.end(), is_digit) &&
           mantissa.front() != '_' && std::count(mantissa.begin(), mantissa.end(), '.') <= 1;
}

std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

Plain refuse(std::string_view text, const std::string& instead) {
    return {std::string(text), in_quotes(text) + " means different things to different YAML readers; write " + instead +
                                   ", or \"" + std::string(text) + "\" for the text"};
}

Plain integer(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{})
        return {std::string(text),
                in_quotes(text) + " is too large for an integer; write \"" + std::string(text) + "\" for the text"};
    return {number, {}};
}

Plain decimal(std::string_view text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{})
        return {std::string(text),
                in_quotes(text) + " is no number that can be kept; write \"" + std::string(text) + "\" for the text"};
    return {number, {}};
}

}  // namespace

Plain resolve_plain(std::string_view text) {
    if (text == "null" || text == "~") return {nullptr, {}};
    if (text == "true" || text == "false") return {text == "true", {}};
    static constexpr std::array<std::array<std::string_view, 2>, 6> spellings{{{"True", "true"},
                                                                               {"TRUE", "true"},
                                                                               {"False", "false"},
                                                                               {"FALSE", "false"},
                                                                               {"Null", "null"},
                                                                               {"NULL", "null"}}};
    for (const auto& [spelling, plain] : spellings)
        if (text == spelling) return refuse(text, std::string(plain));
    if (is_integer(text)) return integer(text);
    if (is_decimal(text)) return decimal(text);
    if (is_number_to_somebody(text)) return refuse(text, "the number in plain decimal digits");
    return {std::string(text), {}};
}

}  // namespace hubspec::scenario::yaml
