// Values that are sent: literal but for names.

#include <algorithm>

#include "harness/scenario/duration.hpp"
#include "harness/scenario/lines.hpp"
#include "harness/scenario/nearest.hpp"
#include "harness/scenario/read.hpp"
#include "harness/scenario/scalar_types.hpp"
#include "harness/scenario/values.hpp"

namespace hubspec::scenario {

using namespace model;

namespace {

Pattern literal(const yaml::Node& node) {
    const auto* scalar = node.scalar();
    if (scalar == nullptr) return {ScalarPattern{}, node.place};
    if (const auto* text = scalar->value.text()) return {TextPattern{*text}, node.place};
    return {ScalarPattern{scalar->value}, node.place};
}

// A word that is a pattern elsewhere would be sent as text here: whoever wrote it should say so.
bool refuses_pattern(const yaml::Node& node, Scope& scope) {
    for (const std::string_view word : {"any", "absent", "empty"}) {
        if (!node.is_plain(word)) continue;
        scope.say(yaml::at(node, "the plain word " + std::string(word) + " is a pattern, and this is sent; write \"" +
                                     std::string(word) + "\" for the text"));
        return true;
    }
    return false;
}

Pattern sent_json(const yaml::Node& node, Scope& scope) {
    if (const auto* sequence = node.sequence()) {
        ArrayPattern array;
        for (const auto& item : sequence->items) array.items.push_back(sent_json(item, scope));
        return {std::move(array), node.place};
    }
    if (const auto* map = node.map()) {
        ObjectPattern object;
        for (const auto& member : map->members) {
            scope.names.use_key(node, member, Use::sent, scope.diagnostics);
            object.members.push_back({member.name, sent_json(member.value, scope), member.place});
        }
        return {std::move(object), node.place};
    }
    if (!node.broken && !refuses_pattern(node, scope)) scope.names.use(node, Use::sent, scope.diagnostics);
    return literal(node);
}

Pattern sent_dictionary(const yaml::Node& node, const std::string& name, const Type& type, Scope& scope) {
    ObjectPattern object;
    const auto* map = yaml::read_map(node, name, scope.diagnostics);
    if (map == nullptr) return {std::move(object), node.place};
    Type member_type;
    member_type.nullable = type.nullable;
    for (const auto& member : map->members) {
        scope.names.use_key(node, member, Use::sent, scope.diagnostics);
        object.members.push_back(
            {member.name, sent_value(member.value, member.name, member_type, scope), member.place});
    }
    return {std::move(object), node.place};
}

Pattern sent_record(const yaml::Node& node, const std::string& name, const Type& type, Scope& scope) {
    std::vector<Choice> choices;
    for (const auto& group : type.exclusive) choices.push_back({group, false});
    ObjectPattern object;
    object.members = read_fields(node, "'" + name + "'", type.members, choices, Role::action, scope);
    return {std::move(object), node.place};
}

// `filters: [{filter: a, qos: 0}, b]`: an item is read as the alternative that has its shape.
const Type& item_type(const yaml::Node& item, const Type& type) {
    for (const auto& alternative : type.items)
        if ((alternative.kind == Kind::record) == (item.map() != nullptr)) return alternative;
    return type.items.front();
}

Pattern sent_list(const yaml::Node& node, const std::string& name, const Type& type, Scope& scope) {
    ArrayPattern array;
    const auto* list = yaml::read_list(node, name, scope.diagnostics);
    if (list == nullptr) return {std::move(array), node.place};
    for (const auto& item : list->items) array.items.push_back(sent_value(item, name, item_type(item, type), scope));
    return {std::move(array), node.place};
}

Pattern sent_scalar(const yaml::Node& node, const std::string& name, const Type& type, Scope& scope) {
    if (node.broken) return literal(node);
    if (type.kind == Kind::text && node.is_plain("empty")) return {TextPattern{""}, node.place};
    if (type.kind == Kind::text && refuses_pattern(node, scope)) return literal(node);
    check_scalar(node, name, type, scope);
    scope.names.use(node, Use::sent, scope.diagnostics);
    return literal(node);
}

}  // namespace

Pattern sent_value(const yaml::Node& node, const std::string& name, const Type& type, Scope& scope) {
    switch (type.kind) {
        case Kind::json:
            return sent_json(node, scope);
        case Kind::dictionary:
            return sent_dictionary(node, name, type, scope);
        case Kind::record:
            return sent_record(node, name, type, scope);
        case Kind::list:
            return sent_list(node, name, type, scope);
        case Kind::packets:
            return sent_packets(node, scope);
        case Kind::text:
        case Kind::integer:
        case Kind::flag:
        case Kind::duration:
        case Kind::hex:
        case Kind::word:
        case Kind::identity:
        case Kind::exchange:
            break;
    }
    return sent_scalar(node, name, type, scope);
}

}  // namespace hubspec::scenario
