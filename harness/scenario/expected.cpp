// Values that are expected: patterns.

#include <algorithm>
#include <array>
#include <optional>
#include <regex>

#include "harness/scenario/nearest.hpp"
#include "harness/scenario/read.hpp"
#include "harness/scenario/scalar_types.hpp"
#include "harness/scenario/values.hpp"

namespace hubspec::scenario {

using namespace model;

namespace {

using Spelling = std::pair<std::string_view, Comparator>;
constexpr std::array<Spelling, 10> comparators{Spelling{"equals", Comparator::equals},
                                               Spelling{"ge", Comparator::ge},
                                               Spelling{"gt", Comparator::gt},
                                               Spelling{"le", Comparator::le},
                                               Spelling{"lt", Comparator::lt},
                                               Spelling{"one_of", Comparator::one_of},
                                               Spelling{"not", Comparator::not_},
                                               Spelling{"matches", Comparator::matches},
                                               Spelling{"contains", Comparator::contains},
                                               Spelling{"length", Comparator::length}};

// Longer or more deeply nested ones cost the library more than they are worth.
constexpr std::size_t longest_regex = 1000;

std::optional<Comparator> comparator_of(std::string_view name) {
    for (const auto& [spelling, comparator] : comparators)
        if (spelling == name) return comparator;
    return std::nullopt;
}

std::vector<std::string> comparator_names() {
    std::vector<std::string> names{"exactly"};
    for (const auto& [spelling, comparator] : comparators) names.emplace_back(spelling);
    return names;
}

bool is_comparison(const yaml::Map& map) {
    return !map.members.empty() && std::all_of(map.members.begin(), map.members.end(), [](const yaml::Member& one) {
        return comparator_of(one.name).has_value();
    });
}

const yaml::Member* exactly_member(const yaml::Map& map) {
    return map.members.size() == 1 ? map.member("exactly") : nullptr;
}

/// How the reading of nested values goes.
struct Reading {
    Scope& scope;
    Use purpose = Use::expected;
    bool exactly = false;  ///< objects allow nothing more
};

Pattern read_json(const yaml::Node& node, const Reading& reading);
Pattern read_any(const yaml::Node& node, const std::string& name, const Type& type, const Reading& reading);

std::optional<Pattern> plain_word(const yaml::Node& node) {
    if (node.is_plain("any")) return Pattern{AnyValue{}, node.place};
    if (node.is_plain("absent")) return Pattern{AbsentValue{}, node.place};
    if (node.is_plain("empty")) return Pattern{EmptyValue{}, node.place};
    return std::nullopt;
}

Pattern literal(const yaml::Node& node, const Reading& reading) {
    const auto* scalar = node.scalar();
    if (scalar == nullptr) return {ScalarPattern{}, node.place};
    reading.scope.names.use(node, reading.purpose, reading.scope.diagnostics);
    if (const auto* text = scalar->value.text()) return {TextPattern{*text}, node.place};
    return {ScalarPattern{scalar->value}, node.place};
}

// --- comparisons ---

Reading comparing(const Reading& reading) { return {reading.scope, Use::compared, reading.exactly}; }

Pattern read_bound(const yaml::Node& node, const std::string& name, const Reading& reading) {
    const auto* scalar = node.scalar();
    const bool number =
        scalar != nullptr && (scalar->value.integer() != nullptr || std::holds_alternative<double>(scalar->value.form));
    const bool reference = node.text() != nullptr && single_reference(*node.text());
    if (!number && !reference && !node.broken) reading.scope.say(yaml::misfit(node, name, "a number"));
    return literal(node, comparing(reading));
}

// Names in it are filled in before it is used, so it is tried with a letter in their place.
std::string without_names(const std::string& text) {
    std::string out;
    std::size_t from = 0;
    for (const auto& reference : references_in(text)) {
        out += text.substr(from, reference.offset - from) + "x";
        from = reference.offset + reference.length;
    }
    return out + text.substr(from);
}

std::string regex_problem(const std::string& text) {
    if (text.size() > longest_regex) return "it has more than " + std::to_string(longest_regex) + " characters";
    try {
        const std::regex tried(without_names(text), std::regex::ECMAScript);
        return {};
    } catch (const std::regex_error& error) {
        switch (error.code()) {
            case std::regex_constants::error_brack:
                return "a '[' is never closed";
            case std::regex_constants::error_paren:
                return "the parentheses do not match";
            case std::regex_constants::error_brace:
            case std::regex_constants::error_badbrace:
                return "the braces are wrong";
            case std::regex_constants::error_badrepeat:
                return "there is nothing to repeat";
            case std::regex_constants::error_escape:
                return "an escape is unknown";
            case std::regex_constants::error_range:
                return "a range is the wrong way round";
            default:
                return "it is too complex";
        }
    }
}

Pattern read_regex(const yaml::Node& node, const Reading& reading) {
    const auto text = yaml::read_text(node, "matches", reading.scope.diagnostics);
    if (text)
        if (const auto problem = regex_problem(*text); !problem.empty())
            reading.scope.say(yaml::at(node, "this is no regular expression: " + problem));
    return literal(node, comparing(reading));
}

Pattern read_list_of(const yaml::Node& node, const std::string& name, const Type& type, const Reading& reading) {
    ArrayPattern array;
    const auto* list = yaml::read_list(node, name, reading.scope.diagnostics);
    if (list != nullptr && list->items.empty())
        reading.scope.say(yaml::at(node, "'" + name + "' is empty: nothing could match it"));
    if (list != nullptr)
        for (const auto& item : list->items) array.items.push_back(read_any(item, name, type, reading));
    return {std::move(array), node.place};
}

Type length_type() {
    Type type;
    type.kind = Kind::integer;
    type.most = 268'435'455;
    return type;
}

// What is contained in a list is one of its items.
Type contained_type(const Type& type) { return type.kind == Kind::list ? type.items.front() : type; }

Pattern read_literal_map(const yaml::Node& node, const Reading& reading);

Pattern read_operand(Comparator comparator, const yaml::Member& member, const Type& type, const Reading& reading) {
    switch (comparator) {
        case Comparator::ge:
        case Comparator::gt:
        case Comparator::le:
        case Comparator::lt:
            return read_bound(member.value, member.name, reading);
        case Comparator::matches:
            return read_regex(member.value, reading);
        case Comparator::one_of:
            return read_list_of(member.value, member.name, type, reading);
        case Comparator::length:
            return read_any(member.value, member.name, length_type(), reading);
        case Comparator::contains:
            return read_any(member.value, member.name, contained_type(type), comparing(reading));
        case Comparator::not_:
            return read_any(member.value, member.name, type, comparing(reading));
        case Comparator::equals:
            if (member.value.map() != nullptr && (type.kind == Kind::json || type.kind == Kind::dictionary))
                return read_literal_map(member.value, reading);
            return read_any(member.value, member.name, type, reading);
    }
    return {};
}

Pattern read_comparison(const yaml::Node& node, const Type& type, const Reading& reading) {
    ComparisonPattern pattern;
    for (const auto& member : node.map()->members) {
        const auto comparator = comparator_of(member.name).value_or(Comparator::equals);
        pattern.comparisons.push_back({comparator, read_operand(comparator, member, type, reading)});
    }
    return {std::move(pattern), node.place};
}

// --- JSON ---

Pattern read_literal_map(const yaml::Node& node, const Reading& reading) {
    ObjectPattern object;
    object.exactly = reading.exactly;
    for (const auto& member : node.map()->members) {
        reading.scope.names.use_key(node, member, Use::compared, reading.scope.diagnostics);
        object.members.push_back({member.name, read_json(member.value, reading), member.place});
    }
    return {std::move(object), node.place};
}

Pattern read_exactly(const yaml::Member& member, const Reading& reading) {
    const Reading inside{reading.scope, reading.purpose, true};
    if (member.value.map() != nullptr) return read_literal_map(member.value, inside);
    if (!member.value.broken) reading.scope.say(yaml::misfit(member.value, "exactly", "a map"));
    return {ObjectPattern{}, member.value.place};
}

Pattern read_json(const yaml::Node& node, const Reading& reading) {
    static const Type json = [] {
        Type type;
        type.kind = Kind::json;
        return type;
    }();
    if (const auto* sequence = node.sequence()) {
        ArrayPattern array;
        for (const auto& item : sequence->items) array.items.push_back(read_json(item, reading));
        return {std::move(array), node.place};
    }
    if (const auto* map = node.map()) {
        if (const auto* member = exactly_member(*map)) return read_exactly(*member, reading);
        return is_comparison(*map) ? read_comparison(node, json, reading) : read_literal_map(node, reading);
    }
    if (auto word = plain_word(node)) return *word;
    return literal(node, reading);
}

// --- fields of a known type ---

Pattern read_dictionary(const yaml::Node& node, const std::string& name, const Reading& reading) {
    if (!node.broken && node.map() == nullptr) reading.scope.say(yaml::misfit(node, name, "a map of names and text"));
    return node.map() == nullptr ? literal(node, reading) : read_json(node, reading);
}

Pattern read_list(const yaml::Node& node, const std::string& name, const Type& type, const Reading& reading) {
    ArrayPattern array;
    if (const auto* list = yaml::read_list(node, name, reading.scope.diagnostics))
        for (const auto& item : list->items) array.items.push_back(read_any(item, name, type.items.front(), reading));
    return {std::move(array), node.place};
}

Pattern read_bytes(const yaml::Node& node, const std::string& name, const Type& type, const Reading& reading) {
    const auto* text = node.text();
    if (text != nullptr && !references_in(*text).empty())
        reading.scope.say(yaml::at(node, "names are not filled in here: '" + name + "' takes the bytes themselves"));
    else
        check_scalar(node, name, type, reading.scope);
    return literal(node, reading);
}

// A map where none belongs was meant as a comparison.
void refuse_map(const yaml::Node& node, const std::string& name, const Type& type, Scope& scope) {
    for (const auto& member : node.map()->members) {
        if (comparator_of(member.name)) continue;
        auto diagnostic = yaml::at(
            node, member, "'" + name + "' takes " + takes(type) + " or comparisons, and '" + member.name + "' is none");
        diagnostic.suggestion = nearest(member.name, comparator_names()).value_or("");
        return scope.say(std::move(diagnostic));
    }
    scope.say(yaml::misfit(node, name, takes(type)));
}

Pattern read_scalar(const yaml::Node& node, const std::string& name, const Type& type, const Reading& reading) {
    if (node.broken) return literal(node, reading);
    if (node.map() != nullptr)
        refuse_map(node, name, type, reading.scope);
    else
        check_scalar(node, name, type, reading.scope);
    return literal(node, reading);
}

// Names of the scenario itself are no patterns.
Pattern read_own_name(const yaml::Node& node, const std::string& name, const Type& type, const Reading& reading) {
    check_scalar(node, name, type, reading.scope);
    return literal(node, reading);
}

Pattern read_any(const yaml::Node& node, const std::string& name, const Type& type, const Reading& reading) {
    if (type.kind == Kind::json) return read_json(node, reading);
    if (type.kind == Kind::identity || type.kind == Kind::exchange) return read_own_name(node, name, type, reading);
    const bool countable = type.kind != Kind::integer && type.kind != Kind::flag;
    if (type.kind == Kind::hex) return read_bytes(node, name, type, reading);
    if (auto word = plain_word(node); word && (countable || !std::holds_alternative<EmptyValue>(word->form)))
        return *word;
    if (node.map() != nullptr && is_comparison(*node.map())) return read_comparison(node, type, reading);
    if (type.kind == Kind::dictionary) return read_dictionary(node, name, reading);
    if (type.kind == Kind::list) return read_list(node, name, type, reading);
    return read_scalar(node, name, type, reading);
}

}  // namespace

Pattern expected_value(const yaml::Node& node, const std::string& name, const Type& type, Scope& scope) {
    return read_any(node, name, type, {scope, Use::expected, false});
}

}  // namespace hubspec::scenario
