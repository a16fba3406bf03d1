#include "harness/scenario/substitute.hpp"

#include "harness/mqtt/packet.hpp"
#include "harness/scenario/names.hpp"

namespace hubspec::scenario {

namespace {

std::string fill(const std::string& text, const Diagnostic& place, const Replacements& replacements,
                 Diagnostics& diagnostics) {
    std::string out;
    std::size_t from = 0;
    for (const auto& reference : references_in(text)) {
        const auto found = replacements.find(reference.name);
        if (found == replacements.end()) continue;
        out += text.substr(from, reference.offset - from);
        from = reference.offset + reference.length;
        if (const auto* scalar = found->second.scalar()) {
            out += scalar->text;
            continue;
        }
        auto diagnostic = place;
        diagnostic.message =
            "'{{" + reference.name + "}}' stands inside text here, and its value is " + describe(found->second);
        diagnostics.push_back(std::move(diagnostic));
    }
    return out + text.substr(from);
}

yaml::Node fill_scalar(const yaml::Node& node, const std::string& text, const Replacements& replacements,
                       Diagnostics& diagnostics) {
    if (const auto reference = single_reference(text))
        if (const auto found = replacements.find(reference->name); found != replacements.end()) return found->second;
    yaml::Node out = node;
    auto& scalar = std::get<yaml::Scalar>(out.form);
    scalar.text = fill(text, at(node, ""), replacements, diagnostics);
    scalar.value = scalar.text;
    return out;
}

}  // namespace

yaml::Node substitute(const yaml::Node& node, const Replacements& replacements, Diagnostics& diagnostics) {
    if (const auto* text = node.text())
        return text->find("{{") == std::string::npos ? node : fill_scalar(node, *text, replacements, diagnostics);
    yaml::Node out = node;
    if (auto* sequence = std::get_if<yaml::Sequence>(&out.form))
        for (auto& item : sequence->items) item = substitute(item, replacements, diagnostics);
    if (auto* map = std::get_if<yaml::Map>(&out.form))
        for (auto& member : map->members) {
            if (member.name.find("{{") != std::string::npos)
                member.name = fill(member.name, at(node, member, ""), replacements, diagnostics);
            member.value = substitute(member.value, replacements, diagnostics);
        }
    return out;
}

std::size_t count_nodes(const yaml::Node& node) {
    std::size_t count = 1;
    if (const auto* sequence = node.sequence())
        for (const auto& item : sequence->items) count += count_nodes(item);
    if (const auto* map = node.map())
        for (const auto& member : map->members) count += count_nodes(member.value);
    return count;
}

yaml::Node number_node(std::int64_t number, const yaml::Node& place) {
    yaml::Node node = place;
    node.form = yaml::Scalar{number, std::to_string(number), false};
    return node;
}

}  // namespace hubspec::scenario
