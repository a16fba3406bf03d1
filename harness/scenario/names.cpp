#include "harness/scenario/names.hpp"

#include <algorithm>

#include "harness/scenario/nearest.hpp"
#include "harness/scenario/text.hpp"

namespace hubspec::scenario {

namespace {

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_name(std::string_view text) {
    if (text.empty() || text.front() == '.' || text.back() == '.' || (text.front() >= '0' && text.front() <= '9'))
        return false;
    return std::all_of(text.begin(), text.end(), [](char c) { return is_name_character(c) || c == '.'; });
}

bool is_dotted(std::string_view name) { return name.find('.') != std::string_view::npos; }

// Where the name itself stands, when its text stands in the file as it is: behind quotes and before any escape.
Diagnostic place_of(const Diagnostic& whole, const std::string& text, const NameReference& reference) {
    const auto before = count_characters(std::string_view(text).substr(0, reference.offset));
    const auto written = text.substr(reference.offset, reference.length);
    const auto line = decode_utf8(whole.source_line);
    const auto wanted = decode_utf8(written);
    for (std::size_t quote = 0; quote <= 1; ++quote) {
        const auto at = static_cast<std::size_t>(std::max(0, whole.place.column - 1)) + quote + before;
        if (at + wanted.size() > line.size() ||
            !std::equal(wanted.begin(), wanted.end(), line.begin() + static_cast<std::ptrdiff_t>(at)))
            continue;
        Diagnostic exact = whole;
        exact.place.column = static_cast<int>(at) + 1;
        exact.length = static_cast<int>(wanted.size());
        return exact;
    }
    return whole;
}

}  // namespace

std::vector<NameReference> references_in(std::string_view text) {
    std::vector<NameReference> references;
    for (std::size_t open = text.find("{{"); open != std::string_view::npos; open = text.find("{{", open)) {
        const auto close = text.find("}}", open);
        if (close == std::string_view::npos) break;
        const auto inside = text.substr(open + 2, close - open - 2);
        const auto colon = inside.find(':');
        references.push_back({std::string(inside.substr(0, colon)),
                              colon == std::string_view::npos ? "" : std::string(inside.substr(colon + 1)), open,
                              close + 2 - open});
        open = close + 2;
    }
    return references;
}

std::optional<NameReference> single_reference(std::string_view text) {
    if (!text.starts_with("{{")) return std::nullopt;
    auto references = references_in(text);
    if (references.size() != 1 || references.front().length != text.size()) return std::nullopt;
    return references.front();
}

void NameBook::declare(std::string name) {
    bound_.insert(name);
    declared_.insert(std::move(name));
}

void NameBook::reserve(std::string name, std::string why_not) { reserved_[std::move(name)] = std::move(why_not); }

void NameBook::use(const yaml::Node& node, Use purpose, Diagnostics& diagnostics) {
    const auto* text = node.text();
    if (text == nullptr || node.broken || text->find("{{") == std::string::npos) return;
    file_ = node.file;
    use_text(*text, yaml::at(node, ""), purpose, diagnostics);
}

void NameBook::use_key(const yaml::Node& parent, const yaml::Member& key, Use purpose, Diagnostics& diagnostics) {
    if (key.name.find("{{") == std::string::npos) return;
    file_ = parent.file;
    use_text(key.name, yaml::at(parent, key, ""), purpose, diagnostics);
}

void NameBook::use_text(const std::string& text, const Diagnostic& place, Use purpose, Diagnostics& diagnostics) {
    const auto references = references_in(text);
    ordinal_ = 0;
    for (const auto& reference : references) {
        use_name(reference, place_of(place, text, reference), purpose, diagnostics);
        ++ordinal_;
    }
    const auto read_until = references.empty() ? 0 : references.back().offset + references.back().length;
    const auto open = text.find("{{", read_until);
    if (open == std::string::npos) return;
    auto diagnostic = place_of(place, text, {"", "", open, 2});
    diagnostic.message = "this '{{' is never closed by '}}'";
    diagnostics.push_back(std::move(diagnostic));
}

void NameBook::use_name(const NameReference& reference, const Diagnostic& place, Use purpose,
                        Diagnostics& diagnostics) {
    Diagnostic diagnostic = place;
    diagnostic.message = problem(reference, purpose);
    if (!diagnostic.message.empty()) {
        const bool unknown =
            is_name(reference.name) && is_dotted(reference.name) && !declared_.contains(reference.name);
        if (unknown) diagnostic.suggestion = nearest(reference.name, {declared_.begin(), declared_.end()}).value_or("");
        diagnostics.push_back(std::move(diagnostic));
    }
    if (reference.name == "_") return;
    bound_.insert(reference.name);
    auto& occurrence = counts_[reference.name];
    if (seen_.insert({file_, place.place.line, place.place.column, ordinal_}).second) ++occurrence.count;
    if (occurrence.first.file.empty()) occurrence.first = place;
}

std::string NameBook::problem(const NameReference& reference, Use purpose) const {
    const auto& name = reference.name;
    const std::string spelled = "{{" + name + "}}";
    if (!is_name(name))
        return "'{{" + name + (reference.type.empty() ? "" : ":" + reference.type) +
               "}}' is no name: letters, digits and '_' between the braces, such as {{rid}}";
    if (!reference.type.empty() && reference.type != "int")
        return "names have no type '" + reference.type + "': the only one is {{" + name + ":int}}";
    if (!reference.type.empty() && purpose == Use::sent) return "a type belongs to what is expected; write " + spelled;
    if (name == "_")
        return purpose == Use::expected ? ""
                                        : "{{_}} stands for whatever comes; it has no value that could be " +
                                              std::string(purpose == Use::sent ? "sent" : "compared");
    if (const auto reserved = reserved_.find(name); reserved != reserved_.end()) return reserved->second;
    if (is_dotted(name) && !declared_.contains(name)) return "nothing is called '" + name + "'";
    if (purpose == Use::compared && !bound_.contains(name))
        return "nothing has given " + spelled + " a value before this line";
    return {};
}

void NameBook::finish(Diagnostics& diagnostics) const {
    for (const auto& [name, occurrence] : counts_) {
        if (occurrence.count != 1 || declared_.contains(name) || reserved_.contains(name) || is_dotted(name) ||
            !is_name(name))
            continue;
        auto diagnostic = occurrence.first;
        diagnostic.message =
            "the name '" + name + "' occurs once: nothing is compared with it; {{_}} stands for whatever comes";
        std::vector<std::string> others(declared_.begin(), declared_.end());
        for (const auto& [other, times] : counts_)
            if (other != name && times.count > 1) others.push_back(other);
        diagnostic.suggestion = nearest(name, others).value_or("");
        diagnostics.push_back(std::move(diagnostic));
    }
}

}  // namespace hubspec::scenario
