#include "reports/failures.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <string>

namespace hubspec::reports {

using namespace model;

namespace {

// Numbers and invented ids differ from case to case and say nothing.
std::string without_numbers(const std::string& text) {
    std::string kept;
    for (const unsigned char c : text)
        if (std::isxdigit(c) == 0)
            kept += static_cast<char>(c);
        else if (kept.empty() || kept.back() != '#')
            kept += '#';
    return kept;
}

bool fail_alike(const CaseResult& a, const CaseResult& b) {
    return a.scenario == b.scenario && a.verdict == b.verdict &&
           std::equal(a.findings.begin(), a.findings.end(), b.findings.begin(), b.findings.end(),
                      [](const Finding& one, const Finding& other) {
                          return one.type == other.type && one.place == other.place &&
                                 without_numbers(one.actual) == without_numbers(other.actual);
                      });
}

}  // namespace

std::vector<Failure> failures_of(const RunResult& run) {
    std::vector<Failure> all;
    std::map<std::string, std::vector<std::size_t>> of_scenario;
    for (std::size_t i = 0; i < run.cases.size(); ++i) {
        const auto& one = run.cases[i];
        if (one.verdict < Verdict::warn) continue;
        auto& known = of_scenario[one.scenario];
        const auto alike = std::find_if(known.begin(), known.end(), [&](std::size_t failure) {
            return fail_alike(run.cases[all[failure].first], one);
        });
        if (alike != known.end()) {
            all[*alike].alike.push_back(i);
        } else {
            known.push_back(all.size());
            all.push_back({i, {}});
        }
    }
    return all;
}

}  // namespace hubspec::reports
