#include "reports/certificate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "reports/certified.hpp"
#include "reports/printable.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

std::string quoted(const std::string& text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// A finding, once for all the cases that have it.
struct Told {
    const Finding* finding = nullptr;
    const CaseResult* first = nullptr;
    std::size_t cases = 0;
};

std::vector<Told> findings_of(const RunResult& run) {
    std::map<std::string, std::size_t> known;
    std::vector<Told> all;
    for (const auto& one : run.cases)
        for (const auto& finding : one.findings) {
            const auto [entry, is_new] = known.try_emplace(one.scenario + finding.expected + finding.type, all.size());
            if (is_new) all.push_back({&finding, &one, 0});
            ++all[entry->second].cases;
        }
    std::stable_sort(all.begin(), all.end(),
                     [](const Told& a, const Told& b) { return a.finding->verdict > b.finding->verdict; });
    return all;
}

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

struct LevelCount {
    std::size_t held = 0, broken = 0;
};

/// Requirements by level: broken when a finding names it, held when a case that verifies it passed.
std::map<Level, LevelCount> levels_of(const RunResult& run) {
    std::map<std::string, bool> broken;
    for (const auto& one : run.cases) {
        if (one.verdict == Verdict::not_applicable) continue;
        for (const auto& id : one.requirements) broken.try_emplace(id, false);
        for (const auto& finding : one.findings)
            for (const auto& id : finding.requirements) broken[id] = true;
    }
    std::map<Level, LevelCount> levels;
    for (const auto& requirement : run.requirements)
        if (const auto found = broken.find(requirement.id); found != broken.end())
            ++(found->second ? levels[requirement.level].broken : levels[requirement.level].held);
    return levels;
}

constexpr const char* style = R"(
:root{color-scheme:light dark;--line:#8884}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}
td{overflow-wrap:anywhere}
td,th{border-bottom:1px solid var(--line);padding:.3rem .5rem;text-align:left;vertical-align:top}
.wide{overflow-x:auto}.wide td{overflow-wrap:normal;white-space:nowrap}
pre{overflow-x:auto;font-size:13px;border:1px solid var(--line);padding:.5rem}
.verdict{font-size:1.5rem;font-weight:600;border-left:.5rem solid;padding-left:1rem}
.pass{border-color:#2a7d2a}.warn{border-color:#b07800}.fail{border-color:#b3261e}
@media print{details{display:block}}
)";

std::string row(const std::string& name, const std::string& value) {
    return "<tr><th scope=\"row\">" + html_safe(name) + "</th><td>" + html_safe(value) + "</td></tr>\n";
}

std::string packets_of(const CaseResult& one, std::optional<std::size_t> marked) {
    std::string text;
    for (std::size_t i = 0; i < one.trace.size(); ++i) {
        const auto& line = one.trace[i];
        if (line.lane == "harness" && i != marked) continue;
        const char* arrow = line.direction == "sent" ? "->" : line.direction == "received" ? "<-" : "--";
        text += fmt::format("{} {:>11.3f} ms  {:<8} {} {}\n", i == marked ? ">" : " ",
                            static_cast<double>(line.at.count()) / 1000.0, line.lane, arrow, html_safe(line.text));
    }
    return text;
}

std::string sentence_of(const RunResult& run, const std::string& id) {
    for (const auto& one : run.requirements)
        if (one.id == id) return one.text;
    return {};
}

std::string html_of(const RunResult& run, const Told& told) {
    const auto& finding = *told.finding;
    std::string html =
        "<section><h3>" + html_safe(std::string(to_string(finding.verdict)) + ": " + finding.summary) + "</h3>\n<ul>\n";
    for (const auto& id : finding.requirements)
        html += "<li><strong>" + html_safe(id) + "</strong> " + html_safe(sentence_of(run, id)) + "</li>\n";
    html += "</ul>\n<p>Scenario <code>" + html_safe(told.first->scenario) + "</code>, " + std::to_string(told.cases) +
            (told.cases == 1 ? " case" : " cases") + ": " + html_safe(told.first->title) + "</p>\n";
    if (!finding.hint.empty()) html += "<p>" + html_safe(finding.hint) + "</p>\n";
    return html + "<details><summary>Packets</summary><pre>" + packets_of(*told.first, finding.trace_line) +
           "</pre></details></section>\n";
}

std::string row_of_reconnects(const std::string& after, const Away& kind) {
    std::string cells;
    for (const auto& text :
         {std::to_string(kind.all.size()), fmt::format("{:.0f}", kind.all.front()),
          fmt::format("{:.0f}", kind.median()), fmt::format("{:.0f}", kind.all.back()),
          fmt::format("{:.0f} %", kind.jitter() * 100), fmt::format("{:.0f}", fmt::join(kind.growth(), ", "))})
        cells += "<td>" + text + "</td>";
    return "<tr><th scope=\"row\">" + html_safe(after) + "</th>" + cells + "</tr>\n";
}

std::string html_of_reconnects(const RunResult& run) {
    const auto kinds = reconnects_of(run);
    if (kinds.empty()) return "<p>It lost no connection.</p>\n";
    std::string html =
        "<p>How long the device stayed away, in milliseconds. The last column has the medians of the first, second, "
        "... loss of a series; jitter is half the distance of the quartiles, of the median.</p>\n"
        "<div "
        "class=\"wide\"><table>\n<tr><th>After</th><th>Times</th><th>Least</th><th>Median</th><th>Most</th><th>Jitter</"
        "th>"
        "<th>In a series</th></tr>\n";
    for (const auto& [after, kind] : kinds) html += row_of_reconnects(after, kind);
    return html + "</table></div>\n";
}

}  // namespace

std::string certificate_verdict(const RunResult& run) {
    const auto counts = count(run.cases);
    const bool whole = run.certification && run.certification->is_whole && !run.interrupted;
    // A baseline makes a run pass, and nothing conformant.
    if (counts.fail > 0 || counts.expected_failure > 0 || has_false_claim(run)) return "not conformant";
    if (!whole || counts.error > 0 || counts.inconclusive > 0) return "not complete";
    return counts.warn > 0 ? "conformant with warnings" : "conformant";
}

std::string to_certificate_yaml(const RunResult& run) {
    const auto certification = run.certification.value_or(Certification{});
    std::string yaml = "# Certificate of conformance: Azure IoT Hub over MQTT\n";
    const auto add = [&](const char* name, const std::string& value) {
        yaml += std::string(name) + ": " + quoted(value) + "\n";
    };
    add("verdict", certificate_verdict(run));
    add("device", certification.device);
    add("version", certification.version);
    add("date", run.started_at);
    add("tool", "hubspec " + run.tool_version);
    add("protocol", run.api_version);
    add("system", certification.system);
    add("suite_sha256", certification.suite_hash);
    add("statement_sha256", certification.statement_hash);
    const auto counts = count(run.cases);
    yaml +=
        fmt::format("cases: {{pass: {}, warn: {}, fail: {}, error: {}, inconclusive: {}, not_applicable: {}}}\n",
                    counts.pass, counts.warn, counts.fail, counts.error, counts.inconclusive, counts.not_applicable);
    yaml += "levels:\n";
    for (const auto& [level, number] : levels_of(run))
        yaml += fmt::format("  {}: {{held: {}, broken: {}}}\n", to_string(level), number.held, number.broken);
    yaml += "claims:\n";
    for (const auto& one : certification.claims)
        yaml += fmt::format(
            "  {}: {{claim: {}{}}}\n", one.name, quoted(claim_word(one)),
            one.claimed ? fmt::format(", cases: {}, verdict: {}", one.cases, quoted(verdict_word(one))) : "");
    const auto kinds = reconnects_of(run);
    yaml += kinds.empty() ? "reconnects: {}\n" : "reconnects:  # milliseconds that the device stayed away\n";
    for (const auto& [after, kind] : kinds)
        yaml += fmt::format(
            "  {}: {{times: {}, least: {:.0f}, median: {:.0f}, most: {:.0f}, jitter: {:.2f}, series: [{:.0f}]}}\n",
            quoted(after), kind.all.size(), kind.all.front(), kind.median(), kind.all.back(), kind.jitter(),
            fmt::join(kind.growth(), ", "));
    const auto findings = findings_of(run);
    yaml += findings.empty() ? "findings: []\n" : "findings:\n";
    for (const auto& told : findings)
        yaml += "  - {verdict: " + std::string(to_string(told.finding->verdict)) + ", requirements: [" +
                joined(told.finding->requirements) + "], scenario: " + quoted(told.first->scenario) +
                ",\n     text: " + quoted(told.finding->summary) + "}\n";
    const auto reasons = not_tested(run);
    yaml += reasons.empty() ? "not_tested: []\n" : "not_tested:\n";
    for (const auto& [reason, scenarios] : reasons)
        yaml +=
            "  - {reason: " + quoted(reason) + ", scenarios: [" + joined({scenarios.begin(), scenarios.end()}) + "]}\n";
    if (!certification.exceptions.empty()) yaml += "exceptions:\n";
    for (const auto& [requirement, reason] : certification.exceptions)
        yaml += "  - {requirement: " + requirement + ", reason: " + quoted(reason) + "}\n";
    return yaml;
}

std::string to_certificate_html(const RunResult& run) {
    const auto certification = run.certification.value_or(Certification{});
    const auto verdict = certificate_verdict(run);
    const char* colour = verdict == "conformant" ? "pass" : verdict == "not conformant" ? "fail" : "warn";
    const auto counts = count(run.cases);
    const std::string title = certification.device + (certification.version.empty() ? "" : " " + certification.version);
    std::string html =
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Certificate: " +
        html_safe(title) + "</title><style>" + style + "</style></head><body>\n<h1>" + html_safe(title) +
        "</h1>\n<p class=\"verdict " + colour + "\">" + html_safe(verdict) +
        "</p>\n<h2>What was certified</h2>\n<table>\n";
    html += row("Protocol", "Azure IoT Hub over MQTT 3.1.1, api-version " + run.api_version);
    html += row("When", run.started_at);
    html += row("With", "hubspec " + run.tool_version + " on " + certification.system);
    html += row("Suite, SHA-256", certification.suite_hash);
    html += row("Statement, SHA-256", certification.statement_hash);
    html += row(
        "Cases",
        fmt::format("{} passed, {} with a warning, {} failed, {} errors, {} inconclusive, {} not applicable",
                    counts.pass, counts.warn, counts.fail, counts.error, counts.inconclusive, counts.not_applicable));
    for (const auto& [level, number] : levels_of(run))
        html += row(fmt::format("Level {}", to_string(level)),
                    fmt::format("{} requirements held, {} broken", number.held, number.broken));
    html += "</table>\n<h2>Claims</h2>\n<table>\n";
    for (const auto& one : certification.claims)
        html += row(one.name, claim_word(one) + (one.claimed ? fmt::format(": {} ({} {})", verdict_word(one), one.cases,
                                                                           one.cases == 1 ? "case" : "cases")
                                                             : ""));
    html += "</table>\n<h2>Coming back</h2>\n" + html_of_reconnects(run) + "<h2>Findings</h2>\n";
    const auto findings = findings_of(run);
    if (findings.empty()) html += "<p>None.</p>\n";
    for (const auto& told : findings) html += html_of(run, told);
    html += "<h2>Not tested</h2>\n<table>\n";
    for (const auto& [reason, scenarios] : not_tested(run))
        html += row(reason, joined({scenarios.begin(), scenarios.end()}));
    html += "</table>\n<h2>All cases</h2>\n<table>\n";
    for (const auto& one : run.cases)
        html += "<tr><td>" + html_safe(std::string(to_string(one.verdict))) + "</td><td><details><summary>" +
                html_safe(one.name) + "</summary><pre>" + packets_of(one, std::nullopt) + "</pre></details></td><td>" +
                html_safe(one.title) + "</td></tr>\n";
    return html + "</table>\n</body></html>\n";
}

}  // namespace hubspec::reports
