#include "harness/scenario/nearest.hpp"

#include <algorithm>

namespace hubspec::scenario {

namespace {

// Longer words than these are no words that anybody mistyped; they would only cost time.
constexpr std::size_t longest_word = 64;

std::string lower(std::string_view text) {
    std::string out(text);
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

// How many letters are added, left out, replaced, or swapped with their neighbour.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before_last = std::move(last);
        last = row;
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({row[j - 1] + 1, last[j] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
    }
    return row[b.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& words) {
    if (word.empty() || word.size() > longest_word) return std::nullopt;
    const std::string wanted = lower(word);
    std::size_t best = 1 + std::max<std::size_t>(1, word.size() / 3);
    std::optional<std::string> found;
    for (const auto& candidate : words) {
        if (candidate.size() > longest_word) continue;
        const auto far = distance(wanted, lower(candidate));
        if (far >= best || far >= candidate.size()) continue;
        best = far;
        found = candidate;
    }
    return found;
}

std::string alternatives(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i)
        text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
    return text;
}

}  // namespace hubspec::scenario
