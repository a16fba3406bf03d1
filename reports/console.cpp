#include "reports/console.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/failures.hpp"
#include "reports/printable.hpp"
#include "reports/tally.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

constexpr std::size_t lines_before = 6, lines_after = 3;

std::string paint(const std::string& text, const char* code, const ConsoleStyle& style) {
    return style.colour ? std::string("\x1b[") + code + "m" + text + "\x1b[0m" : text;
}

const char* colour_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::pass:
            return "32";
        case Verdict::expected_failure:
            return "36";
        case Verdict::warn:
            return "33";
        case Verdict::not_applicable:
            return "2";
        case Verdict::inconclusive:
        case Verdict::error:
            return "35";
        case Verdict::fail:
            return "31";
    }
    return "0";
}

std::string word_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::pass:
            return "PASS";
        case Verdict::expected_failure:
            return "XFAIL";
        case Verdict::warn:
            return "WARN";
        case Verdict::not_applicable:
            return "N/A";
        case Verdict::inconclusive:
            return "OPEN";
        case Verdict::error:
            return "ERROR";
        case Verdict::fail:
            return "FAIL";
    }
    return "FAIL";
}

std::string arrow_of(const TraceLine& line) {
    if (line.lane == "service") return line.direction == "sent" ? "=>" : "<=";
    if (line.direction == "sent") return "->";
    if (line.direction == "received") return "<-";
    return "--";
}

std::string trace_text(const TraceLine& line, bool marked, const ConsoleStyle& style) {
    const auto text =
        fmt::format("  {} {:>9.3f} ms  {:<8} {} {}", marked ? ">" : " ", static_cast<double>(line.at.count()) / 1000.0,
                    one_line(line.lane), arrow_of(line), one_line(line.text));
    return (marked ? paint(text, "1", style) : text) + "\n";
}

// Steps and invented names are the harness's own bookkeeping; a reader of a failure wants the packets.
bool is_packet(const TraceLine& line) { return line.lane != "harness"; }

std::string around(const CaseResult& result, std::optional<std::size_t> marked, const ConsoleStyle& style) {
    std::vector<std::size_t> packets;
    for (std::size_t i = 0; i < result.trace.size(); ++i)
        if (is_packet(result.trace[i]) || marked == i) packets.push_back(i);
    std::size_t middle = packets.size();
    for (std::size_t i = 0; marked && i < packets.size(); ++i)
        if (packets[i] == *marked) middle = i;
    const std::size_t first = middle > lines_before ? middle - lines_before : 0;
    const std::size_t last = std::min(packets.size(), middle + lines_after + 1);
    std::string text;
    if (first > 0) text += fmt::format("    ... {} earlier\n", first);
    for (std::size_t i = first; i < last; ++i)
        text += trace_text(result.trace[packets[i]], marked == packets[i], style);
    if (last < packets.size()) text += fmt::format("    ... {} later\n", packets.size() - last);
    return text;
}

const Requirement* find(const RunResult& run, const std::string& id) {
    for (const auto& one : run.requirements)
        if (one.id == id) return &one;
    return nullptr;
}

std::string sentence(const RunResult& run, const std::string& id, const ConsoleStyle& style) {
    const auto* requirement = find(run, id);
    if (requirement == nullptr) return "    " + one_line(id) + "\n";
    return fmt::format("    {} ({}): {}\n", paint(one_line(id), "1", style), one_line(weight(*requirement)),
                       one_line(requirement->text));
}

std::string finding_text(const CaseResult& result, const Finding& finding, const RunResult& run,
                         const ConsoleStyle& style) {
    std::string text = "  " + one_line(finding.summary) + "\n";
    const auto add = [&](const char* label, const std::string& value) { text += label + one_line(value) + "\n"; };
    if (!finding.source_line.empty())
        text += fmt::format("  {} | {}\n", finding.place.line, one_line(finding.source_line));
    if (!finding.expected.empty()) {
        add("  expected  ", finding.expected);
        add("  actual    ", finding.actual.empty() ? "nothing came" : finding.actual);
    }
    for (const auto& difference : finding.differences) add("  differs   ", difference);
    if (!finding.hint.empty()) add("  hint      ", finding.hint);
    if (!finding.requirements.empty()) text += "  requirement\n";
    for (const auto& id : finding.requirements) text += sentence(run, id, style);
    return text + "  packets\n" + around(result, finding.trace_line, style);
}

std::string milliseconds(std::chrono::microseconds time) {
    return time.count() < 10'000'000 ? fmt::format("{} ms", time.count() / 1000)
                                     : fmt::format("{:.1f} s", static_cast<double>(time.count()) / 1e6);
}

