#include "reports/setup.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "reports/printable.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

std::string folder_of(const std::string& path) { return path.substr(0, std::min(path.rfind('/'), path.size())); }

CaseResult setup_case(const CaseResult& first) {
    CaseResult setup;
    setup.scenario = folder_of(first.scenario) + "/";
    setup.file = folder_of(first.file);
    setup.name = "[setup] " + suite_of(first);
    setup.level = first.level;
    setup.verdict = Verdict::error;
    setup.reason = first.reason;
    setup.findings = first.findings;
    setup.started_at = first.started_at;
    return setup;
}

}  // namespace

bool waits_for_setup(const CaseResult& one, const RunResult& run) {
    return !run.setup_failure.empty() && one.verdict == Verdict::error && one.reason == run.setup_failure &&
           !one.scenario.ends_with('/');
}

RunResult with_setup_cases(const RunResult& run) {
    RunResult all = run;
    all.cases.clear();
    std::set<std::string> done;
    for (const auto& one : run.cases) {
        if (waits_for_setup(one, run) && done.insert(suite_of(one)).second) all.cases.push_back(setup_case(one));
        all.cases.push_back(one);
    }
    return all;
}

std::string suite_of(const CaseResult& one) {
    auto folder = folder_of(one.scenario);
    if (folder == one.scenario) folder = "scenarios";
    for (auto& c : folder) {
        if (c == '/') c = '.';
        if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '-' && c != '_') c = '_';
    }
    return "iothub." + std::string(head(folder, 150));
}

}  // namespace hubspec::reports
