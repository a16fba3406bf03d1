#pragma once

#include <string>
#include <variant>
#include <vector>

#include "harness/model/place.hpp"
#include "harness/model/value.hpp"

namespace hubspec::model {

struct Pattern;
struct Field;

/// The plain word `any`: present, whatever it is.
struct AnyValue {
    bool operator==(const AnyValue&) const = default;
};
/// The plain word `absent`: not there at all; null and empty are something else.
struct AbsentValue {
    bool operator==(const AbsentValue&) const = default;
};
/// The plain word `empty`: zero bytes, an empty string, list or map.
struct EmptyValue {
    bool operator==(const EmptyValue&) const = default;
};
/// null, true, 7, 1.5.
struct ScalarPattern {
    Value value;
    bool operator==(const ScalarPattern&) const = default;
};
/// Text with `{{name}}`, `{{name:int}}` in it. In what is sent, names are replaced; in what is expected, an unbound
/// name captures and a bound one must be equal.
struct TextPattern {
    std::string text;
    bool operator==(const TextPattern&) const = default;
};
struct ArrayPattern {
    std::vector<Pattern> items;
    bool operator==(const ArrayPattern&) const;
};
/// Expected: every member must match; others may be there unless `exactly`.
struct ObjectPattern {
    std::vector<Field> members;
    bool exactly = false;
    bool operator==(const ObjectPattern&) const;
};
/// `{ge: 1, le: 1177}`: every comparison must hold.
enum class Comparator { equals, ge, gt, le, lt, one_of, not_, matches, contains, length };
struct Comparison;
struct ComparisonPattern {
    std::vector<Comparison> comparisons;
    bool operator==(const ComparisonPattern&) const;
};

/// What a scenario says about a value, with its place in the YAML.
struct Pattern {
    std::variant<AnyValue, AbsentValue, EmptyValue, ScalarPattern, TextPattern, ArrayPattern, ObjectPattern,
                 ComparisonPattern>
        form;
    Place place;
};
bool operator==(const Pattern& left, const Pattern& right);  ///< places do not count

struct Field {
    std::string name;
    Pattern value;
    Place place;  ///< of the key
};
struct Comparison {
    Comparator comparator = Comparator::equals;
    Pattern operand;
};

bool operator==(const Field& left, const Field& right);
bool operator==(const Comparison& left, const Comparison& right);

/// Member of that name; nullptr when absent.
const Pattern* find(const std::vector<Field>& fields, std::string_view name);

/// The pattern as a scenario would spell it, on one line.
std::string describe(const Pattern& pattern);

}  // namespace hubspec::model
