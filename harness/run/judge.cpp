#include "harness/run/judge.hpp"

#include <signal.h>

#include <algorithm>

#include "harness/iothub/redact.hpp"
#include "harness/run/claims.hpp"
#include "harness/run/describe_expectation.hpp"
#include "harness/run/device_rules.hpp"
#include "harness/run/hints.hpp"
#include "harness/run/progress.hpp"
#include "harness/run/reconnects.hpp"
#include "harness/run/trace_lines.hpp"

namespace hubspec::run {

using namespace model;

namespace {

// Everything a finding is made from.
struct Evidence {
    const Case& plan;
    const Trace& trace;
    const Catalogue& catalogue;
    const Progress& progress;
};

std::string seconds(Milliseconds duration) {
    const auto count = duration.count();
    if (count % 1000 == 0) return std::to_string(count / 1000) + " s";
    return std::to_string(count) + " ms";
}

const std::vector<std::string>& requirements_of(const Evidence& evidence, std::size_t step) {
    const auto& own = evidence.plan.scenario->steps[step].verifies;
    return own.empty() ? evidence.plan.scenario->verifies : own;
}

bool is_check(const Step& step) {
    return !std::holds_alternative<Action>(step.form) && !std::holds_alternative<Pass>(step.form);
}

std::size_t check_count(const Step& step) {
    if (const auto* group = std::get_if<AnyOrder>(&step.form)) return group->expectations.size();
    return is_check(step) ? 1 : 0;
}

Finding blame(const Evidence& evidence, std::size_t step) {
    Finding finding;
    finding.requirements = requirements_of(evidence, step);
    const Level level = strictest(finding.requirements, evidence.catalogue);
    finding.verdict = level == Level::must ? Verdict::fail : Verdict::warn;
    finding.type = "conformance." + std::string(to_string(level));
    finding.step = step;
    finding.place = evidence.plan.scenario->steps[step].place;
    finding.source_line = evidence.plan.scenario->steps[step].source;
    return finding;
}

std::string place_text(const Evidence& evidence, const Finding& finding) {
    return to_string(evidence.plan.scenario->file, finding.place);
}

// Where the device's program ended of itself: nothing can come from it any more.
std::optional<std::size_t> exit_of_device(const Evidence& evidence) {
    for (std::size_t i = 0; i < evidence.trace.size(); ++i)
        if (const auto* exited = std::get_if<DeviceExited>(&evidence.trace[i].form);
            exited != nullptr && !exited->was_asked)
            return i;
    return std::nullopt;
}

// What happened in place of what was expected: the nearest miss, else the newest event of the connection.
std::optional<std::size_t> instead(const Evidence& evidence, std::size_t step, const StepRecord& record) {
    if (record.closest) return record.closest;
    if (const auto exited = exit_of_device(evidence)) return exited;
    const auto& connection = evidence.plan.scenario->steps[step].connection;
    const auto untaken = evidence.progress.untaken();
    for (auto index = untaken.rbegin(); index != untaken.rend(); ++index)
        if (connection_of(evidence.trace[*index].form) == connection) return *index;
    return std::nullopt;
}

Finding missed(const Evidence& evidence, std::size_t step, const StepRecord& record) {
    Finding finding = blame(evidence, step);
    finding.expected = record.expected;
    finding.differences = record.differences;
    if (const auto index = instead(evidence, step, record)) {
        finding.trace_line = index;
        finding.actual = describe(evidence.trace[*index].form);
    }
    const auto& within = evidence.plan.scenario->steps[step].within;
    const std::string window = record.state == StepState::missed && within ? " within " + seconds(*within) : "";
    finding.summary =
        place_text(evidence, finding) + ": expected " + record.expected + window + "; " +
        (finding.actual.empty() ? "nothing came" : (record.closest ? "closest: " : "instead: ") + finding.actual);
    return finding;
}

Finding violated(const Evidence& evidence, std::size_t step, const StepRecord& record) {
    Finding finding = blame(evidence, step);
    finding.expected = record.expected;
    finding.trace_line = record.taken;
    finding.actual = describe(evidence.trace[*record.taken].form);
    finding.summary = place_text(evidence, finding) + ": expected " + record.expected + "; it came: " + finding.actual;
    return finding;
}

Finding warned(const Evidence& evidence, std::size_t step, const StepRecord& record) {
    Finding finding = blame(evidence, step);
    const auto& outcomes = std::get<Outcomes>(evidence.plan.scenario->steps[step].form).outcomes;
    const auto& chosen = outcomes[record.outcome];
    finding.verdict = chosen.verdict;
    finding.type = chosen.verdict == Verdict::warn ? "conformance.known-deviation" : finding.type;
    finding.expected = describe(outcomes.front().expectation, evidence.progress.bindings());
    finding.trace_line = record.taken;
    finding.actual = describe(evidence.trace[*record.taken].form);
    finding.summary = place_text(evidence, finding) + ": documented is " + finding.expected + "; seen was " +
                      finding.actual + (chosen.source.empty() ? "" : " (known: " + chosen.source + ")");
    return finding;
}

bool is_about_tls(const ConnectionClosed& closed) {
    return closed.how.find("certificate") != std::string::npos || closed.how.find("TLS") != std::string::npos;
}

// `hub: opens` asks about TLS itself; to every other line it is a means.
bool asks_for_tls(const Step& step) {
    const auto* expectation = std::get_if<Expectation>(&step.form);
    return expectation != nullptr && expectation->event == "opens";
}

// A back end or a transport that does not do its part says nothing about the requirement: an error, not a failure.
std::optional<Finding> trouble(const Evidence& evidence, std::size_t step, const StepRecord& record) {
    const auto& line = evidence.plan.scenario->steps[step];
    const auto index = instead(evidence, step, record);
    const auto* closed = index ? std::get_if<ConnectionClosed>(&evidence.trace[*index].form) : nullptr;
    const auto* action = std::get_if<Action>(&line.form);
    const bool harness_connects = evidence.plan.scenario->seat == Seat::device;
    const bool no_transport = harness_connects && closed != nullptr && !closed->established;
    const bool service_step = action != nullptr && action->speaker == Speaker::service;
    if (!no_transport && !service_step) return std::nullopt;
    if (no_transport && is_about_tls(*closed) && asks_for_tls(line)) return std::nullopt;
    Finding finding = missed(evidence, step, record);
    finding.verdict = Verdict::error;
    finding.type = !no_transport ? "infra.service" : is_about_tls(*closed) ? "infra.tls" : "infra.connect";
    return finding;
}

std::optional<Finding> finding_of(const Evidence& evidence, std::size_t step) {
    const auto& record = evidence.progress.record(step);
    switch (record.state) {
        case StepState::missed:
        case StepState::hopeless:
            if (auto finding = trouble(evidence, step, record)) return finding;
            return missed(evidence, step, record);
        case StepState::violated:
            return violated(evidence, step, record);
        case StepState::warned:
            return warned(evidence, step, record);
        case StepState::not_begun:
        case StepState::waiting:
        case StepState::satisfied:
            return std::nullopt;
    }
    return std::nullopt;
}

Finding closed_unexpectedly(const Evidence& evidence, std::size_t index) {
    const std::size_t step = evidence.progress.step_of(index).value_or(0);
    Finding finding = blame(evidence, step);
    finding.trace_line = index;
    finding.expected = "the connection stays open";
    finding.actual = describe(evidence.trace[index].form);
    finding.summary =
        place_text(evidence, finding) + ": the hub closed the connection and no line expects it: " + finding.actual;
    return finding;
}

std::string state_of(const StepRecord& record, bool check) {
    switch (record.state) {
        case StepState::not_begun:
            return "not run";
        case StepState::waiting:
            return "interrupted";
        case StepState::satisfied:
            return check ? "passed" : "done";
        case StepState::warned:
            return "warned";
        case StepState::missed:
        case StepState::hopeless:
        case StepState::violated:
            return "failed";
    }
    return "not run";
}

void account_steps(CaseResult& result, const Evidence& evidence) {
    for (std::size_t i = 0; i < evidence.plan.scenario->steps.size(); ++i) {
        const auto& step = evidence.plan.scenario->steps[i];
        const auto& record = evidence.progress.record(i);
        const std::size_t checks = check_count(step);
        const std::string state = state_of(record, checks > 0);
        result.steps.push_back({step.source, step.place, checks > 0, state, record.taken});
        result.checks_planned += checks;
        if (state == "not run" || state == "interrupted") continue;
        result.checks_executed += checks;
        if (state == "passed" || state == "warned") result.checks_passed += checks;
    }
}

// A program that ends of itself, or does not end when it is told to, is wrong whatever the scenario is about.
std::optional<Finding> wrong_end(const Evidence& evidence, std::size_t index) {
    const auto& exited = std::get<DeviceExited>(evidence.trace[index].form);
    const bool crashed = exited.status < 0 && exited.status != -SIGTERM && exited.status != -SIGKILL;
    const bool ignored = exited.was_asked && exited.status == -SIGKILL;
    if (!crashed && !ignored) return std::nullopt;
    Finding finding;
    finding.verdict = crashed ? Verdict::fail : Verdict::warn;
    finding.type = crashed ? "device.crash" : "device.stop";
    finding.trace_line = index;
    finding.expected = crashed ? "the device's program goes on" : "SIGTERM ends the device's program";
    finding.actual = describe(evidence.trace[index].form);
    finding.summary = finding.actual;
    return finding;
}

void collect_device_findings(CaseResult& result, const Evidence& evidence) {
    for (auto& finding : broken_device_rules(evidence.trace, facts_of(evidence.trace), evidence.catalogue))
        result.findings.push_back(std::move(finding));
    for (std::size_t i = 0; i < evidence.trace.size(); ++i)
        if (std::holds_alternative<DeviceExited>(evidence.trace[i].form))
            if (auto finding = wrong_end(evidence, i)) result.findings.push_back(std::move(*finding));
}

void collect_findings(CaseResult& result, const Evidence& evidence) {
    for (std::size_t i = 0; i < evidence.plan.scenario->steps.size(); ++i)
        if (auto finding = finding_of(evidence, i)) result.findings.push_back(std::move(*finding));
    for (const auto& event : evidence.trace)
        if (const auto* failed = std::get_if<HarnessFailed>(&event.form)) {
            Finding finding;
            finding.verdict = failed->type.starts_with("device.") ? Verdict::fail : Verdict::error;
            finding.type = failed->type;
            finding.summary = failed->text;
            result.findings.push_back(std::move(finding));
        }
    if (evidence.plan.scenario->seat == Seat::hub) return collect_device_findings(result, evidence);
    const bool failed = std::any_of(result.findings.begin(), result.findings.end(),
                                    [](const Finding& f) { return f.verdict > Verdict::warn; });
    if (const auto closed = evidence.progress.unexpected_close(); closed && !failed)
        result.findings.push_back(closed_unexpectedly(evidence, *closed));
}

void add_hints(CaseResult& result, const Evidence& evidence) {
    for (auto& finding : result.findings)
        if (const auto* hint = hint_for(evidence.plan, evidence.trace, finding)) finding.hint = to_text(*hint);
}

void conclude(CaseResult& result) {
    for (const auto& finding : result.findings) result.verdict = std::max(result.verdict, finding.verdict);
    const auto any_step = [&](std::string_view state) {
        return std::any_of(result.steps.begin(), result.steps.end(),
                           [&](const StepResult& step) { return step.state == state; });
    };
    const bool interrupted = !any_step("failed") && (any_step("interrupted") || any_step("not run"));
    if (result.verdict <= Verdict::warn && interrupted) {
        result.verdict = Verdict::inconclusive;
        result.reason = "the run was interrupted before the last step";
    } else if (result.verdict <= Verdict::warn && result.checks_executed == 0) {
        result.verdict = Verdict::inconclusive;
        result.reason = "no check was executed";
    }
    if (result.reason.empty() && result.verdict == Verdict::error)
        for (const auto& finding : result.findings)
            if (finding.verdict == Verdict::error) result.reason = finding.summary;
}

void note_untaken(CaseResult& result, const Evidence& evidence) {
    for (const auto index : evidence.progress.untaken()) {
        const auto& form = evidence.trace[index].form;
        const bool shown = std::any_of(result.findings.begin(), result.findings.end(),
                                       [&](const Finding& one) { return one.trace_line == index; });
        if (!shown && !std::holds_alternative<ServiceAnswered>(form) &&
            !std::holds_alternative<CloudMessageSettled>(form) && !std::holds_alternative<LogSeen>(form) &&
            !std::holds_alternative<UpgradeAnswered>(form))
            result.notes.push_back("nobody expected: " + describe(form));
    }
}

// Where sources contradict each other a run says which of them the hub bears out.
void note_sources(CaseResult& result, const Evidence& evidence) {
    for (std::size_t i = 0; i < evidence.plan.scenario->steps.size(); ++i) {
        const auto& record = evidence.progress.record(i);
        if (record.state != StepState::satisfied || record.source.empty() || !record.taken) continue;
        result.notes.push_back("seen was " + describe(evidence.trace[*record.taken].form) +
                               " (known: " + record.source + ")");
    }
}

CaseResult describe_case(const Case& plan, const Catalogue& catalogue) {
    CaseResult result;
    result.scenario = plan.scenario->id;
    result.file = plan.scenario->file;
    result.title = plan.scenario->title;
    result.name = plan.name;
    result.axes = plan.axes;
    result.requirements = plan.scenario->verifies;
    result.tags = plan.scenario->tags;
    result.level = strictest(plan.scenario->verifies, catalogue);
    return result;
}

// Who stands still misses what others do meanwhile, and leaves them without an answer.
void excuse_standing_still(CaseResult& result, const Evidence& evidence) {
    for (const auto& event : evidence.trace)
        if (const auto* stood = std::get_if<HarnessStoodStill>(&event.form))
            make_inconclusive(result, "the harness itself stood still for " +
                                          std::to_string(stood->lasting.count() / 1000) +
                                          " s (stopped, suspended or without a processor)");
}

void hide(std::string& text) { text = iothub::redact(text); }

// What was compared may hold keys; what is kept and shown may not.
void hide_secrets(CaseResult& result) {
    hide(result.reason);
    for (auto& note : result.notes) hide(note);
    for (auto& finding : result.findings) {
        for (auto* text : {&finding.summary, &finding.expected, &finding.actual}) hide(*text);
        for (auto& difference : finding.differences) hide(difference);
    }
}

}  // namespace

Level strictest(const std::vector<std::string>& ids, const Catalogue& catalogue) {
    Level level = Level::info;
    bool known = false;
    for (const auto& id : ids)
        if (const auto* requirement = catalogue.find(id))
            level = std::min(level, binding_level(*requirement)), known = true;
    return known ? level : Level::must;
}

CaseResult judge(const Case& plan, const Trace& trace, const Catalogue& catalogue) {
    Progress progress(plan);
    for (const auto& event : trace) progress.take(event);
    const Evidence evidence{plan, trace, catalogue, progress};
    CaseResult result = describe_case(plan, catalogue);
    account_steps(result, evidence);
    collect_findings(result, evidence);
    add_hints(result, evidence);
    conclude(result);
    excuse_standing_still(result, evidence);
    if (plan.scenario->seat == Seat::device) note_untaken(result, evidence);
    note_sources(result, evidence);
    if (plan.scenario->seat == Seat::hub) {
        result.shown = shown_features(trace, facts_of(trace));
        result.reconnects = reconnects_of(trace);
    }
    result.trace = trace_lines(trace, progress);
    if (!trace.empty()) result.duration = trace.back().at;
    hide_secrets(result);
    return result;
}

void make_inconclusive(CaseResult& result, const std::string& reason) {
    if (result.verdict != Verdict::fail && result.verdict != Verdict::error && result.verdict != Verdict::warn) return;
    result.verdict = Verdict::inconclusive;
    result.reason = reason;
    for (auto& finding : result.findings)
        if (finding.verdict > Verdict::pass) finding.verdict = Verdict::inconclusive, finding.type = "inconclusive";
}

CaseResult not_run(const Case& plan, const Catalogue& catalogue, Verdict verdict, const std::string& reason) {
    CaseResult result = describe_case(plan, catalogue);
    result.verdict = verdict;
    result.reason = reason;
    for (const auto& step : plan.scenario->steps) {
        result.steps.push_back({step.source, step.place, is_check(step), "not run", std::nullopt});
        result.checks_planned += check_count(step);
    }
    return result;
}

}  // namespace hubspec::run