std::string area_table(const RunResult& run) {
    std::string text;
    for (const auto& area : areas_of(run)) {
        text += fmt::format("  {:<10} {:>3} held", one_line(area.name), area.held);
        if (area.warned > 0) text += fmt::format(", {} with a warning", area.warned);
        if (area.excused > 0) text += fmt::format(", {} broken as expected", area.excused);
        if (area.broken > 0) text += fmt::format(", {} broken", area.broken);
        text += "\n";
    }
    return text;
}

}  // namespace

std::string format_case_line(const CaseResult& result, const ConsoleStyle& style) {
    std::string line = paint(fmt::format("{:<5}", word_of(result.verdict)), colour_of(result.verdict), style) + " " +
                       one_line(result.name);
    if (result.verdict != Verdict::not_applicable) line += "  " + milliseconds(result.duration);
    if (!result.earlier_attempts.empty()) line += fmt::format("  (attempt {})", result.earlier_attempts.size() + 1);
    if (!result.reason.empty()) line += "  (" + one_line(result.reason) + ")";
    return line;
}

std::string format_trace(const CaseResult& result, const ConsoleStyle& style) {
    std::string text;
    for (const auto& line : result.trace) {
        if (!is_packet(line) && style.verbosity < 2) continue;
        text += trace_text(line, false, style);
        if (style.verbosity >= 2 && !line.hex.empty()) text += "      " + one_line(line.hex) + "\n";
    }
    return text;
}

std::string format_failure(const CaseResult& result, const RunResult& run, const ConsoleStyle& style) {
    std::string text = paint(word_of(result.verdict), colour_of(result.verdict), style) + " " + one_line(result.name) +
                       "\n  " + one_line(result.title) + "\n";
    for (const auto& finding : result.findings) text += finding_text(result, finding, run, style);
    if (result.findings.empty() && !result.reason.empty()) text += "  " + one_line(result.reason) + "\n";
    for (const auto& note : result.notes) text += "  note: " + one_line(note) + "\n";
    // A stored result can say that more ran than was planned.
    if (result.checks_executed < result.checks_planned)
        text += fmt::format("  {} of {} checks never ran\n", result.checks_planned - result.checks_executed,
                            result.checks_planned);
    return text;
}

std::string format_failures(const RunResult& run, const ConsoleStyle& style) {
    std::string text;
    for (const auto& failure : failures_of(run)) {
        text += "\n" + format_failure(run.cases[failure.first], run, style);
        const auto others = failure.alike.size();
        if (others == 0) continue;
        if (style.verbosity > 0)
            for (const auto other : failure.alike) text += "\n" + format_failure(run.cases[other], run, style);
        else
            text += fmt::format("  {} more {} of this scenario ended alike (-v shows them)\n", others,
                                others == 1 ? "case" : "cases");
    }
    return text;
}

namespace {

std::string claims_of(const Certification& certification) {
    const auto names = [&](bool claimed, bool shown) {
        std::string text;
        for (const auto& one : certification.claims)
            if (one.claimed == claimed && one.shown == shown) text += (text.empty() ? "" : ", ") + one.name;
        return text;
    };
    std::string text;
    const auto add = [&](const char* what, const std::string& which) {
        if (!which.empty()) text += fmt::format("  {:<27} {}\n", what, which);
    };
    add("claimed and seen:", names(true, true));
    add("claimed and never seen:", names(true, false));
    add("seen and not claimed:", names(false, true));
    return text;
}

}  // namespace

std::string format_summary(const RunResult& run, const std::string& rerun, const ConsoleStyle& style) {
    const auto counts = count(run.cases);
    std::string text =
        fmt::format("{} {} against {} in {}\n", run.cases.size(), run.cases.size() == 1 ? "case" : "cases",
                    one_line(run.target), milliseconds(run.duration));
    const auto add = [&](std::size_t number, Verdict verdict, const char* name) {
        if (number > 0) text += "  " + paint(fmt::format("{:>5} {}", number, name), colour_of(verdict), style) + "\n";
    };
    add(counts.pass, Verdict::pass, "passed");
    add(counts.warn, Verdict::warn, "passed with a warning");
    add(counts.expected_failure, Verdict::expected_failure, "failed as expected");
    add(counts.fail, Verdict::fail, "failed");
    add(counts.error, Verdict::error, "errors");
    add(counts.inconclusive, Verdict::inconclusive, "inconclusive");
    add(counts.not_applicable, Verdict::not_applicable, "not applicable");
    text += fmt::format("  {} of {} checks ran, {} held\n", counts.checks_executed, counts.checks_planned,
                        counts.checks_passed);
    if (run.certification) text += claims_of(*run.certification);
    if (style.verbosity > 0) text += area_table(run);
    if (run.interrupted) text += "The run was interrupted.\n";
    if (!rerun.empty()) text += "Again, only what failed:\n  " + rerun + "\n";
    return text;
}

}  // namespace hubspec::reports
