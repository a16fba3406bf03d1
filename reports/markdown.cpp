#include "reports/markdown.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/console.hpp"
#include "reports/printable.hpp"
#include "reports/tally.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

constexpr std::size_t longest_page = 1'000'000;  // GitHub takes no more than 1 MiB
constexpr std::size_t longest_story = 8'000, longest_line = 500;

std::string brief(const std::string& text) { return markdown_text(shortened(one_line(text), longest_line)); }

std::string headline(const RunResult& run, bool strict) {
    const int status = exit_status(run, strict);
    if (run.interrupted) return "⏹ Interrupted";
    if (!run.setup_failure.empty()) return "⚠️ The run could not begin";
    if (status == 0) return count(run.cases).expected_failure > 0 ? "✅ Nothing unexpected" : "✅ Everything held";
    if (status == 1) return "❌ Not conformant";
    return status == 4 ? "⚠️ Nothing was checked" : "⚠️ No verdict";
}

std::string counts_of(const RunResult& run) {
    const auto counts = count(run.cases);
    std::string text = "| verdict | cases |\n|---|---:|\n";
    const auto add = [&](const char* name, std::size_t number) {
        if (number > 0) text += fmt::format("| {} | {} |\n", name, number);
    };
    add("❌ failed", counts.fail);
    add("⚠️ error", counts.error);
    add("❔ inconclusive", counts.inconclusive);
    add("🟡 passed with a warning", counts.warn);
    add("☑️ failed as expected", counts.expected_failure);
    add("✅ passed", counts.pass);
    add("➖ not applicable", counts.not_applicable);
    return text + fmt::format("\n{} of {} checks ran, {} held.\n", counts.checks_executed, counts.checks_planned,
                              counts.checks_passed);
}

// A fence longer than any that is in the text.
std::string fenced(const std::string& text) {
    std::size_t longest = 2, here = 0;
    for (const char c : text) {
        here = c == '`' ? here + 1 : 0;
        longest = std::max(longest, here);
    }
    const std::string fence(longest + 1, '`');
    return fence + "text\n" + text + (text.ends_with('\n') ? "" : "\n") + fence + "\n";
}

std::string story_of(const CaseResult& one, const RunResult& run) {
    std::string text = "<details><summary>" + markdown_code(shortened(one_line(one.name), longest_line)) + " " +
                       brief(one.title) + "</summary>\n\n";
    for (const auto& finding : one.findings) text += brief(finding.summary) + "\n\n";
    if (one.findings.empty()) text += brief(one.reason) + "\n\n";
    return text + fenced(shortened(format_failure(one, run, {}), longest_story)) + "\n</details>\n\n";
}

// One for each scenario: its other cases are named.
std::string failures_of(const RunResult& run) {
    std::string text;
    std::size_t told = 0, all = 0;
    std::string last;
    for (const auto& one : run.cases) {
        if (one.verdict <= Verdict::warn) continue;
        ++all;
        if (one.scenario == last || text.size() > longest_page - 3 * longest_story) continue;
        last = one.scenario;
        text += story_of(one, run);
        ++told;
    }
    if (all == 0) return {};
    text.insert(0, "\n## What did not pass\n\n");
    if (told < all) text += fmt::format("{} more cases did not pass.\n", all - told);
    return text;
}

std::string areas_table(const RunResult& run) {
    std::string text =
        "\n## Requirements\n\n| area | held | warned | broken, expected | broken | open "
        "|\n|---|---:|---:|---:|---:|---:|\n";
    for (const auto& area : areas_of(run))
        text += fmt::format("| {} | {} | {} | {} | {} | {} |\n", brief(area.name), area.held, area.warned, area.excused,
                            area.broken, area.open);
    return text;
}

}  // namespace

std::string markdown_text(std::string_view text) {
    std::string out;
    for (const char c : one_line(text)) {
        if (c == '<') {
            out += "&lt;";
            continue;
        }
        if (c == '&') {
            out += "&amp;";
            continue;
        }
        if (std::string_view("\\`*_{}[]()#+!|~>@").find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

std::string markdown_code(std::string_view text) {
    std::string out;
    for (const char c : one_line(text)) {
        if (c == '<')
            out += "&lt;";
        else if (c == '&')
            out += "&amp;";
        else if (c == '|')
            out += "&#124;";
        else
            out += c;
    }
    return "<code>" + out + "</code>";
}

std::string to_markdown(const RunResult& run, bool strict) {
    std::string text = fmt::format("# {}\n\n{} {} against {}", headline(run, strict), run.cases.size(),
                                   run.cases.size() == 1 ? "case" : "cases", brief(run.target));
    text += fmt::format(" in {:.1f} s, hubspec {}.\n\n", static_cast<double>(run.duration.count()) / 1e6,
                        brief(run.tool_version));
    if (!run.setup_failure.empty()) text += brief(run.setup_failure) + "\n\n";
    return text + counts_of(run) + failures_of(run) + areas_table(run);
}

}  // namespace hubspec::reports
