// Records and lines: which fields there are.

#include <algorithm>

#include "harness/scenario/nearest.hpp"
#include "harness/scenario/values.hpp"

namespace hubspec::scenario {

namespace {

std::vector<std::string> in_quotes(const std::vector<std::string>& words) {
    std::vector<std::string> quoted;
    for (const auto& word : words) quoted.push_back("'" + word + "'");
    return quoted;
}

void check_choice(const yaml::Node& node, const yaml::Map& map, const std::string& what, const Choice& choice,
                  Scope& scope) {
    const yaml::Member* first = nullptr;
    for (const auto& member : map.members) {
        if (std::find(choice.fields.begin(), choice.fields.end(), member.name) == choice.fields.end()) continue;
        if (first != nullptr)
            scope.say(yaml::at(node, member,
                               "'" + first->name + "' and '" + member.name + "' exclude each other in " + what));
        else
            first = &member;
    }
    if (first == nullptr && choice.required)
        scope.say(yaml::at(node, what + " needs " + alternatives(in_quotes(choice.fields))));
}

// Keys that stand beside a speaker are easily put inside its line.
bool is_misplaced_modifier(const std::string& name) {
    static const std::vector<std::string> modifiers{"within", "connection", "as",    "verifies",
                                                    "for",    "verdict",    "source"};
    return std::find(modifiers.begin(), modifiers.end(), name) != modifiers.end();
}

void refuse_key(const yaml::Node& node, const yaml::Member& member, const std::string& what,
                const std::vector<std::string>& allowed, Scope& scope) {
    auto diagnostic = yaml::at(node, member, "unknown key '" + member.name + "' in " + what);
    const bool is_line = what.ends_with(" line");
    if (is_line && is_misplaced_modifier(member.name))
        diagnostic.message += "; it stands beside the speaker, not inside the line";
    else
        diagnostic.suggestion = nearest(member.name, allowed).value_or("");
    scope.say(std::move(diagnostic));
}

}  // namespace

std::vector<model::Field> read_fields(const yaml::Node& node, const std::string& what,
                                      const std::vector<FieldSpec>& fields, const std::vector<Choice>& choices,
                                      Role role, Scope& scope) {
    std::vector<model::Field> read;
    if (node.broken) return read;
    const auto* map = node.map();
    if (map == nullptr) {
        scope.say(yaml::at(node, what + " is a map of its fields, not " + describe(node) + "; write {} for none"));
        return read;
    }
    const auto allowed = names_of(fields);
    for (const auto& member : map->members) {
        const auto* spec = find_field(fields, member.name);
        if (spec == nullptr) {
            refuse_key(node, member, what, allowed, scope);
            continue;
        }
        auto value = role == Role::action ? sent_value(member.value, member.name, spec->type, scope)
                                          : expected_value(member.value, member.name, spec->type, scope);
        read.push_back({member.name, std::move(value), member.place});
    }
    for (const auto& spec : fields)
        if (spec.required && map->find(spec.name) == nullptr)
            scope.say(yaml::at(node, what + " needs '" + spec.name + "'"));
    for (const auto& choice : choices) check_choice(node, *map, what, choice, scope);
    return read;
}

}  // namespace hubspec::scenario
