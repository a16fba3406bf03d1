#include "reports/printable.hpp"

#include <fmt/format.h>
#include <utf8.h>

#include <iterator>

namespace hubspec::reports {

namespace {

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c <= 0x9F); }

// Line and paragraph separators, and what makes text read otherwise than it is stored.
bool misleads(char32_t c) {
    return c == 0x2028 || c == 0x2029 || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

std::string visible(char32_t c) {
    if (c == '\n') return "\\n";
    if (c == '\r') return "\\r";
    if (c == '\t') return "\\t";
    const auto number = static_cast<unsigned>(c);
    return number < 0x100 ? fmt::format("\\x{:02x}", number) : fmt::format("\\u{:04x}", number);
}

// Bytes of UTF-8 after the first of a character begin with the bits 10.
bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

}  // namespace

std::string one_line(std::string_view text) {
    std::string repaired;
    utf8::replace_invalid(text.begin(), text.end(), std::back_inserter(repaired), 0xFFFDU);
    std::string out;
    for (auto at = repaired.begin(); at != repaired.end();) {
        const auto begin = at;
        const char32_t c = utf8::unchecked::next(at);
        if (is_control(c) || misleads(c))
            out += visible(c);
        else
            out.append(begin, at);
    }
    return out;
}

std::string html_safe(std::string_view text) {
    std::string out;
    for (const char c : one_line(text)) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else
            out += c;
    }
    return out;
}

std::string_view head(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && continues(text[most])) --most;
    return text.substr(0, most);
}

std::string_view tail(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    std::size_t begin = text.size() - most;
    while (begin < text.size() && continues(text[begin])) ++begin;
    return text.substr(begin);
}

std::string shortened(std::string_view text, std::size_t most) {
    constexpr std::string_view dots = "...";
    if (text.size() <= most) return std::string(text);
    return std::string(head(text, most > dots.size() ? most - dots.size() : 0)) + std::string(dots);
}

}  // namespace hubspec::reports
