#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hubspec::model {

struct Value;
struct Entry;
using Array = std::vector<Value>;
using Object = std::vector<Entry>;  ///< members in the order they were written

/// A JSON value. Integers and other numbers are told apart; members keep their order.
struct Value {
    std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> form;

    Value();
    Value(std::nullptr_t);
    Value(bool value);
    Value(int value);
    Value(std::int64_t value);
    Value(double value);
    Value(const char* value);
    Value(std::string value);
    Value(std::string_view value);
    Value(Array value);
    Value(Object value);

    bool is_null() const { return std::holds_alternative<std::nullptr_t>(form); }
    const std::string* text() const { return std::get_if<std::string>(&form); }
    const std::int64_t* integer() const { return std::get_if<std::int64_t>(&form); }
    const Array* array() const { return std::get_if<Array>(&form); }
    const Object* object() const { return std::get_if<Object>(&form); }
    /// Member of an object; nullptr when this is no object or has no such member.
    const Value* find(std::string_view name) const;
};

struct Entry {
    std::string name;
    Value value;
};

// Here, where a member is a complete type.
inline Value::Value() = default;
inline Value::Value(std::nullptr_t) {}
inline Value::Value(bool value) : form(value) {}
inline Value::Value(int value) : form(std::int64_t{value}) {}
inline Value::Value(std::int64_t value) : form(value) {}
inline Value::Value(double value) : form(value) {}
inline Value::Value(const char* value) : form(std::string(value)) {}
inline Value::Value(std::string value) : form(std::move(value)) {}
inline Value::Value(std::string_view value) : form(std::string(value)) {}
inline Value::Value(Array value) : form(std::move(value)) {}
inline Value::Value(Object value) : form(std::move(value)) {}

/// Same JSON: members in any order, 1 equal to 1.0.
bool operator==(const Value& left, const Value& right);
bool operator==(const Entry& left, const Entry& right);

/// Parses JSON text; nullopt when it is none, or nested deeper than 128 levels.
std::optional<Value> parse_json(std::string_view text);
/// Compact JSON text; bytes that are not UTF-8 become U+FFFD. `indent` < 0 writes one line.
std::string to_json(const Value& value, int indent = -1);

}  // namespace hubspec::model
