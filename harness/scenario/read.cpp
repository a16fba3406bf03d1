#include "harness/scenario/read.hpp"

#include <algorithm>

#include "harness/mqtt/packet.hpp"
#include "harness/scenario/duration.hpp"
#include "harness/scenario/nearest.hpp"

namespace hubspec::scenario::yaml {

namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

template <class Value>
const Value* get(const Node& node) {
    const auto* scalar = node.scalar();
    return scalar == nullptr ? nullptr : std::get_if<Value>(&scalar->value.form);
}

std::nullopt_t refuse(const Node& node, std::string_view name, const std::string& takes, Diagnostics& diagnostics) {
    if (!node.broken) diagnostics.push_back(misfit(node, name, takes));
    return std::nullopt;
}

}  // namespace

Diagnostic misfit(const Node& node, std::string_view name, std::string_view takes) {
    std::string message = quoted(name) + " takes " + std::string(takes) + ", not " + describe(node);
    const auto* scalar = node.scalar();
    const bool needs_quotes =
        scalar != nullptr && scalar->value.text() == nullptr && !scalar->value.is_null() && takes.starts_with("text");
    if (needs_quotes) message += "; put it in quotes";
    return at(node, message);
}

std::optional<std::string> read_text(const Node& node, std::string_view name, Diagnostics& diagnostics) {
    const auto* text = node.text();
    if (text == nullptr || node.broken) return refuse(node, name, "text", diagnostics);
    return *text;
}

std::optional<std::string> read_line(const Node& node, std::string_view name, Diagnostics& diagnostics) {
    auto text = read_text(node, name, diagnostics);
    if (!text) return std::nullopt;
    const bool blank = text->find_first_not_of(' ') == std::string::npos;
    if (!blank && text->find('\n') == std::string::npos) return text;
    diagnostics.push_back(at(node, quoted(name) + (blank ? " is empty" : " takes one line")));
    return std::nullopt;
}

std::optional<std::int64_t> read_integer(const Node& node, std::string_view name, std::int64_t least, std::int64_t most,
                                         Diagnostics& diagnostics) {
    const auto* number = get<std::int64_t>(node);
    if (!node.broken && number != nullptr && *number >= least && *number <= most) return *number;
    return refuse(node, name, "an integer from " + std::to_string(least) + " to " + std::to_string(most), diagnostics);
}

std::optional<bool> read_flag(const Node& node, std::string_view name, Diagnostics& diagnostics) {
    const auto* flag = get<bool>(node);
    if (!node.broken && flag != nullptr) return *flag;
    return refuse(node, name, "true or false", diagnostics);
}

std::optional<std::string> read_word(const Node& node, std::string_view name, const std::vector<std::string>& words,
                                     Diagnostics& diagnostics) {
    const auto* text = node.text();
    if (!node.broken && text != nullptr && std::find(words.begin(), words.end(), *text) != words.end()) return *text;
    refuse(node, name, alternatives(words), diagnostics);
    if (text != nullptr && !node.broken) diagnostics.back().suggestion = nearest(*text, words).value_or("");
    return std::nullopt;
}

std::optional<std::chrono::milliseconds> read_duration(const Node& node, std::string_view name,
                                                       Diagnostics& diagnostics) {
    const auto* text = node.text();
    const auto duration = text == nullptr ? std::nullopt : parse_duration(*text);
    if (!node.broken && duration && duration->count() > 0) return duration;
    return refuse(node, name, std::string(duration_form), diagnostics);
}

const Map* read_map(const Node& node, std::string_view name, Diagnostics& diagnostics) {
    if (node.map() == nullptr || node.broken) refuse(node, name, "a map", diagnostics);
    return node.broken ? nullptr : node.map();
}

const Sequence* read_list(const Node& node, std::string_view name, Diagnostics& diagnostics) {
    if (node.sequence() == nullptr || node.broken) refuse(node, name, "a list", diagnostics);
    return node.broken ? nullptr : node.sequence();
}

std::vector<std::string> read_texts(const Node& node, std::string_view name, Diagnostics& diagnostics) {
    std::vector<std::string> texts;
    const auto* list = read_list(node, name, diagnostics);
    if (list == nullptr) return texts;
    for (const auto& item : list->items)
        if (auto text = read_line(item, name, diagnostics)) texts.push_back(std::move(*text));
    return texts;
}

model::Value to_value(const Node& node) {
    return std::visit(mqtt::overloaded{
                          [](const Scalar& scalar) { return scalar.value; },
                          [](const Sequence& sequence) {
                              model::Array items;
                              for (const auto& item : sequence.items) items.push_back(to_value(item));
                              return model::Value(std::move(items));
                          },
                          [](const Map& map) {
                              model::Object members;
                              for (const auto& member : map.members)
                                  members.push_back({member.name, to_value(member.value)});
                              return model::Value(std::move(members));
                          },
                      },
                      node.form);
}

void check_keys(const Node& node, std::string_view what, const std::vector<std::string>& allowed,
                const std::vector<std::string>& required, Diagnostics& diagnostics) {
    const auto* map = node.map();
    if (map == nullptr || node.broken) return;
    for (const auto& member : map->members) {
        if (std::find(allowed.begin(), allowed.end(), member.name) != allowed.end()) continue;
        diagnostics.push_back(at(node, member, "unknown key '" + member.name + "' in " + std::string(what)));
        diagnostics.back().suggestion = nearest(member.name, allowed).value_or("");
    }
    for (const auto& name : required)
        if (map->find(name) == nullptr) diagnostics.push_back(at(node, std::string(what) + " needs '" + name + "'"));
}

}  // namespace hubspec::scenario::yaml
