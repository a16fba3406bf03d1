#include "harness/scenario/scalar_types.hpp"

#include <algorithm>

#include "harness/scenario/duration.hpp"
#include "harness/scenario/nearest.hpp"
#include "harness/scenario/read.hpp"
#include "harness/scenario/values.hpp"

namespace hubspec::scenario {

namespace {

template <class Value>
const Value* get(const yaml::Node& node) {
    const auto* scalar = node.scalar();
    return scalar == nullptr ? nullptr : std::get_if<Value>(&scalar->value.form);
}

bool is_hex(std::string_view text) {
    const auto is_digit = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    };
    std::size_t digits = 0;
    for (const char c : text) {
        if (is_digit(c))
            ++digits;
        else if (c != ' ' && c != '\n')
            return false;
    }
    return digits % 2 == 0;
}

// `1.2` without quotes is a number, and the word is text.
std::string spell(const std::string& word) {
    const bool is_number = !word.empty() && word.find_first_not_of("0123456789.") == std::string::npos;
    return is_number ? "\"" + word + "\"" : word;
}

// The values of an axis are looked at where the axis is used.
bool check_axis(const yaml::Node& node, const std::string& name, const Type& type, const NameReference& reference,
                Scope& scope) {
    const auto axis = scope.axes.find(reference.name);
    if (axis == scope.axes.end() || axis->second->sequence() == nullptr) return true;
    for (const auto& value : axis->second->sequence()->items) {
        if (value.broken || fits(value, type)) continue;
        scope.say(yaml::at(node, "'" + name + "' takes " + takes(type) + "; one value of the axis '" + reference.name +
                                     "' is " + describe(value)));
        return false;
    }
    return true;
}

}  // namespace

std::string takes(const Type& type) {
    const std::string or_null = type.nullable ? " or null" : "";
    switch (type.kind) {
        case Kind::text:
            return "text" + or_null;
        case Kind::integer:
            return "an integer from " + std::to_string(type.least) + " to " + std::to_string(type.most);
        case Kind::flag:
            return "true or false";
        case Kind::duration:
            return std::string(duration_form);
        case Kind::hex:
            return "bytes as pairs of hexadecimal digits in quotes, such as \"00 ff\"";
        case Kind::word: {
            std::vector<std::string> words;
            for (const auto& word : type.words) words.push_back(spell(word));
            return alternatives(words);
        }
        case Kind::json:
            return "any value";
        case Kind::dictionary:
            return "a map of names and text";
        case Kind::record:
            return "a map of " + alternatives(names_of(type.members));
        case Kind::list:
            return "a list";
        case Kind::packets:
            return "a list of packets";
        case Kind::identity:
            return "the name of an identity";
        case Kind::exchange:
            return "a name that a service line was given with 'as'";
    }
    return "a value";
}

bool fits(const yaml::Node& node, const Type& type) {
    const auto* text = node.text();
    if (type.nullable && get<std::nullptr_t>(node) != nullptr) return true;
    switch (type.kind) {
        case Kind::integer: {
            const auto* number = get<std::int64_t>(node);
            return number != nullptr && *number >= type.least && *number <= type.most;
        }
        case Kind::flag:
            return get<bool>(node) != nullptr;
        case Kind::duration:
            return text != nullptr && parse_duration(*text);
        case Kind::hex:
            return text != nullptr && is_hex(*text);
        case Kind::word:
            return text != nullptr && std::find(type.words.begin(), type.words.end(), *text) != type.words.end();
        case Kind::text:
        case Kind::identity:
        case Kind::exchange:
            return text != nullptr;
        case Kind::json:
            return true;
        case Kind::dictionary:
        case Kind::record:
        case Kind::list:
        case Kind::packets:
            return false;
    }
    return false;
}

void check_identity(const yaml::Node& node, Scope& scope) {
    const auto* text = node.text();
    if (text == nullptr || !references_in(*text).empty()) return;
    scope.used_identities.push_back(*text);
    if (std::find(scope.identities.begin(), scope.identities.end(), *text) != scope.identities.end()) return;
    auto diagnostic =
        yaml::at(node, "the scenario has no identity '" + *text + "'; further ones are listed under 'identities'");
    diagnostic.suggestion = nearest(*text, scope.identities).value_or("");
    scope.say(std::move(diagnostic));
}

void check_scalar(const yaml::Node& node, const std::string& name, const Type& type, Scope& scope) {
    if (node.broken) return;
    if (const auto* text = node.text()) {
        if (const auto reference = single_reference(*text)) {
            check_axis(node, name, type, *reference, scope);
            return;
        }
    }
    if (!fits(node, type)) {
        scope.say(yaml::misfit(node, name, takes(type)));
        if (const auto* text = node.text())
            scope.diagnostics.back().suggestion = nearest(*text, type.words).value_or("");
        return;
    }
    if (type.kind == Kind::identity) check_identity(node, scope);
}

}  // namespace hubspec::scenario
