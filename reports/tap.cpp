#include "reports/tap.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "reports/printable.hpp"
#include "reports/setup.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

// A '#' begins a directive; a backslash takes its meaning.
std::string described(const std::string& text) {
    std::string out;
    for (const char c : one_line(text)) {
        if (c == '#' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

// JSON text is YAML.
std::string quoted(const std::string& text) { return nlohmann::json(one_line(text)).dump(); }

std::string diagnostics(const CaseResult& one) {
    std::string text = fmt::format("  ---\n  verdict: {}\n  file: {}\n", quoted(std::string(to_string(one.verdict))),
                                   quoted(one.file));
    if (!one.reason.empty()) text += "  reason: " + quoted(one.reason) + "\n";
    text += fmt::format("  duration_ms: {:.3f}\n", static_cast<double>(one.duration.count()) / 1000.0);
    if (!one.findings.empty()) text += "  findings:\n";
    for (const auto& finding : one.findings) {
        text += fmt::format("    - message: {}\n      severity: {}\n", quoted(finding.summary), quoted(finding.type));
        if (finding.place.line > 0) text += fmt::format("      line: {}\n", finding.place.line);
        if (!finding.expected.empty())
            text +=
                fmt::format("      wanted: {}\n      found: {}\n", quoted(finding.expected), quoted(finding.actual));
        if (!finding.requirements.empty()) text += "      requirements:\n";
        for (const auto& id : finding.requirements) text += "        - " + quoted(id) + "\n";
    }
    return text + "  ...\n";
}

}  // namespace

std::string to_tap(const RunResult& run, bool strict) {
    std::string text = fmt::format("TAP version 14\n1..{}\n", run.cases.size());
    std::size_t number = 0;
    for (const auto& one : run.cases) {
        const bool holds = one.verdict == Verdict::pass || one.verdict == Verdict::not_applicable ||
                           (one.verdict == Verdict::warn && !strict);
        text += fmt::format("{}ok {} - {}", holds ? "" : "not ", ++number, described(one.name));
        if (one.verdict == Verdict::not_applicable) text += " # SKIP " + described(one.reason);
        if (one.verdict == Verdict::expected_failure) text += " # TODO " + described(one.reason);
        text += "\n";
        if (one.verdict != Verdict::pass && one.verdict != Verdict::not_applicable) text += diagnostics(one);
    }
    if (!run.setup_failure.empty()) return text + "Bail out! " + described(run.setup_failure) + "\n";
    return run.interrupted ? text + "Bail out! the run was interrupted\n" : text;
}

}  // namespace hubspec::reports
