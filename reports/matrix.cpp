#include "reports/matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/model/lists.hpp"
#include "reports/plain_page.hpp"
#include "reports/printable.hpp"
#include "reports/run_names.hpp"
#include "reports/tally.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

constexpr std::size_t most_cases = 12;
constexpr std::size_t longest_text = 600;

/// One run, by what it says of each requirement and from which cases.
struct Column {
    std::string name;
    const RunResult* run = nullptr;
    Tally tally;
    std::map<std::string, std::vector<const CaseResult*>> cases;
};

Column column_of(const RunResult& run, std::string name) {
    Column column{std::move(name), &run, tally_of(run), {}};
    for (const auto& one : run.cases) {
        if (one.verdict == Verdict::not_applicable) continue;
        std::set<std::string> ids(one.requirements.begin(), one.requirements.end());
        for (const auto& finding : one.findings) ids.insert(finding.requirements.begin(), finding.requirements.end());
        for (const auto& id : ids) column.cases[id].push_back(&one);
    }
    return column;
}

Judgement judgement_in(const Column& column, const std::string& id) {
    const auto found = column.tally.requirements.find(id);
    return found == column.tally.requirements.end() ? Judgement::open : found->second;
}

struct Mark {
    const char *sign, *word, *style;
};

// A sign and a word beside the colour.
Mark mark_of(Judgement judgement) {
    switch (judgement) {
        case Judgement::open:
            return {"·", "open", "open"};
        case Judgement::held:
            return {"✓", "held", "held"};
        case Judgement::warned:
            return {"!", "warned", "warned"};
        case Judgement::excused:
            return {"✗", "broken, expected", "broken"};
        case Judgement::broken:
            return {"✗", "broken", "broken"};
    }
    return {"·", "open", "open"};
}

std::string anchor(std::size_t column, const std::string& id) { return fmt::format("{}-{}", column, html_safe(id)); }

std::string cell(const Column& column, std::size_t number, const std::string& id) {
    const auto found = column.cases.find(id);
    if (found == column.cases.end()) return "<td class=\"mark open\">· not run</td>";
    const auto mark = mark_of(judgement_in(column, id));
    return fmt::format("<td class=\"mark\"><a class=\"{}\" href=\"#{}\">{} {}</a> <small>{}</small></td>", mark.style,
                       anchor(number, id), mark.sign, mark.word, found->second.size());
}

std::string evidence(const Column& column, std::size_t number, const Requirement& requirement) {
    const auto found = column.cases.find(requirement.id);
    if (found == column.cases.end()) return {};
    auto cases = found->second;
    const auto blames = [&](const CaseResult* one) {
        return std::any_of(one->findings.begin(), one->findings.end(),
                           [&](const Finding& finding) { return contains(finding.requirements, requirement.id); });
    };
    std::stable_partition(cases.begin(), cases.end(), blames);
    const auto mark = mark_of(judgement_in(column, requirement.id));
    auto html = fmt::format("<section id=\"{}\"><h3>{} <span class=\"{}\">{} {}</span> {}</h3>\n<p>{}</p>\n<ul>\n",
                            anchor(number, requirement.id), html_safe(requirement.id), mark.style, mark.sign, mark.word,
                            html_safe(column.name), html_safe(requirement.text));
    for (std::size_t i = 0; i < std::min(cases.size(), most_cases); ++i) {
        html += fmt::format("<li>{}: <code>{}</code> {}", to_string(cases[i]->verdict), html_safe(cases[i]->name),
                            html_safe(cases[i]->title));
        for (const auto& finding : cases[i]->findings)
            if (contains(finding.requirements, requirement.id))
                html += "<br>" + html_safe(shortened(finding.summary, longest_text));
        html += "</li>\n";
    }
    if (cases.size() > most_cases) html += fmt::format("<li>and {} more cases</li>\n", cases.size() - most_cases);
    return html + "</ul></section>\n";
}

// In the order of the runs' requirements, each once.
std::vector<const Requirement*> requirements_of(const std::vector<Column>& columns) {
    std::vector<const Requirement*> all;
    std::set<std::string> known;
    for (const auto& column : columns)
        for (const auto& one : column.run->requirements)
            if (known.insert(one.id).second) all.push_back(&one);
    std::stable_sort(all.begin(), all.end(),
                     [](const Requirement* a, const Requirement* b) { return a->area < b->area; });
    return all;
}

std::string row(const std::vector<Column>& columns, const Requirement& requirement) {
    std::string cells;
    std::set<Judgement> judgements;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        cells += cell(columns[i], i, requirement.id);
        judgements.insert(judgement_in(columns[i], requirement.id));
    }
    return fmt::format("<tr{}><th scope=\"row\"><span class=\"id\">{}</span> {}</th>{}</tr>\n",
                       judgements.size() == 1 ? " class=\"same\"" : "", html_safe(requirement.id),
                       html_safe(requirement.text), cells);
}

std::string heading(const Column& column) {
    auto html = "<th scope=\"col\">" + html_safe(column.run->target) + "<br><small>" +
                html_safe(second_of(column.run->started_at)) + "</small>";
    for (const auto& name : column.run->deviations) html += "<br><small>" + html_safe(name) + "</small>";
    // An error that is of no requirement has no row: shards that are missing.
    for (const auto& one : column.run->cases)
        if (one.verdict == Verdict::error && one.requirements.empty())
            html += "<br><small>" + html_safe(shortened(one.reason, longest_text)) + "</small>";
    return html + "</th>";
}

std::string totals(const std::vector<Column>& columns) {
    std::string html = "<tr><th scope=\"row\">held of judged</th>";
    for (const auto& column : columns)
        html += fmt::format("<td class=\"mark\">{} of {}</td>", column.tally.held + column.tally.warned,
                            column.tally.judged());
    return html + "</tr>\n";
}

}  // namespace

std::string to_matrix(const std::vector<RunResult>& runs) {
    std::vector<Column> columns;
    std::vector<const RunResult*> all;
    for (const auto& run : runs) all.push_back(&run);
    const auto names = names_of(all);
    for (std::size_t i = 0; i < runs.size(); ++i) columns.push_back(column_of(runs[i], names[i]));
    std::string body =
        "<input type=\"checkbox\" id=\"differing\"> <label for=\"differing\">Only where the targets differ</label>\n"
        "<div class=\"wide\"><table><thead><tr><th scope=\"col\">Requirement</th>";
    for (const auto& column : columns) body += heading(column);
    body += "</tr></thead>\n<tbody>\n" + totals(columns);
    std::string area, proof;
    for (const auto* requirement : requirements_of(columns)) {
        if (requirement->area != area)
            body += fmt::format("<tr><th scope=\"rowgroup\" colspan=\"{}\"><strong>{}</strong></th></tr>\n",
                                columns.size() + 1, html_safe(area = requirement->area));
        body += row(columns, *requirement);
        for (std::size_t i = 0; i < columns.size(); ++i) proof += evidence(columns[i], i, *requirement);
    }
    return plain_page("Conformance by target", body + "</tbody></table></div>\n<h2>Evidence</h2>\n" + proof);
}

}  // namespace hubspec::reports
