#include "harness/scenario/syntax_error.hpp"

#include <algorithm>
#include <array>

namespace hubspec::scenario::yaml {

namespace {

bool begins_token(std::string_view text, std::size_t at) {
    return at == 0 || std::string_view(" \n[{,:(").find(text[at - 1]) != std::string_view::npos;
}

/// The quote that opens the first quoted text after `from` which is never closed.
std::size_t open_quote(std::string_view text, std::size_t from) {
    for (std::size_t at = from; at < text.size(); ++at) {
        if (!begins_token(text, at)) continue;
        if (text[at] == '#') {
            at = std::min(text.find('\n', at), text.size());
            continue;
        }
        if (text[at] != '"' && text[at] != '\'') continue;
        const auto close = closing_quote(text, at);
        if (close == std::string_view::npos) return at;
        at = close;
    }
    return std::string_view::npos;
}

std::string translate(const std::string& message) {
    static constexpr std::array<std::array<std::string_view, 2>, 12> sentences{{
        {"illegal map value", "a ':' cannot stand here; text with ': ' in it needs quotes"},
        {"illegal block entry", "a list cannot begin here; begin it on a line of its own"},
        {"illegal map key", "a key cannot stand here"},
        {"end of map not found", "this does not fit what stands above; look at the indentation"},
        {"end of sequence not found", "this does not fit what stands above; look at the indentation"},
        {"end of map flow not found", "a '{' is never closed, or a ',' is missing"},
        {"end of sequence flow not found", "a '[' is never closed, or a ',' is missing"},
        {"illegal flow end", "nothing is open that this closes"},
        {"illegal EOF in scalar", unclosed_quote},
        {"unknown token", "text that begins with this character needs quotes"},
        {"the referenced anchor is not defined", "aliases are not supported; text that begins with '*' needs quotes"},
        {"illegal document indicator in scalar", unclosed_quote},
    }};
    for (const auto& [theirs, ours] : sentences)
        if (message == theirs) return std::string(ours);
    if (message.starts_with("unknown escape character: "))
        return "'\\" + message.substr(26) + "' is no escape; write '\\\\' for a backslash, or use '...'";
    return "this is no YAML: " + message;
}

}  // namespace

std::size_t closing_quote(std::string_view text, std::size_t open) {
    const char quote = text[open];
    for (std::size_t at = open + 1; at < text.size(); ++at) {
        if (quote == '"' && text[at] == '\\') {
            ++at;
            continue;
        }
        if (text[at] != quote) continue;
        if (quote == '"' || at + 1 >= text.size() || text[at + 1] != '\'') return at;
        ++at;  // '' is one quote
    }
    return std::string_view::npos;
}

Diagnostic explain_syntax(const SourceFile& file, const std::string& message, std::size_t offset,
                          std::size_t read_until) {
    const auto sentence = translate(message);
    if (sentence == unclosed_quote)
        if (const auto open = open_quote(file.text, read_until); open != std::string_view::npos) offset = open;
    if (message.starts_with("unknown escape character")) offset -= std::min<std::size_t>(offset, 1);
    return diagnose(file, file.place(offset), 1, sentence);
}

}  // namespace hubspec::scenario::yaml
