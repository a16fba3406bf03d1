#include "harness/run/match.hpp"

#include <algorithm>
#include <regex>

#include "harness/mqtt/describe.hpp"

namespace hubspec::run {

using namespace model;
using mqtt::overloaded;

namespace {

constexpr std::size_t longest_quote = 200;

std::string quote(const Value* actual) {
    if (actual == nullptr) return "nothing";
    std::string text = to_json(*actual);
    if (text.size() > longest_quote)
        text = text.substr(0, longest_quote) + "... (" + std::to_string(text.size()) + " characters)";
    return text;
}

std::string expected_text(const Pattern& pattern, const Bindings& bindings) {
    std::string text = interpolate_text(describe(pattern), bindings);
    if (text.size() > longest_quote) text = text.substr(0, longest_quote) + "...";
    return text;
}

std::string join(const std::string& path, const std::string& member) {
    return path.empty() ? member : path + "." + member;
}

std::optional<double> number_of(const Value& value) {
    if (const auto* integer = value.integer()) return static_cast<double>(*integer);
    if (const auto* real = std::get_if<double>(&value.form)) return *real;
    return std::nullopt;
}

bool is_empty(const Value& value) {
    if (const auto* text = value.text()) return text->empty();
    if (const auto* array = value.array()) return array->empty();
    if (const auto* object = value.object()) return object->empty();
    return false;
}

std::optional<std::size_t> length_of(const Value& value) {
    if (const auto* text = value.text()) return text->size();
    if (const auto* array = value.array()) return array->size();
    if (const auto* object = value.object()) return object->size();
    return std::nullopt;
}

bool equal_scalars(const Value& left, const Value& right) {
    if (left == right) return true;
    const auto a = number_of(left), b = number_of(right);
    return a && b && *a == *b;
}

bool matches_alone(const Pattern& pattern, const Value& actual, Bindings& bindings) {
    Differences differences;
    match(pattern, &actual, "", bindings, differences);
    return differences.empty();
}

bool ordered(Comparator comparator, const Value& actual, const Value& bound) {
    const auto a = number_of(actual), b = number_of(bound);
    if (!a || !b) return false;
    switch (comparator) {
        case Comparator::ge:
            return *a >= *b;
        case Comparator::gt:
            return *a > *b;
        case Comparator::le:
            return *a <= *b;
        default:
            return *a < *b;
    }
}

// The operand of an ordering: a number, or a name that is bound to one.
Value operand_value(const Pattern& operand, const Bindings& bindings) {
    if (const auto* scalar = std::get_if<ScalarPattern>(&operand.form)) return scalar->value;
    if (const auto* text = std::get_if<TextPattern>(&operand.form)) return interpolate(text->text, bindings);
    return {};
}

bool matches_regex(const Pattern& operand, const Value& actual, const Bindings& bindings) {
    const auto* text = std::get_if<TextPattern>(&operand.form);
    if (text == nullptr) return false;
    try {
        return std::regex_search(text_of(actual),
                                 std::regex(interpolate_text(text->text, bindings), std::regex::ECMAScript));
    } catch (const std::regex_error&) {
        return false;  // the loader has checked it; a name's value may have spoilt it
    }
}

bool contains(const Pattern& operand, const Value& actual, Bindings& bindings) {
    if (const auto* array = actual.array())
        return std::any_of(array->begin(), array->end(),
                           [&](const Value& item) { return matches_alone(operand, item, bindings); });
    const auto* text = actual.text();
    return text != nullptr && text->find(text_of(operand_value(operand, bindings))) != std::string::npos;
}

bool one_of(const Pattern& operand, const Value& actual, Bindings& bindings) {
    const auto* list = std::get_if<ArrayPattern>(&operand.form);
    return list != nullptr && std::any_of(list->items.begin(), list->items.end(),
                                          [&](const Pattern& item) { return matches_alone(item, actual, bindings); });
}

bool holds(const model::Comparison& comparison, const Value& actual, Bindings& bindings) {
    switch (comparison.comparator) {
        case Comparator::equals:
            return matches_alone(comparison.operand, actual, bindings);
        case Comparator::not_: {
            Bindings ignored = bindings;
            return !matches_alone(comparison.operand, actual, ignored);
        }
        case Comparator::one_of:
            return one_of(comparison.operand, actual, bindings);
        case Comparator::matches:
            return matches_regex(comparison.operand, actual, bindings);
        case Comparator::contains:
            return contains(comparison.operand, actual, bindings);
        case Comparator::length: {
            const auto length = length_of(actual);
            return length && matches_alone(comparison.operand, static_cast<std::int64_t>(*length), bindings);
        }
        case Comparator::ge:
        case Comparator::gt:
        case Comparator::le:
        case Comparator::lt:
            return ordered(comparison.comparator, actual, operand_value(comparison.operand, bindings));
    }
    return false;
}

void match_object(const ObjectPattern& pattern, const Value& actual, const std::string& path, Bindings& bindings,
                  Differences& differences) {
    const auto* object = actual.object();
    for (const auto& field : pattern.members) {
        const std::string name = interpolate_text(field.name, bindings);
        match(field.value, actual.find(name), join(path, name), bindings, differences);
    }
    if (!pattern.exactly) return;
    for (const auto& member : *object) {
        const bool named = std::any_of(pattern.members.begin(), pattern.members.end(), [&](const Field& field) {
            return interpolate_text(field.name, bindings) == member.name;
        });
        if (!named) differences.push_back(join(path, member.name) + ": expected nothing, got " + quote(&member.value));
    }
}

void match_array(const ArrayPattern& pattern, const Array& actual, const std::string& path, Bindings& bindings,
                 Differences& differences) {
    if (actual.size() != pattern.items.size()) {
        differences.push_back(path + ": expected " + std::to_string(pattern.items.size()) + " items, got " +
                              std::to_string(actual.size()));
        return;
    }
    for (std::size_t i = 0; i < actual.size(); ++i)
        match(pattern.items[i], &actual[i], path + "[" + std::to_string(i) + "]", bindings, differences);
}

}  // namespace

void match(const Pattern& pattern, const Value* actual, const std::string& path, Bindings& bindings,
           Differences& differences) {
    const auto differ = [&] {
        differences.push_back((path.empty() ? "value" : path) + ": expected " + expected_text(pattern, bindings) +
                              ", got " + quote(actual));
    };
    if (std::holds_alternative<AbsentValue>(pattern.form)) {
        if (actual != nullptr) differ();
        return;
    }
    if (actual == nullptr) return differ();
    std::visit(overloaded{
                   [](const AnyValue&) {},
                   [](const AbsentValue&) {},
                   [&](const EmptyValue&) {
                       if (!is_empty(*actual)) differ();
                   },
                   [&](const ScalarPattern& scalar) {
                       if (!equal_scalars(scalar.value, *actual)) differ();
                   },
                   [&](const TextPattern& text) {
                       if (!match_template(text.text, *actual, bindings)) differ();
                   },
                   [&](const ArrayPattern& array) {
                       actual->array() != nullptr ? match_array(array, *actual->array(), path, bindings, differences)
                                                  : differ();
                   },
                   [&](const ObjectPattern& object) {
                       actual->object() != nullptr ? match_object(object, *actual, path, bindings, differences)
                                                   : differ();
                   },
                   [&](const ComparisonPattern& comparisons) {
                       for (const auto& comparison : comparisons.comparisons)
                           if (!holds(comparison, *actual, bindings)) return differ();
                   },
               },
               pattern.form);
}

}  // namespace hubspec::run
