#include "harness/scenario/diagnostic.hpp"

#include <algorithm>
#include <tuple>

#include "harness/iothub/redact.hpp"
#include "harness/scenario/text.hpp"

namespace hubspec::scenario {

namespace {

// A line is shown in a terminal: of a longer one only the part around the caret.
constexpr std::size_t widest_line = 160;
constexpr std::size_t before_caret = 60;

struct Excerpt {
    std::string text;   // what is shown
    std::string blank;  // as wide as what stands before the caret
    int room = 0;       // columns from the caret to the end
};

// Tabs and what cannot be printed take one column each, so that the caret stands where it should.
std::string printable(char32_t character) {
    if (character == '\t') return " ";
    if (character < 0x20 || (character >= 0x7F && character < 0xA0)) return "?";
    return encode_utf8(character);
}

Excerpt cut(const std::string& line, int column) {
    const auto characters = decode_utf8(line);
    const auto caret = std::min(characters.size(), static_cast<std::size_t>(std::max(0, column - 1)));
    const auto begin = characters.size() <= widest_line || caret < before_caret ? 0 : caret - before_caret;
    const auto end = std::min(characters.size(), begin + widest_line);
    Excerpt excerpt;
    if (begin > 0) excerpt = {"...", "   ", 0};
    for (auto i = begin; i < end; ++i) {
        excerpt.text += printable(characters[i]);
        const int width = display_width(characters[i]);
        if (i < caret)
            excerpt.blank.append(static_cast<std::size_t>(width), ' ');
        else
            excerpt.room += width;
    }
    if (end < characters.size()) excerpt.text += "...";
    return excerpt;
}

int width_of(const Diagnostic& diagnostic) {
    const auto characters = decode_utf8(diagnostic.source_line);
    int width = 0;
    for (int i = 0; i < diagnostic.length; ++i) {
        const auto at = static_cast<std::size_t>(diagnostic.place.column) - 1 + static_cast<std::size_t>(i);
        if (at >= characters.size()) break;
        width += display_width(characters[at]);
    }
    return width;
}

}  // namespace

std::string format(const Diagnostic& diagnostic) {
    std::string text = model::to_string(diagnostic.file, diagnostic.place);
    text += diagnostic.severity == Severity::error ? ": error: " : ": warning: ";
    text += iothub::mask(diagnostic.message);
    if (!diagnostic.suggestion.empty()) text += "; did you mean '" + diagnostic.suggestion + "'?";
    if (diagnostic.place.line == 0) return text;
    const auto excerpt = cut(iothub::mask(diagnostic.source_line), diagnostic.place.column);
    const int tildes = std::max(0, std::min(width_of(diagnostic), excerpt.room) - 1);
    return text + "\n    " + excerpt.text + "\n    " + excerpt.blank + "^" +
           std::string(static_cast<std::size_t>(tildes), '~');
}

std::string format(const Diagnostics& diagnostics) {
    std::string text;
    for (const auto& one : diagnostics) text += format(one) + "\n";
    return text;
}

void sort(Diagnostics& diagnostics) {
    const auto key = [](const Diagnostic& one) {
        return std::tie(one.file, one.place.line, one.place.column, one.message);
    };
    std::stable_sort(diagnostics.begin(), diagnostics.end(),
                     [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
    diagnostics.erase(std::unique(diagnostics.begin(), diagnostics.end()), diagnostics.end());
}

bool has_errors(const Diagnostics& diagnostics) {
    return std::any_of(diagnostics.begin(), diagnostics.end(),
                       [](const Diagnostic& one) { return one.severity == Severity::error; });
}

}  // namespace hubspec::scenario
