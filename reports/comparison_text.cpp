// The console's, Markdown's and JSON's form of a comparison.

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "reports/comparison.hpp"
#include "reports/markdown.hpp"
#include "reports/printable.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

constexpr std::size_t most_names = 20;

std::string percent(const Comparison& one) {
    // Down, not to the nearest: 100 % means all of it.
    return fmt::format("{:.1f} %", static_cast<double>(static_cast<int>(one.fidelity() * 1000)) / 10.0);
}

const CaseChange* find(const Comparison& comparison, const std::string& name) {
    for (const auto& one : comparison.cases)
        if (one.name == name) return &one;
    return nullptr;
}

std::string or_nothing(const std::string& seen) { return seen.empty() ? "nothing to remark" : one_line(seen); }

template <class Write>
std::string names(const std::vector<std::string>& all, Write write) {
    std::string text;
    for (std::size_t i = 0; i < std::min(all.size(), most_names); ++i) text += write(all[i]);
    if (all.size() > most_names) text += write(fmt::format("... and {} more", all.size() - most_names));
    return text;
}

}  // namespace

std::string comparison_summary(const Comparison& one) {
    if (one.judged == 0) return "No requirement was judged on both sides.";
    return fmt::format("Fidelity {}: {} of {} requirements that both runs judged came to the same.", percent(one),
                       one.agreed, one.judged);
}

std::string comparison_text(const Comparison& comparison) {
    std::string text = fmt::format("left   {}\nright  {}\n{}\n", one_line(comparison.left), one_line(comparison.right),
                                   comparison_summary(comparison));
    std::string area;
    for (const auto& one : comparison.requirements) {
        if (one.area != area) text += "\n" + one_line(area = one.area) + "\n";
        text += fmt::format("  {}  left {}, right {}: {}\n", one_line(one.id), to_string(one.left),
                            to_string(one.right), one_line(one.text));
        if (one.cases.empty()) continue;
        const auto* first = find(comparison, one.cases.front());
        text += fmt::format("      {}{}\n        left   {}: {}\n        right  {}: {}\n", one_line(first->name),
                            one.cases.size() > 1 ? fmt::format(" and {} more", one.cases.size() - 1) : "",
                            to_string(first->left), or_nothing(first->left_seen), to_string(first->right),
                            or_nothing(first->right_seen));
    }
    const auto line = [](const std::string& name) { return "  " + one_line(name) + "\n"; };
    if (!comparison.only_left.empty()) text += "\nonly on the left\n" + names(comparison.only_left, line);
    if (!comparison.only_right.empty()) text += "\nonly on the right\n" + names(comparison.only_right, line);
    return text;
}

std::string comparison_markdown(const Comparison& comparison) {
    std::string text = fmt::format("# {} and {}\n\n{}\n", markdown_text(comparison.left),
                                   markdown_text(comparison.right), markdown_text(comparison_summary(comparison)));
    if (!comparison.requirements.empty())
        text +=
            "\n| requirement | left | right | case | seen on the left | seen on the right "
            "|\n|---|---|---|---|---|---|\n";
    for (const auto& one : comparison.requirements) {
        const auto* first = one.cases.empty() ? nullptr : find(comparison, one.cases.front());
        text += fmt::format("| {} {} | {} | {} ", markdown_text(one.id), markdown_text(one.text), to_string(one.left),
                            to_string(one.right));
        text += first == nullptr ? "| | | |\n"
                                 : fmt::format("| {} | {} | {} |\n", markdown_code(first->name),
                                               markdown_text(or_nothing(first->left_seen)),
                                               markdown_text(or_nothing(first->right_seen)));
    }
    const auto line = [](const std::string& name) { return "- " + markdown_code(name) + "\n"; };
    if (!comparison.only_left.empty()) text += "\n## Only on the left\n\n" + names(comparison.only_left, line);
    if (!comparison.only_right.empty()) text += "\n## Only on the right\n\n" + names(comparison.only_right, line);
    return text;
}

std::string comparison_json(const Comparison& comparison) {
    using Json = nlohmann::ordered_json;
    Json requirements = Json::array(), cases = Json::array();
    for (const auto& one : comparison.requirements)
        requirements.push_back({{"id", one.id},
                                {"area", one.area},
                                {"text", one.text},
                                {"left", to_string(one.left)},
                                {"right", to_string(one.right)},
                                {"cases", one.cases}});
    for (const auto& one : comparison.cases)
        cases.push_back({{"name", one.name},
                         {"title", one.title},
                         {"left", {{"verdict", to_string(one.left)}, {"seen", one.left_seen}}},
                         {"right", {{"verdict", to_string(one.right)}, {"seen", one.right_seen}}}});
    const Json json{{"format", "hubspec-comparison"},    {"version", 1},
                    {"left", comparison.left},           {"right", comparison.right},
                    {"judged", comparison.judged},       {"agreed", comparison.agreed},
                    {"fidelity", comparison.fidelity()}, {"requirements", std::move(requirements)},
                    {"cases", std::move(cases)},         {"onlyLeft", comparison.only_left},
                    {"onlyRight", comparison.only_right}};
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace hubspec::reports
