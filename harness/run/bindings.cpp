#include "harness/run/bindings.hpp"

#include <algorithm>
#include <charconv>

namespace hubspec::run {

using model::Value;

namespace {

std::optional<std::int64_t> integer_of(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// Binds one captured piece of text; false when its type does not fit.
bool capture(const NameReference& reference, std::string_view piece, Bindings& bindings) {
    if (reference.type == "int") {
        const auto number = integer_of(piece);
        if (!number) return false;
        if (reference.name != "_") bindings[reference.name] = *number;
        return true;
    }
    if (piece.empty()) return false;  // a name stands for something
    if (reference.name != "_") bindings[reference.name] = std::string(piece);
    return true;
}

bool match_parts(const std::vector<TemplatePart>& parts, std::size_t index, std::string_view rest, Bindings& bindings) {
    if (index == parts.size()) return rest.empty();
    if (const auto* literal = std::get_if<std::string>(&parts[index]))
        return rest.starts_with(*literal) && match_parts(parts, index + 1, rest.substr(literal->size()), bindings);
    const auto& reference = std::get<NameReference>(parts[index]);
    if (const auto bound = bindings.find(reference.name); bound != bindings.end()) {
        const std::string text = text_of(bound->second);
        return rest.starts_with(text) && match_parts(parts, index + 1, rest.substr(text.size()), bindings);
    }
    for (std::size_t size = 0; size <= rest.size(); ++size) {
        Bindings attempt = bindings;
        if (!capture(reference, rest.substr(0, size), attempt)) continue;
        if (match_parts(parts, index + 1, rest.substr(size), attempt)) return bindings = std::move(attempt), true;
    }
    return false;
}

// The whole text is one name: values other than text can be compared and captured.
bool match_single(const NameReference& reference, const Value& actual, Bindings& bindings) {
    if (const auto bound = bindings.find(reference.name); bound != bindings.end()) {
        if (bound->second == actual) return true;
        const auto* text = actual.text();
        return text != nullptr && *text == text_of(bound->second);
    }
    if (const auto* text = actual.text()) return capture(reference, *text, bindings);
    if (reference.type == "int" && actual.integer() == nullptr) return false;
    if (reference.name != "_") bindings[reference.name] = actual;
    return true;
}

}  // namespace

std::vector<TemplatePart> parse_template(std::string_view text) {
    std::vector<TemplatePart> parts;
    while (!text.empty()) {
        const auto open = text.find("{{");
        const auto close = open == std::string_view::npos ? open : text.find("}}", open);
        if (close == std::string_view::npos) {
            parts.emplace_back(std::string(text));
            break;
        }
        if (open > 0) parts.emplace_back(std::string(text.substr(0, open)));
        const auto inside = text.substr(open + 2, close - open - 2);
        const auto colon = inside.find(':');
        parts.emplace_back(NameReference{std::string(inside.substr(0, colon)),
                                         colon == std::string_view::npos ? "" : std::string(inside.substr(colon + 1))});
        text.remove_prefix(close + 2);
    }
    return parts;
}

std::vector<std::string> unbound_names(std::string_view text, const Bindings& bindings) {
    std::vector<std::string> names;
    for (const auto& part : parse_template(text))
        if (const auto* reference = std::get_if<NameReference>(&part);
            reference != nullptr && !bindings.contains(reference->name))
            names.push_back(reference->name);
    return names;
}

std::string text_of(const Value& value) {
    if (const auto* text = value.text()) return *text;
    return model::to_json(value);
}

Value interpolate(std::string_view text, const Bindings& bindings) {
    const auto parts = parse_template(text);
    if (parts.size() == 1)
        if (const auto* reference = std::get_if<NameReference>(&parts.front()))
            if (const auto bound = bindings.find(reference->name); bound != bindings.end()) return bound->second;
    return interpolate_text(text, bindings);
}

std::string interpolate_text(std::string_view text, const Bindings& bindings) {
    std::string out;
    for (const auto& part : parse_template(text)) {
        if (const auto* literal = std::get_if<std::string>(&part)) {
            out += *literal;
            continue;
        }
        const auto& reference = std::get<NameReference>(part);
        const auto bound = bindings.find(reference.name);
        out += bound != bindings.end() ? text_of(bound->second) : "{{" + reference.name + "}}";
    }
    return out;
}

bool match_template(std::string_view text, const Value& actual, Bindings& bindings) {
    const auto parts = parse_template(text);
    Bindings attempt = bindings;
    bool matched = false;
    if (parts.size() == 1 && std::holds_alternative<NameReference>(parts.front()))
        matched = match_single(std::get<NameReference>(parts.front()), actual, attempt);
    else if (const auto* actual_text = actual.text())
        matched = match_parts(parts, 0, *actual_text, attempt);
    if (matched) bindings = std::move(attempt);
    return matched;
}

}  // namespace hubspec::run
