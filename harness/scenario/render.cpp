#include "harness/scenario/steps.hpp"
#include "harness/scenario/text.hpp"

#include "harness/mqtt/packet.hpp"

namespace hubspec::scenario {

namespace {

constexpr std::size_t longest_step = 200;
constexpr std::size_t enough = 4 * longest_step;  // bytes: the rest would be cut off anyway

// JSON's escapes are YAML's too.
std::string render_text(const std::string& text) { return model::to_json(model::Value(text)); }

void render(const yaml::Node& node, std::string& out);

void render_members(const yaml::Map& map, std::string& out) {
    std::string separator;
    for (const auto& member : map.members) {
        out += separator + member.name + ": ";
        render(member.value, out);
        separator = ", ";
        if (out.size() > enough) return;
    }
}

void render_items(const yaml::Sequence& sequence, std::string& out) {
    std::string separator;
    for (const auto& item : sequence.items) {
        out += separator;
        render(item, out);
        separator = ", ";
        if (out.size() > enough) return;
    }
}

void render(const yaml::Node& node, std::string& out) {
    std::visit(mqtt::overloaded{
                   [&](const yaml::Scalar& scalar) { out += scalar.quoted ? render_text(scalar.text) : scalar.text; },
                   [&](const yaml::Sequence& sequence) {
                       out += "[";
                       render_items(sequence, out);
                       out += "]";
                   },
                   [&](const yaml::Map& map) {
                       out += "{";
                       render_members(map, out);
                       out += "}";
                   },
               },
               node.form);
}

}  // namespace

std::string render_step(const yaml::Node& node) {
    std::string out = "- ";
    if (const auto* map = node.map())
        render_members(*map, out);
    else
        render(node, out);
    return shorten(out, longest_step);
}

}  // namespace hubspec::scenario
