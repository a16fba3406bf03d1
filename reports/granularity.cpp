#include "reports/granularity.hpp"

#include <algorithm>
#include <map>

namespace hubspec::reports {

using namespace model;

namespace {

/// What a case and the tests made from it share, without what only some of them have.
CaseResult outline(const CaseResult& one) {
    CaseResult test = one;
    test.steps.clear();
    test.findings.clear();
    test.notes.clear();
    test.earlier_attempts.clear();
    test.checks_planned = test.checks_executed = test.checks_passed = 0;
    test.duration = {};
    return test;
}

Verdict verdict_of(const std::vector<Finding>& findings, const StepResult& step) {
    Verdict worst = step.state == "not run" ? Verdict::not_applicable : Verdict::pass;
    for (const auto& finding : findings) worst = std::max(worst, finding.verdict);
    return worst;
}

CaseResult step_test(const CaseResult& one, std::size_t index) {
    const auto& step = one.steps[index];
    CaseResult test = outline(one);
    const auto text = step.text.starts_with("- ") ? step.text.substr(2) : step.text;
    test.title = "step " + std::to_string(index + 1) + ": " + text;
    for (const auto& finding : one.findings)
        if (finding.step == index) test.findings.push_back(finding);
    test.verdict = verdict_of(test.findings, step);
    if (test.verdict == Verdict::not_applicable)
        test.reason = "not run: the case ended before this step";
    else if (test.verdict != Verdict::expected_failure)
        test.reason.clear();
    test.steps = {step};
    test.checks_planned = 1;
    test.checks_executed = step.state == "not run" ? 0 : 1;
    test.checks_passed = step.state == "passed" || step.state == "warned" ? 1 : 0;
    if (test.findings.empty()) test.trace.clear();
    return test;
}

/// The steps that check something, and the case itself where it has a verdict that no step explains.
void add_steps(std::vector<CaseResult>& tests, const CaseResult& one) {
    Verdict explained = Verdict::not_applicable;
    const auto first = tests.size();
    for (std::size_t i = 0; i < one.steps.size() && one.verdict != Verdict::not_applicable; ++i) {
        const bool blamed = std::any_of(one.findings.begin(), one.findings.end(),
                                        [&](const Finding& finding) { return finding.step == i; });
        if (!one.steps[i].is_check && !blamed) continue;
        tests.push_back(step_test(one, i));
        explained = std::max(explained, tests.back().verdict);
    }
    if (tests.size() == first || explained < one.verdict) return tests.push_back(one);
    tests[first].duration = one.duration;
    const auto decisive = std::find_if(tests.begin() + static_cast<std::ptrdiff_t>(first), tests.end(),
                                       [&](const CaseResult& test) { return test.verdict == explained; });
    decisive->earlier_attempts = one.earlier_attempts;
}

CaseResult requirement_test(const RunResult& run, const std::string& id) {
    CaseResult test;
    const auto area = id.substr(0, id.rfind('-'));
    test.scenario = "requirements/" + area + "/" + id;
    test.file = "scenarios/requirements";
    test.name = test.scenario;
    test.title = id;
    for (const auto& one : run.requirements)
        if (one.id == id) test.title = one.text, test.level = one.level;
    test.requirements = {id};
    test.verdict = Verdict::not_applicable;
    return test;
}

void add_case(CaseResult& test, const CaseResult& one, const std::string& id) {
    if (one.verdict != Verdict::not_applicable) test.notes.push_back(one.name);
    Verdict verdict = one.findings.empty() ? one.verdict : std::min(one.verdict, Verdict::pass);
    for (const auto& finding : one.findings) {
        const auto& ids = finding.requirements;
        if (!ids.empty() && std::find(ids.begin(), ids.end(), id) == ids.end()) continue;
        verdict = std::max(verdict, finding.verdict);
        test.findings.push_back(finding);
        if (test.trace.empty())
            test.trace = one.trace;
        else
            test.findings.back().trace_line.reset();  // it is a line of another trace
    }
    if (verdict >= test.verdict && !one.reason.empty()) test.reason = one.reason;
    test.verdict = std::max(test.verdict, verdict);
    test.duration += one.duration;
    test.checks_planned += one.checks_planned;
    test.checks_executed += one.checks_executed;
    test.checks_passed += one.checks_passed;
}

std::vector<CaseResult> by_requirement(const RunResult& run) {
    std::map<std::string, CaseResult> tests;
    for (const auto& one : run.cases)
        for (const auto& id : one.requirements)
            add_case(tests.try_emplace(id, requirement_test(run, id)).first->second, one, id);
    std::vector<CaseResult> all;
    for (auto& [id, test] : tests) {
        if (test.verdict == Verdict::pass || test.verdict == Verdict::warn) test.reason.clear();
        all.push_back(std::move(test));
    }
    // What is of no requirement must not be lost: shards that are missing.
    for (const auto& one : run.cases)
        if (one.requirements.empty() && one.verdict > Verdict::warn) all.push_back(one);
    return all;
}

}  // namespace

std::optional<Granularity> granularity_of(std::string_view word) {
    if (word == "scenario") return Granularity::scenario;
    if (word == "step") return Granularity::step;
    if (word == "requirement") return Granularity::requirement;
    return std::nullopt;
}

RunResult regroup(const RunResult& run, Granularity granularity) {
    RunResult regrouped = run;
    if (granularity == Granularity::scenario) return regrouped;
    regrouped.cases.clear();
    if (granularity == Granularity::requirement)
        regrouped.cases = by_requirement(run);
    else
        for (const auto& one : run.cases) add_steps(regrouped.cases, *Whole(one));
    return regrouped;
}

}  // namespace hubspec::reports
