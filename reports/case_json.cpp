#include "reports/run_json.hpp"

#include "reports/trace_json.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

Json optional_index(const std::optional<std::size_t>& index) { return index ? Json(*index) : Json(nullptr); }

Json write(const Finding& finding) {
    return {{"verdict", to_string(finding.verdict)},
            {"type", finding.type},
            {"summary", finding.summary},
            {"expected", finding.expected},
            {"actual", finding.actual},
            {"differences", finding.differences},
            {"requirements", finding.requirements},
            {"step", optional_index(finding.step)},
            {"line", finding.place.line},
            {"column", finding.place.column},
            {"sourceLine", finding.source_line},
            {"traceLine", optional_index(finding.trace_line)},
            {"hint", finding.hint}};
}

Json write(const StepResult& step) {
    return {{"text", step.text},        {"line", step.place.line}, {"column", step.place.column},
            {"isCheck", step.is_check}, {"state", step.state},     {"traceLine", optional_index(step.trace_line)}};
}

Json write(const TraceLine& line) {
    return {{"atMicroseconds", line.at.count()},
            {"lane", line.lane},
            {"direction", line.direction},
            {"text", line.text},
            {"hex", line.hex},
            {"step", optional_index(line.step)}};
}

Json write(const Reconnect& one) {
    return {{"after", one.after}, {"attempt", one.attempt}, {"delay", one.delay.count()}};
}

template <class Item>
Json write_all(const std::vector<Item>& items) {
    Json list = Json::array();
    for (const auto& item : items) list.push_back(write(item));
    return list;
}

Json write(const Record& record) {
    Json bindings = Json::object();
    for (const auto& [name, value] : record.bindings) bindings[name] = write_value(value);
    Json events = Json::array();
    for (const auto& event : record.events) events.push_back(write_event(event));
    return {{"bindings", std::move(bindings)}, {"events", std::move(events)}};
}

Place read_place(const Reader& in) { return {in.number<int>("line"), in.number<int>("column")}; }

Finding read_finding(const Reader& in) {
    return {in.word("verdict", stored_verdicts),
            in.text("type"),
            in.text("summary"),
            in.text("expected"),
            in.text("actual"),
            in.texts("differences"),
            in.texts("requirements"),
            in.index("step"),
            read_place(in),
            in.text("sourceLine"),
            in.index("traceLine"),
            in.text("hint")};
}

StepResult read_step(const Reader& in) {
    return {in.text("text"), read_place(in), in.flag("isCheck"), in.text("state"), in.index("traceLine")};
}

TraceLine read_line(const Reader& in) {
    return {in.microseconds("atMicroseconds"),
            in.text("lane"),
            in.text("direction"),
            in.text("text"),
            in.text("hex"),
            in.index("step")};
}

Reconnect read_reconnect(const Reader& in) { return {in.text("after"), in.size("attempt"), in.microseconds("delay")}; }

Record read_record(const Reader& in) {
    Record record;
    for (const auto& [name, value] : in.part("bindings").members())
        record.bindings.emplace_back(name, read_value(value));
    record.events = in.each("events", read_event);
    return record;
}

}  // namespace

Json write_details(const CaseResult& one) {
    return {{"steps", write_all(one.steps)},
            {"trace", write_all(one.trace)},
            {"record", one.record ? write(*one.record) : Json(nullptr)}};
}

CaseDetails read_details(const Reader& in) {
    CaseDetails details{in.each("steps", read_step), in.each("trace", read_line), std::nullopt};
    if (in.has("record")) details.record = read_record(in.part("record"));
    return details;
}

Json write_case(const CaseResult& kept) {
    const Whole whole(kept);
    const auto& one = *whole;
    Json axes = Json::object();
    for (const auto& [name, value] : one.axes) axes[name] = value;
    return {{"scenario", one.scenario},
            {"file", one.file},
            {"title", one.title},
            {"name", one.name},
            {"axes", axes},
            {"requirements", one.requirements},
            {"tags", one.tags},
            {"level", to_string(one.level)},
            {"verdict", to_string(one.verdict)},
            {"reason", one.reason},
            {"findings", write_all(one.findings)},
            {"earlierAttempts", one.earlier_attempts},
            {"notes", one.notes},
            {"steps", write_all(one.steps)},
            {"trace", write_all(one.trace)},
            {"shown", one.shown},
            {"reconnects", write_all(one.reconnects)},
            {"record", one.record ? write(*one.record) : Json(nullptr)},
            {"checksPlanned", one.checks_planned},
            {"checksExecuted", one.checks_executed},
            {"checksPassed", one.checks_passed},
            {"durationMicroseconds", one.duration.count()},
            {"startedAt", one.started_at}};
}

CaseResult read_case(const Reader& in) {
    CaseResult one;
    one.scenario = in.text("scenario");
    one.file = in.text("file");
    one.title = in.text("title");
    one.name = in.text("name");
    one.axes = in.pairs("axes");
    one.requirements = in.texts("requirements");
    one.tags = in.texts("tags");
    one.level = in.word("level", stored_levels);
    one.verdict = in.word("verdict", stored_verdicts);
    one.reason = in.text("reason");
    one.findings = in.each("findings", read_finding);
    one.earlier_attempts = in.texts("earlierAttempts");
    one.notes = in.texts("notes");
    auto details = read_details(in);
    one.steps = std::move(details.steps);
    one.trace = std::move(details.trace);
    one.record = std::move(details.record);
    one.shown = in.texts("shown");
    one.reconnects = in.each("reconnects", read_reconnect);
    one.checks_planned = in.size("checksPlanned");
    one.checks_executed = in.size("checksExecuted");
    one.checks_passed = in.size("checksPassed");
    one.duration = in.microseconds("durationMicroseconds");
    one.started_at = in.text("startedAt");
    return one;
}

}  // namespace hubspec::reports
