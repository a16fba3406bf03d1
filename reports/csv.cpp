#include "reports/csv.hpp"

#include <fmt/format.h>

#include "reports/printable.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

// Spreadsheets take a cell that begins like this for a formula.
bool is_formula(const std::string& text) { return text.find_first_of("=+-@") == 0; }

std::string cell(const std::string& given) {
    auto text = one_line(given);
    if (is_formula(text)) text.insert(0, "'");
    if (text.find_first_of(",\"") == std::string::npos) return text;
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
}

std::string words(const std::vector<std::string>& all) { return fmt::format("{}", fmt::join(all, " ")); }

}  // namespace

std::string to_csv(const RunResult& run) {
    std::string text =
        "target,case,scenario,title,file,verdict,level,requirements,broken,checks planned,checks passed,"
        "milliseconds,reason,finding\r\n";
    for (const auto& one : run.cases) {
        std::vector<std::string> broken;
        for (const auto& finding : one.findings)
            for (const auto& id : finding.requirements)
                if (std::find(broken.begin(), broken.end(), id) == broken.end()) broken.push_back(id);
        const auto milliseconds = fmt::format("{:.3f}", static_cast<double>(one.duration.count()) / 1000.0);
        for (const auto& text_of_cell :
             {run.target, one.name, one.scenario, one.title, one.file, std::string(to_string(one.verdict)),
              std::string(to_string(one.level)), words(one.requirements), words(broken),
              std::to_string(one.checks_planned), std::to_string(one.checks_passed), milliseconds, one.reason})
            text += cell(text_of_cell) + ",";
        text += cell(one.findings.empty() ? std::string() : one.findings.front().summary) + "\r\n";
    }
    return text;
}

}  // namespace hubspec::reports
