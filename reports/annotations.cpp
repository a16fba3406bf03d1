#include "reports/annotations.hpp"

#include <fmt/format.h>

#include "reports/printable.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

// Of a command's text; its properties end at ':' and ',' too.
std::string escaped(std::string_view text, bool is_property) {
    std::string out;
    for (const char c : one_line(text))
        if (c == '%' || (is_property && (c == ':' || c == ',')))
            out += fmt::format("%{:02X}", static_cast<unsigned>(c));
        else
            out += c;
    return out;
}

const char* command_of(Verdict verdict, bool strict) {
    if (verdict > Verdict::warn || (strict && verdict == Verdict::warn)) return "error";
    return verdict == Verdict::warn ? "warning" : "notice";
}

std::string line_of(const CaseResult& one, Verdict verdict, const Place& place, const std::string& text, bool strict) {
    std::string out = fmt::format("::{} ", command_of(verdict, strict));
    if (!one.file.empty()) out += fmt::format("file={},", escaped(one.file, true));
    if (place.line > 0) out += fmt::format("line={},", place.line);
    if (place.column > 0) out += fmt::format("col={},", place.column);
    return out + "title=" + escaped(one.name, true) + "::" + escaped(text, false) + "\n";
}

}  // namespace

std::string to_annotations(const RunResult& run, bool strict) {
    if (!run.setup_failure.empty()) return "::error title=hubspec::" + escaped(run.setup_failure, false) + "\n";
    std::string text;
    for (const auto& one : run.cases) {
        if (one.verdict <= Verdict::pass) continue;
        if (one.findings.empty()) text += line_of(one, one.verdict, {}, one.reason, strict);
        for (const auto& finding : one.findings)
            if (finding.verdict > Verdict::pass)
                text += line_of(one, finding.verdict, finding.place, finding.summary, strict);
    }
    return text;
}

}  // namespace hubspec::reports
