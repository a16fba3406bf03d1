// The page of a comparison.

#include <fmt/format.h>

#include "reports/comparison.hpp"
#include "reports/plain_page.hpp"
#include "reports/printable.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

constexpr std::size_t longest_text = 600;

const char* style_of(Judgement judgement) {
    switch (judgement) {
        case Judgement::open:
            return "open";
        case Judgement::held:
            return "held";
        case Judgement::warned:
            return "warned";
        case Judgement::excused:
        case Judgement::broken:
            return "broken";
    }
    return "open";
}

std::string side(Judgement judgement) {
    return fmt::format("<td class=\"mark\"><span class=\"{}\">{}</span></td>", style_of(judgement),
                       to_string(judgement));
}

std::string seen(Verdict verdict, const std::string& what) {
    return fmt::format("<td>{}: {}</td>", to_string(verdict),
                       what.empty() ? "nothing to remark" : html_safe(shortened(what, longest_text)));
}

std::string list(const char* heading, const std::vector<std::string>& names) {
    if (names.empty()) return {};
    std::string html = fmt::format("<h2>{}</h2>\n<ul>\n", heading);
    for (const auto& name : names) html += "<li><code>" + html_safe(name) + "</code></li>\n";
    return html + "</ul>\n";
}

}  // namespace

std::string comparison_html(const Comparison& comparison) {
    auto html = "<p class=\"answer\">" + html_safe(comparison_summary(comparison)) + "</p>\n";
    if (!comparison.requirements.empty())
        html +=
            "<h2>Requirements that they do not agree about</h2>\n<div class=\"wide\"><table><thead><tr><th "
            "scope=\"col\">Requirement</th><th scope=\"col\">Left</th><th scope=\"col\">Right</th><th "
            "scope=\"col\" class=\"mark\">Cases</th></tr></thead>\n<tbody>\n";
    for (const auto& one : comparison.requirements)
        html += fmt::format("<tr><th scope=\"row\"><span class=\"id\">{}</span> {}</th>{}{}<td>{}</td></tr>\n",
                            html_safe(one.id), html_safe(one.text), side(one.left), side(one.right), one.cases.size());
    if (!comparison.requirements.empty()) html += "</tbody></table></div>\n";
    if (!comparison.cases.empty())
        html +=
            "<h2>Cases that did not come to the same</h2>\n<div class=\"wide\"><table><thead><tr><th "
            "scope=\"col\">Case</th><th scope=\"col\">Left</th><th scope=\"col\">Right</th></tr></thead>\n<tbody>\n";
    for (const auto& one : comparison.cases)
        html += fmt::format("<tr><th scope=\"row\">{}<br><code>{}</code></th>{}{}</tr>\n", html_safe(one.title),
                            html_safe(one.name), seen(one.left, one.left_seen), seen(one.right, one.right_seen));
    if (!comparison.cases.empty()) html += "</tbody></table></div>\n";
    html += list("Only on the left", comparison.only_left) + list("Only on the right", comparison.only_right);
    return plain_page(comparison.left + " and " + comparison.right, html);
}

}  // namespace hubspec::reports
