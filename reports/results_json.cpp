#include "reports/results_json.hpp"

#include "reports/stored.hpp"
#include "reports/trace_json.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

// A device may say what it likes: its JSON comes with this.
constexpr int deepest = 200;

// --- writing ---

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

Json write(const CaseResult& one);
Json write(const ClaimResult& one);
Json write(const Reconnect& one);
Json write(const Requirement& one);

template <class Item>
Json write_all(const std::vector<Item>& items) {
    Json list = Json::array();
    for (const auto& item : items) list.push_back(write(item));
    return list;
}

Json write(const Reconnect& one) {
    return {{"after", one.after}, {"attempt", one.attempt}, {"delay", one.delay.count()}};
}

Json write(const Record& record) {
    Json bindings = Json::object();
    for (const auto& [name, value] : record.bindings) bindings[name] = write_value(value);
    Json events = Json::array();
    for (const auto& event : record.events) events.push_back(write_event(event));
    return {{"bindings", std::move(bindings)}, {"events", std::move(events)}};
}

Json write(const CaseResult& one) {
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

Json write(const ClaimResult& one) {
    return {{"name", one.name},
            {"claimed", one.claimed},
            {"shown", one.shown},
            {"cases", one.cases},
            {"verdict", to_string(one.verdict)}};
}

Json write(const Certification& one) {
    Json exceptions = Json::object();
    for (const auto& [requirement, reason] : one.exceptions) exceptions[requirement] = reason;
    return {{"device", one.device},
            {"version", one.version},
            {"statementHash", one.statement_hash},
            {"suiteHash", one.suite_hash},
            {"system", one.system},
            {"isWhole", one.is_whole},
            {"claims", write_all(one.claims)},
            {"exceptions", std::move(exceptions)}};
}

Json write(const Requirement& one) {
    return {{"id", one.id},
            {"area", one.area},
            {"text", one.text},
            {"level", to_string(one.level)},
            {"binds", to_string(one.binds)},
            {"observable", to_string(one.observable)},
            {"line", one.line},
            {"sources", one.sources},
            {"certainty", one.certainty}};
}

// --- reading ---

const auto verdicts = {Verdict::not_applicable, Verdict::pass,  Verdict::warn,
                       Verdict::inconclusive,   Verdict::error, Verdict::fail};
const auto levels = {Level::must, Level::should, Level::may, Level::info};

Place read_place(const Reader& in) { return {in.number<int>("line"), in.number<int>("column")}; }

Finding read_finding(const Reader& in) {
    return {in.word("verdict", verdicts), in.text("type"),       in.text("summary"),
            in.text("expected"),          in.text("actual"),     in.texts("differences"),
            in.texts("requirements"),     in.index("step"),      read_place(in),
            in.text("sourceLine"),        in.index("traceLine"), in.text("hint")};
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

CaseResult read_case(const Reader& in) {
    CaseResult one;
    one.scenario = in.text("scenario");
    one.file = in.text("file");
    one.title = in.text("title");
    one.name = in.text("name");
    one.axes = in.pairs("axes");
    one.requirements = in.texts("requirements");
    one.tags = in.texts("tags");
    one.level = in.word("level", levels);
    one.verdict = in.word("verdict", verdicts);
    one.reason = in.text("reason");
    one.findings = in.each("findings", read_finding);
    one.earlier_attempts = in.texts("earlierAttempts");
    one.notes = in.texts("notes");
    one.steps = in.each("steps", read_step);
    one.trace = in.each("trace", read_line);
    one.shown = in.texts("shown");
    one.reconnects = in.each("reconnects", read_reconnect);
    if (in.has("record")) one.record = read_record(in.part("record"));
    one.checks_planned = in.size("checksPlanned");
    one.checks_executed = in.size("checksExecuted");
    one.checks_passed = in.size("checksPassed");
    one.duration = in.microseconds("durationMicroseconds");
    one.started_at = in.text("startedAt");
    return one;
}

Certification read_certification(const Reader& in) {
    const auto claim = [](const Reader& one) {
        return ClaimResult{one.text("name"), one.flag("claimed"), one.flag("shown"), one.size("cases"),
                           one.word("verdict", verdicts)};
    };
    return {in.text("device"), in.text("version"), in.text("statementHash"), in.text("suiteHash"),
            in.text("system"), in.flag("isWhole"), in.each("claims", claim), in.pairs("exceptions")};
}

Requirement read_requirement(const Reader& in) {
    return {in.text("id"),
            in.text("area"),
            in.text("text"),
            in.word("level", levels),
            in.word("binds", {Binds::hub, Binds::device, Binds::both, Binds::info}),
            in.word("observable", {Observable::wire, Observable::service, Observable::clock, Observable::none}),
            in.text("line"),
            in.text("sources"),
            in.text("certainty")};
}

RunResult read_run(const Json& json) {
    const Reader in(json, "");
    if (in.text("format") != "hubspec-results") throw Wrong{"/format: this is no stored result of hubspec"};
    if (const auto version = in.number<int>("version"); version != results_version)
        throw Wrong{"/version: this hubspec reads version " + std::to_string(results_version) +
                    ", the file has version " + std::to_string(version)};
    RunResult run;
    run.tool_version = in.text("toolVersion");
    run.seat = in.text("seat");
    run.target = in.text("target");
    run.target_kind = in.text("targetKind");
    run.deviations = in.texts("deviations");
    run.started_at = in.text("startedAt");
    run.host_name = in.text("hostName");
    run.seed = in.number<std::uint64_t>("seed");
    run.shard = in.text("shard");
    run.api_version = in.text("apiVersion");
    run.setup_failure = in.text("setupFailure");
    run.duration = in.microseconds("durationMicroseconds");
    run.interrupted = in.flag("interrupted");
    run.cases = in.each("cases", read_case);
    run.requirements = in.each("requirements", read_requirement);
    if (in.has("certification")) run.certification = read_certification(in.part("certification"));
    return run;
}

}  // namespace

std::string to_results_json(const RunResult& run) {
    const Json json{{"format", "hubspec-results"},
                    {"version", results_version},
                    {"toolVersion", run.tool_version},
                    {"seat", run.seat},
                    {"target", run.target},
                    {"targetKind", run.target_kind},
                    {"deviations", run.deviations},
                    {"startedAt", run.started_at},
                    {"hostName", run.host_name},
                    {"seed", run.seed},
                    {"shard", run.shard},
                    {"apiVersion", run.api_version},
                    {"setupFailure", run.setup_failure},
                    {"durationMicroseconds", run.duration.count()},
                    {"interrupted", run.interrupted},
                    {"certification", run.certification ? write(*run.certification) : Json(nullptr)},
                    {"cases", write_all(run.cases)},
                    {"requirements", write_all(run.requirements)}};
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::variant<RunResult, std::string> from_results_json(std::string_view text) {
    // The parser would take a NUL for the end.
    if (const auto nul = text.find('\0'); nul != text.npos) return "this is no JSON: byte " + std::to_string(nul + 1);
    bool too_deep = false;
    const auto guard = [&](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > deepest;
        return !too_deep;
    };
    const std::string deep = "the JSON is nested deeper than " + std::to_string(deepest) + " levels";
    try {
        const auto json = Json::parse(text, guard);
        if (too_deep) return deep;
        return read_run(json);
    } catch (const Wrong& wrong) {
        return wrong.text;
    } catch (const Json::parse_error& error) {
        return too_deep ? deep : "this is no JSON: byte " + std::to_string(error.byte);
    } catch (const Json::out_of_range&) {  // 1e999
        return std::string("this is no JSON: a number is out of range");
    }
}

}  // namespace hubspec::reports
