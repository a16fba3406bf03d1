#include "harness/scenario/lines.hpp"

#include "harness/scenario/nearest.hpp"
#include "harness/scenario/read.hpp"
#include "harness/scenario/values.hpp"

namespace hubspec::scenario {

using namespace model;

namespace {

std::string title_of(const LineSpec& spec) {
    const std::string name(name_of(spec.speaker));
    return (name.find_first_of("aeiou") == 0 ? "an " : "a ") + name + " " + spec.name + " line";
}

std::vector<Field> read_members(const yaml::Node& node, const LineSpec& spec, Scope& scope) {
    Type json;
    json.kind = Kind::json;
    if (!node.broken && node.map() == nullptr) {
        scope.say(yaml::at(node, title_of(spec) + " is a map of members, not " + describe(node)));
        return {};
    }
    auto pattern = sent_value(node, spec.name, json, scope);
    auto* object = std::get_if<ObjectPattern>(&pattern.form);
    return object == nullptr ? std::vector<Field>{} : std::move(object->members);
}

/// Of a device line that stands for both seats, what a device is held to; the device seat has looked at the rest.
yaml::Node held_to(const yaml::Node& node, const LineSpec& spec) {
    auto kept = node;
    if (auto* map = std::get_if<yaml::Map>(&kept.form))
        std::erase_if(map->members, [&](const yaml::Member& member) {
            const bool is_known = find_field(spec.fields, member.name) != nullptr;
            const auto* sent = find_line(spec.speaker, spec.name, Seat::device);
            return is_manner(member.name) ? sent != nullptr
                                          : !is_known && sent != nullptr && find_field(sent->fields, member.name);
        });
    return kept;
}

std::vector<Field> read_body(const yaml::Node& node, const LineSpec& spec, Scope& scope) {
    if (scope.is_shared && scope.seat == Seat::hub && spec.speaker == Speaker::device)
        return read_fields(held_to(node, spec), title_of(spec), spec.fields, spec.choices, spec.role, scope);
    switch (spec.shape) {
        case LineSpec::Shape::members:
            return read_members(node, spec, scope);
        case LineSpec::Shape::packets:
            return {{"packets", sent_packets(node, scope), node.place}};
        case LineSpec::Shape::fields:
            break;
    }
    return read_fields(node, title_of(spec), spec.fields, spec.choices, spec.role, scope);
}

/// The only member of a map; said where there is none, or more than one.
const yaml::Member* only_member(const yaml::Node& node, const std::string& what, const std::string& example,
                                Scope& scope) {
    if (node.broken) return nullptr;
    const auto* map = node.map();
    if (map != nullptr && map->members.size() == 1) return &map->members.front();
    if (map == nullptr)
        scope.say(yaml::at(node, what + " is a map such as " + example + ", not " + describe(node)));
    else if (map->members.empty())
        scope.say(yaml::at(node, what + " is empty"));
    else
        scope.say(yaml::at(node, map->members[1],
                           what + " says one thing; begin a new one for '" + map->members[1].name + "'"));
    return nullptr;
}

std::vector<std::string> packet_names() {
    std::vector<std::string> names;
    for (const auto* line : lines_of(Speaker::wire))
        if (line->is_packet) names.push_back(line->name);
    return names;
}

std::string example_of(Speaker speaker, Seat seat) {
    if (seat == Seat::hub && speaker == Speaker::hub) return "{drop: {how: fin}}";
    switch (speaker) {
        case Speaker::device:
            return "{connect: {}}";
        case Speaker::wire:
            return "{open: {}}";
        case Speaker::service:
            return "{get_twin: {}}";
        case Speaker::hub:
            return "{closes: {}}";
        case Speaker::app:
            return "{telemetry: {payload: hello}}";
    }
    return "{}";
}

/// Keys of a step that were put inside its line, and lines that another speaker has.
std::string hint(Speaker speaker, const std::string& name, const Scope& scope) {
    for (const auto* modifier : {"within", "connection", "as", "verifies", "for", "verdict", "source"})
        if (name == modifier) return "it stands beside '" + std::string(name_of(speaker)) + "', not inside it";
    const auto seat = scope.seat, there = seat == Seat::hub ? Seat::device : Seat::hub;
    const bool is_known_there = find_line(speaker, name, there) != nullptr;
    const std::string of_there =
        std::string("that is a line of the ") + (there == Seat::hub ? "hub" : "device") + " seat";
    if (scope.is_shared && is_known_there) return of_there + " alone";
    for (const auto other : {Speaker::device, Speaker::wire, Speaker::service, Speaker::hub, Speaker::app})
        if (find_line(other, name, seat) != nullptr)
            return std::string("that is ") + (other == Speaker::app ? "an " : "a ") + std::string(name_of(other)) +
                   " line";
    return is_known_there ? of_there : std::string();
}

void refuse_line(Speaker speaker, const yaml::Node& node, const yaml::Member& member, Scope& scope) {
    auto diagnostic =
        yaml::at(node, member, "unknown key '" + member.name + "' in a " + std::string(name_of(speaker)) + " line");
    if (const auto words = hint(speaker, member.name, scope); !words.empty())
        diagnostic.message += "; " + words;
    else
        diagnostic.suggestion = nearest(member.name, names_of(lines_of(speaker, scope.seat))).value_or("");
    scope.say(std::move(diagnostic));
}

// `hub: {publish: {...}, within: 5s}`: the rest of the line is read all the same.
const yaml::Member* line_member(Speaker speaker, const yaml::Node& node, Scope& scope) {
    const auto* map = node.map();
    if (map != nullptr && map->members.size() > 1) {
        const yaml::Member* found = nullptr;
        for (const auto& member : map->members) {
            if (find_line(speaker, member.name, scope.seat) == nullptr)
                refuse_line(speaker, node, member, scope);
            else if (found == nullptr)
                found = &member;
            else
                scope.say(yaml::at(node, member, "a step says one thing; begin a new one for '" + member.name + "'"));
        }
        return found;
    }
    return only_member(node, (speaker == Speaker::app ? "an " : "a ") + std::string(name_of(speaker)) + " line",
                       example_of(speaker, scope.seat), scope);
}

}  // namespace

std::optional<Line> read_line(Speaker speaker, const yaml::Node& node, Scope& scope) {
    const auto* member = line_member(speaker, node, scope);
    if (member == nullptr) return std::nullopt;
    const auto* spec = find_line(speaker, member->name, scope.seat);
    if (spec == nullptr) {
        refuse_line(speaker, node, *member, scope);
        return std::nullopt;
    }
    auto fields = read_body(member->value, *spec, scope);
    if (spec->role == Role::expectation)
        return Line{spec, Expectation{speaker, spec->name, std::move(fields), scope.seat}};
    return Line{spec, Action{speaker, spec->name, std::move(fields)}};
}

Pattern sent_packets(const yaml::Node& node, Scope& scope) {
    ArrayPattern packets;
    const auto* list = yaml::read_list(node, "send", scope.diagnostics);
    if (list == nullptr) return {std::move(packets), node.place};
    if (list->items.empty()) scope.say(yaml::at(node, "'send' is empty"));
    for (const auto& item : list->items) {
        const auto* member = only_member(item, "a packet", "{pingreq: {}}", scope);
        if (member == nullptr) continue;
        const auto* spec = find_line(Speaker::wire, member->name);
        if (spec == nullptr || !spec->is_packet) {
            auto diagnostic = yaml::at(item, *member, "unknown packet '" + member->name + "'");
            diagnostic.suggestion = nearest(member->name, packet_names()).value_or("");
            scope.say(std::move(diagnostic));
            continue;
        }
        Pattern fields{ObjectPattern{read_body(member->value, *spec, scope), false}, member->value.place};
        ObjectPattern packet;
        packet.members.push_back({member->name, std::move(fields), member->place});
        packets.items.push_back({std::move(packet), item.place});
    }
    return {std::move(packets), node.place};
}

}  // namespace hubspec::scenario
