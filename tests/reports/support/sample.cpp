#include "tests/reports/support/sample.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace hubspec::test {

using namespace model;
using std::chrono::microseconds;

namespace {

CaseResult make_case(const std::string& scenario, const std::string& title, Verdict verdict) {
    CaseResult one;
    one.scenario = one.name = scenario;
    one.file = "scenarios/" + scenario + ".yaml";
    one.title = title;
    one.verdict = verdict;
    one.requirements = {"REPORTED-11"};
    one.tags = {"twin"};
    one.duration = microseconds(12'345);
    one.started_at = "2026-01-15T10:00:00.250Z";
    one.checks_planned = one.checks_executed = one.checks_passed = 1;
    one.steps = {{"device: {connect: {}}", {5, 5}, false, "done", {}},
                 {"hub: {publish: {topic: any}}", {6, 5}, true, "passed", 1}};
    one.trace = {{microseconds(1000), "device", "sent", "CONNECT client id d", "10 00", 0},
                 {microseconds(2500), "device", "received", "CONNACK 0 (accepted)", "20 02 00 00", 0}};
    return one;
}

CaseResult failing() {
    auto one = make_case("reported/patch-is-answered-204", "A PATCH is answered with 204", Verdict::fail);
    one.checks_planned = 3;
    one.checks_executed = 2;
    one.steps.push_back({"hub: {pingresp: {}}", {9, 5}, true, "not run", {}});
    Finding finding;
    finding.type = "conformance.must";
    finding.summary =
        "scenarios/reported/patch-is-answered-204.yaml:6:5: expected hub: publish; closest: PUBLISH "
        "$iothub/twin/res/200/?$rid=1";
    finding.expected = "hub: publish topic $iothub/twin/res/204/?$rid=1";
    finding.actual = "PUBLISH $iothub/twin/res/200/?$rid=1 QoS 0, 0 bytes";
    finding.differences = {"topic: expected 204, got 200"};
    finding.requirements = {"REPORTED-11"};
    finding.step = 1;
    finding.place = {6, 5};
    finding.source_line = "- hub: {publish: {topic: any}}";
    finding.trace_line = 1;
    finding.hint = "200 was the answer of the earliest documentation";
    one.findings = {finding};
    one.notes = {"nobody expected: PINGRESP"};
    return one;
}

CaseResult warning() {
    auto one = make_case("reported/stale-version-is-refused", "A stale version is refused", Verdict::warn);
    one.level = Level::should;
    Finding finding;
    finding.verdict = Verdict::warn;
    finding.type = "conformance.should";
    finding.summary = "scenarios/reported/stale-version-is-refused.yaml:6:5: nothing came";
    finding.expected = "hub: publish";
    finding.requirements = {"REPORTED-11"};
    finding.place = {6, 5};
    one.findings = {finding};
    return one;
}

CaseResult expected() {
    auto one = failing();
    one.scenario = one.name = "reported/array-is-refused";
    one.file = "scenarios/reported/array-is-refused.yaml";
    one.verdict = one.findings.front().verdict = Verdict::expected_failure;
    one.reason = "the firmware of 2025 takes arrays (HUB-17)";
    return one;
}

CaseResult with_reason(const std::string& scenario, Verdict verdict, const std::string& reason,
                       const std::string& type) {
    auto one = make_case(scenario, "Something about " + scenario, verdict);
    one.reason = reason;
    one.checks_executed = one.checks_passed = 0;
    if (type.empty()) return one;
    Finding finding;
    finding.verdict = verdict;
    finding.type = type;
    finding.summary = reason;
    one.findings = {finding};
    return one;
}

// Escapes, markup, the end of a CDATA section, bad UTF-8, a lone surrogate, a NUL, C1 controls, a right-to-left
// override, line ends and what CI systems take for orders.
void spoil(std::string& text) {
    using namespace std::string_literals;
    text += "\x1b[31m <&\"'> ]]> \x01 \xff\xfe \xed\xa0\x80 \xef\xbf\xbe "s + std::string(1, '\0') +
            "\x80 \t \xc2\x9b \xe2\x80\xae \xe2\x80\xa8 \r\n[[ATTACHMENT|/etc/passwd]]\n[[PROPERTY|verdict=pass]]\n"
            "end \xe2\x82";
}

template <class... Texts>
void spoil_all(Texts&... texts) {
    (spoil(texts), ...);
}

void spoil(CaseResult& one) {
    spoil_all(one.title, one.reason, one.file, one.scenario, one.name, one.started_at);
    for (auto* list : {&one.notes, &one.requirements, &one.tags, &one.earlier_attempts})
        for (auto& text : *list) spoil(text);
    for (auto& [name, value] : one.axes) spoil_all(name, value);
    for (auto& step : one.steps) spoil_all(step.text, step.state);
    for (auto& line : one.trace) spoil_all(line.text, line.lane, line.direction, line.hex);
    for (auto& finding : one.findings) {
        spoil_all(finding.summary, finding.expected, finding.actual, finding.source_line, finding.hint, finding.type);
        for (auto* list : {&finding.differences, &finding.requirements})
            for (auto& text : *list) spoil(text);
    }
}

}  // namespace

RunResult sample_run() {
    RunResult run;
    run.tool_version = "0.1.0";
    run.target = "reference hub";
    run.target_kind = "embedded";
    run.deviations = {"reported-patch-answers-200"};
    run.shards = {{"reference hub", 2, "5f0c1e7a9b3d", {1}, false}};
    run.api_version = "2021-04-12";
    run.started_at = "2026-01-15T10:00:00.123Z";
    run.host_name = "ci-7";
    run.seed = 4242;
    run.duration = microseconds(1'234'567);
    run.cases = {make_case("connect/documented-form-is-accepted", "The documented form is accepted", Verdict::pass),
                 failing(),
                 warning(),
                 expected(),
                 with_reason("connect/expiry", Verdict::inconclusive, "no check was executed", ""),
                 with_reason("connect/unreachable", Verdict::error, "the hub cannot be reached at 127.0.0.1:1: refused",
                             "infra.connect"),
                 with_reason("keep_alive/cap", Verdict::not_applicable, "the target offers no 'clock'", "")};
    auto axis = make_case("reported/version", "The version grows", Verdict::pass);
    axis.axes = {{"qos", "1"}};
    axis.name += " [qos=1]";
    run.cases.push_back(axis);
    Requirement requirement;
    requirement.id = "REPORTED-11";
    requirement.area = "REPORTED";
    requirement.text = "Status 204 = success, no content.";
    requirement.line = "334";
    run.requirements = {requirement};
    return run;
}

RunResult hostile_run() {
    auto run = sample_run();
    spoil_all(run.target, run.target_kind, run.host_name, run.tool_version, run.seat, run.started_at);
    for (auto& name : run.deviations) spoil(name);
    for (auto& one : run.requirements) spoil_all(one.id, one.text, one.line, one.sources);
    run.cases[0].earlier_attempts = {"refused"};
    for (auto& one : run.cases) spoil(one);
    // A megabyte that grows fourfold when it is made visible.
    for (auto& finding : run.cases[1].findings) finding.summary += std::string(1 << 20, '\x01');
    run.cases[1].trace.front().text += std::string(1 << 20, '\x01');
    run.cases.push_back(run.cases[2]);
    return run;
}

std::string golden(const std::string& name, const std::string& text) {
    const std::string path = std::string(HUBSPEC_SOURCE_DIR "/tests/reports/golden/") + name;
    if (std::getenv("HUBSPEC_UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << text;
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace hubspec::test
