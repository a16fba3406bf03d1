#include "harness/model/pattern.hpp"

#include "harness/mqtt/packet.hpp"

namespace hubspec::model {

bool ArrayPattern::operator==(const ArrayPattern& other) const { return items == other.items; }
bool ObjectPattern::operator==(const ObjectPattern& other) const {
    return exactly == other.exactly && members == other.members;
}
bool ComparisonPattern::operator==(const ComparisonPattern& other) const { return comparisons == other.comparisons; }
bool operator==(const Pattern& left, const Pattern& right) { return left.form == right.form; }
bool operator==(const Field& left, const Field& right) { return left.name == right.name && left.value == right.value; }
bool operator==(const Comparison& left, const Comparison& right) {
    return left.comparator == right.comparator && left.operand == right.operand;
}

const Pattern* find(const std::vector<Field>& fields, std::string_view name) {
    for (const auto& field : fields)
        if (field.name == name) return &field.value;
    return nullptr;
}

std::string describe(const Pattern& pattern) {
    static constexpr const char* names[] = {"equals", "ge",  "gt",      "le",       "lt",
                                            "one_of", "not", "matches", "contains", "length"};
    return std::visit(mqtt::overloaded{
                          [](const AnyValue&) { return std::string("any"); },
                          [](const AbsentValue&) { return std::string("absent"); },
                          [](const EmptyValue&) { return std::string("empty"); },
                          [](const ScalarPattern& scalar) { return to_json(scalar.value); },
                          [](const TextPattern& text) { return text.text; },
                          [](const ArrayPattern& array) {
                              std::string text;
                              for (const auto& item : array.items) text += (text.empty() ? "" : ", ") + describe(item);
                              return "[" + text + "]";
                          },
                          [](const ObjectPattern& object) {
                              std::string text;
                              for (const auto& field : object.members)
                                  text += (text.empty() ? "" : ", ") + field.name + ": " + describe(field.value);
                              return (object.exactly ? "exactly {" : "{") + text + "}";
                          },
                          [](const ComparisonPattern& all) {
                              std::string text;
                              for (const auto& one : all.comparisons)
                                  text += (text.empty() ? "" : ", ") +
                                          std::string(names[static_cast<int>(one.comparator)]) + ": " +
                                          describe(one.operand);
                              return "{" + text + "}";
                          },
                      },
                      pattern.form);
}

}  // namespace hubspec::model
