#include "reports/results_json.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

namespace hubspec::reports {

using namespace model;

namespace {

using Json = nlohmann::ordered_json;
constexpr int deepest = 32;

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
Json write(const Requirement& one);

template <class Item>
Json write_all(const std::vector<Item>& items) {
    Json list = Json::array();
    for (const auto& item : items) list.push_back(write(item));
    return list;
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
            {"checksPlanned", one.checks_planned},
            {"checksExecuted", one.checks_executed},
            {"checksPassed", one.checks_passed},
            {"durationMicroseconds", one.duration.count()},
            {"startedAt", one.started_at}};
}

Json write(const ClaimResult& one) { return {{"name", one.name}, {"claimed", one.claimed}, {"shown", one.shown}}; }

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

struct Wrong {
    std::string text;
};

// A place in the document and typed reads from it; the first thing that is wrong is thrown to from_results_json.
class Reader {
public:
    Reader(const Json& json, std::string pointer) : json_(json), pointer_(std::move(pointer)) {
        if (!json_.is_object()) fail("", "an object is expected" + instead_of(json_));
    }
    bool has(const char* name) const { return !at(name).is_null(); }
    Reader part(const char* name) const { return Reader(at(name), pointer_ + "/" + name); }
    std::string text(const char* name) const { return get(name, "text", &Json::is_string).get<std::string>(); }
    bool flag(const char* name) const { return get(name, "true or false", &Json::is_boolean).get<bool>(); }
    /// An integer between the limits of its type.
    template <class Integer>
    Integer number(const char* name) const {
        const auto& value = get(name, "an integer", &Json::is_number_integer);
        if (value.is_number_unsigned()) {
            const auto given = value.get<std::uint64_t>();
            if (!std::in_range<Integer>(given)) fail(name, std::to_string(given) + " is too large");
            return static_cast<Integer>(given);
        }
        const auto given = value.get<std::int64_t>();
        if (std::is_unsigned_v<Integer>) fail(name, "a number of at least 0 is expected");
        if (!std::in_range<Integer>(given)) fail(name, std::to_string(given) + " is too small");
        return static_cast<Integer>(given);
    }
    std::size_t size(const char* name) const { return number<std::size_t>(name); }
    std::chrono::microseconds microseconds(const char* name) const {
        return std::chrono::microseconds(number<std::int64_t>(name));
    }
    std::optional<std::size_t> index(const char* name) const {
        if (at(name).is_null()) return std::nullopt;
        return size(name);
    }
    std::vector<std::string> texts(const char* name) const {
        std::vector<std::string> all;
        const auto& list = get(name, "a list", &Json::is_array);
        for (std::size_t i = 0; i < list.size(); ++i) all.push_back(text_of(list[i], name, std::to_string(i)));
        return all;
    }
    template <class Read>
    auto each(const char* name, Read read) const {
        std::vector<decltype(read(*this))> all;
        const auto& list = get(name, "a list", &Json::is_array);
        for (std::size_t i = 0; i < list.size(); ++i)
            all.push_back(read(Reader(list[i], pointer_ + "/" + name + "/" + std::to_string(i))));
        return all;
    }
    template <class Enumeration>
    Enumeration word(const char* name, std::initializer_list<Enumeration> all) const {
        const auto wanted = text(name);
        for (const auto one : all)
            if (to_string(one) == wanted) return one;
        fail(name, "'" + wanted + "' is no " + name);
    }
    std::vector<std::pair<std::string, std::string>> pairs(const char* name) const {
        std::vector<std::pair<std::string, std::string>> all;
        for (const auto& [key, value] : get(name, "an object", &Json::is_object).items())
            all.emplace_back(key, text_of(value, name, key));
        return all;
    }

private:
    [[noreturn]] void fail(const std::string& name, const std::string& what) const {
        const auto pointer = pointer_ + (name.empty() ? "" : "/" + name);
        throw Wrong{(pointer.empty() ? "the document" : pointer) + ": " + what};
    }
    static std::string instead_of(const Json& json) {
        const std::string kind = json.type_name();
        return kind == "null" ? ", not null" : (kind.find_first_of("ao") == 0 ? ", not an " : ", not a ") + kind;
    }
    std::string text_of(const Json& item, const std::string& name, const std::string& part) const {
        if (!item.is_string()) fail(name + "/" + part, "text is expected" + instead_of(item));
        return item.get<std::string>();
    }
    const Json& at(const char* name) const {
        if (!json_.contains(name)) fail(name, "it is missing");
        return json_[name];
    }
    const Json& get(const char* name, const char* kind, bool (Json::*is)() const noexcept) const {
        const auto& value = at(name);
        if (!(value.*is)()) fail(name, std::string(kind) + " is expected" + instead_of(value));
        return value;
    }

    const Json& json_;
    std::string pointer_;
};

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
    one.checks_planned = in.size("checksPlanned");
    one.checks_executed = in.size("checksExecuted");
    one.checks_passed = in.size("checksPassed");
    one.duration = in.microseconds("durationMicroseconds");
    one.started_at = in.text("startedAt");
    return one;
}

Certification read_certification(const Reader& in) {
    const auto claim = [](const Reader& one) {
        return ClaimResult{one.text("name"), one.flag("claimed"), one.flag("shown")};
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
