#include "harness/run/fields.hpp"

#include <algorithm>
#include <charconv>

#include "harness/mqtt/hex.hpp"
#include "harness/mqtt/packet.hpp"

namespace hubspec::run {

using namespace model;
using mqtt::overloaded;

namespace {

mqtt::Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

void collect_names(const Pattern& pattern, const Bindings& bindings, std::vector<std::string>& names);

void collect_from(std::string_view text, const Bindings& bindings, std::vector<std::string>& names) {
    for (auto& name : unbound_names(text, bindings))
        if (name != "_" && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

void collect_names(const Pattern& pattern, const Bindings& bindings, std::vector<std::string>& names) {
    if (const auto* text = std::get_if<TextPattern>(&pattern.form)) collect_from(text->text, bindings, names);
    if (const auto* array = std::get_if<ArrayPattern>(&pattern.form))
        for (const auto& item : array->items) collect_names(item, bindings, names);
    if (const auto* object = std::get_if<ObjectPattern>(&pattern.form))
        for (const auto& field : object->members) {
            collect_from(field.name, bindings, names);
            collect_names(field.value, bindings, names);
        }
}

}  // namespace

Value resolve(const Pattern& pattern, const Bindings& bindings) {
    return std::visit(
        overloaded{
            [](const AnyValue&) { return Value("any"); },
            [](const AbsentValue&) { return Value("absent"); },
            [](const EmptyValue&) { return Value(""); },
            [](const ScalarPattern& scalar) { return scalar.value; },
            [&](const TextPattern& text) { return interpolate(text.text, bindings); },
            [&](const ArrayPattern& array) {
                Array items;
                for (const auto& item : array.items) items.push_back(resolve(item, bindings));
                return Value(std::move(items));
            },
            [&](const ObjectPattern& object) {
                Object members;
                for (const auto& field : object.members)
                    members.push_back({interpolate_text(field.name, bindings), resolve(field.value, bindings)});
                return Value(std::move(members));
            },
            [](const ComparisonPattern&) { return Value(); },
        },
        pattern.form);
}

bool Fields::has(std::string_view name) const { return find(fields_, name) != nullptr; }

bool Fields::is_null(std::string_view name) const {
    const auto* field = find(fields_, name);
    return field != nullptr && resolve(*field, bindings_).is_null();
}

std::optional<Value> Fields::value(std::string_view name) const {
    const auto* field = find(fields_, name);
    if (field == nullptr) return std::nullopt;
    return resolve(*field, bindings_);
}

std::string Fields::text(std::string_view name, const std::string& otherwise) const {
    const auto found = value(name);
    return found ? text_of(*found) : otherwise;
}

std::int64_t Fields::integer(std::string_view name, std::int64_t otherwise) const {
    const auto found = value(name);
    return found && found->integer() != nullptr ? *found->integer() : otherwise;
}

bool Fields::flag(std::string_view name, bool otherwise) const {
    const auto found = value(name);
    const auto* flag = found ? std::get_if<bool>(&found->form) : nullptr;
    return flag != nullptr ? *flag : otherwise;
}

std::chrono::milliseconds Fields::duration(std::string_view name, std::chrono::milliseconds otherwise) const {
    const auto found = value(name);
    return found ? parse_duration(text_of(*found)).value_or(otherwise) : otherwise;
}

std::vector<Field> Fields::members(std::string_view name) const {
    const auto* field = find(fields_, name);
    const auto* object = field != nullptr ? std::get_if<ObjectPattern>(&field->form) : nullptr;
    return object != nullptr ? object->members : std::vector<Field>{};
}

std::vector<Pattern> Fields::items(std::string_view name) const {
    const auto* field = find(fields_, name);
    const auto* array = field != nullptr ? std::get_if<ArrayPattern>(&field->form) : nullptr;
    return array != nullptr ? array->items : std::vector<Pattern>{};
}

bool Fields::has_body() const { return has("payload") || has("json") || has("hex") || has("size"); }

mqtt::Bytes Fields::body() const {
    if (const auto json = value("json")) return bytes_of(to_json(*json));
    if (has("hex")) return mqtt::from_hex(text("hex")).value_or(mqtt::Bytes{});
    if (has("size")) return mqtt::Bytes(static_cast<std::size_t>(std::max<std::int64_t>(0, integer("size", 0))), 'x');
    return bytes_of(text("payload"));
}

Value Fields::all() const {
    Object members;
    for (const auto& field : fields_)
        members.push_back({interpolate_text(field.name, bindings_), resolve(field.value, bindings_)});
    return members;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{}) return std::nullopt;
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    static constexpr std::pair<std::string_view, std::int64_t> units[] = {
        {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
    for (const auto& [name, factor] : units)
        if (unit == name) return std::chrono::milliseconds(count * factor);
    return std::nullopt;
}

std::vector<std::string> names_to_invent(const std::vector<Field>& fields, const Bindings& bindings) {
    std::vector<std::string> names;
    for (const auto& field : fields) {
        collect_from(field.name, bindings, names);
        collect_names(field.value, bindings, names);
    }
    return names;
}

}  // namespace hubspec::run
