#include "harness/model/value.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace hubspec::model {

namespace {
constexpr int deepest = 128;
using Json = nlohmann::ordered_json;

Value from(const Json& json) {
    switch (json.type()) {
        case Json::value_t::boolean:
            return json.get<bool>();
        case Json::value_t::number_integer:
            return json.get<std::int64_t>();
        case Json::value_t::number_unsigned: {
            const auto number = json.get<std::uint64_t>();
            if (number > static_cast<std::uint64_t>(INT64_MAX)) return static_cast<double>(number);
            return static_cast<std::int64_t>(number);
        }
        case Json::value_t::number_float:
            return json.get<double>();
        case Json::value_t::string:
            return json.get<std::string>();
        case Json::value_t::array: {
            Array items;
            for (const auto& item : json) items.push_back(from(item));
            return items;
        }
        case Json::value_t::object: {
            Object members;
            for (const auto& [name, value] : json.items()) members.push_back({name, from(value)});
            return members;
        }
        default:
            return {};
    }
}

Json to(const Value& value) {
    if (const auto* flag = std::get_if<bool>(&value.form)) return *flag;
    if (const auto* integer = value.integer()) return *integer;
    if (const auto* real = std::get_if<double>(&value.form)) return *real;
    if (const auto* text = value.text()) return *text;
    if (const auto* array = value.array()) {
        Json json = Json::array();
        for (const auto& item : *array) json.push_back(to(item));
        return json;
    }
    if (const auto* object = value.object()) {
        Json json = Json::object();
        for (const auto& [name, member] : *object) json[name] = to(member);
        return json;
    }
    return nullptr;
}
}  // namespace

const Value* Value::find(std::string_view name) const {
    if (const auto* members = object())
        for (const auto& [key, value] : *members)
            if (key == name) return &value;
    return nullptr;
}

bool operator==(const Entry& left, const Entry& right) { return left.name == right.name && left.value == right.value; }

bool operator==(const Value& left, const Value& right) {
    const auto* a = left.object();
    const auto* b = right.object();
    if (a != nullptr && b != nullptr)
        return a->size() == b->size() && std::all_of(a->begin(), a->end(), [&](const Entry& entry) {
                   const auto* other = right.find(entry.name);
                   return other != nullptr && *other == entry.value;
               });
    const auto number = [](const Value& value) -> std::optional<double> {
        if (const auto* integer = value.integer()) return static_cast<double>(*integer);
        if (const auto* real = std::get_if<double>(&value.form)) return *real;
        return std::nullopt;
    };
    if (left.form.index() != right.form.index()) {
        const auto x = number(left), y = number(right);
        return x && y && *x == *y;
    }
    return left.form == right.form;
}

std::optional<Value> parse_json(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) return std::nullopt;  // the library would end there and be content
    bool too_deep = false;
    const auto guard = [&](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > deepest;
        return !too_deep;
    };
    const auto json = Json::parse(text, guard, false);
    if (json.is_discarded() || too_deep) return std::nullopt;
    return from(json);
}

std::string to_json(const Value& value, int indent) {
    return to(value).dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace hubspec::model
