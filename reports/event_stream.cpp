#include "reports/event_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>

#include "reports/run_json.hpp"
#include "reports/write.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

constexpr std::string_view beginning = R"({"event":"run began","format":"hubspec-events")";

std::string line_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

// What is known of a case before it runs.
Json write_planned(const CaseResult& one) {
    Json axes = Json::object();
    for (const auto& [name, value] : one.axes) axes[name] = value;
    return {{"name", one.name},   {"scenario", one.scenario},      {"file", one.file},
            {"title", one.title}, {"axes", std::move(axes)},       {"requirements", one.requirements},
            {"tags", one.tags},   {"level", to_string(one.level)}, {"checksPlanned", one.checks_planned}};
}

CaseResult read_planned(const Reader& in) {
    CaseResult one;
    one.name = in.text("name");
    one.scenario = in.text("scenario");
    one.file = in.text("file");
    one.title = in.text("title");
    one.axes = in.pairs("axes");
    one.requirements = in.texts("requirements");
    one.tags = in.texts("tags");
    one.level = in.word("level", stored_levels);
    one.checks_planned = in.size("checksPlanned");
    return one;
}

std::string began_line(const RunResult& run, const std::vector<CaseResult>& planned) {
    Json cases = Json::array();
    for (const auto& one : planned) cases.push_back(write_planned(one));
    return line_of({{"event", "run began"},
                    {"format", "hubspec-events"},
                    {"version", events_version},
                    {"run", write_run(run)},
                    {"planned", std::move(cases)}});
}

std::string finished_line(const CaseResult& one) {
    return line_of({{"event", "case finished"}, {"case", write_case(one)}});
}

std::string ended_line(const RunResult& run) { return line_of({{"event", "run ended"}, {"run", write_run(run)}}); }

}  // namespace

std::variant<EventStream, std::string> EventStream::open(const std::string& path) {
    std::FILE* file = path == "-" ? stdout : std::fopen(path.c_str(), "wb");
    if (file == nullptr) return "cannot write the events to '" + path + "': " + std::strerror(errno);
    return EventStream(path, file);
}

void EventStream::write(const std::string& line) {
    if (problem_) return;
    if (const auto secret = shows_a_secret(line)) {
        problem_ = "cannot write the events to '" + path_ + "': " + *secret;
        return;
    }
    if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() || std::fflush(file_.get()) != 0)
        problem_ = "cannot write the events to '" + path_ + "': " + std::strerror(errno);
}

void EventStream::run_began(const RunResult& run, const std::vector<CaseResult>& planned) {
    write(began_line(run, planned));
}

void EventStream::case_began(const std::string& name, const std::string& at) {
    write(line_of({{"event", "case began"}, {"name", name}, {"at", at}}));
}

void EventStream::case_finished(const CaseResult& one) { write(finished_line(one)); }

void EventStream::run_ended(const RunResult& run) { write(ended_line(run)); }

void write_events(const RunResult& run, const Output& output) {
    output(began_line(run, run.cases));
    for (const auto& one : run.cases) output(finished_line(one));
    output(ended_line(run));
}

std::string to_events(const RunResult& run) {
    return collected([&](const Output& output) { write_events(run, output); });
}

bool is_event_stream(std::string_view text) { return text.starts_with(beginning); }

namespace {

/// Puts a run together again, line by line.
class Replay {
public:
    void take(const Json& json) {
        const Reader in(json, "");
        const auto event = in.text("event");
        if (event == "run began")
            begin(in);
        else if (event == "case began")
            running_.insert(in.text("name"));
        else if (event == "case finished")
            finish(read_case(in.part("case")));
        else if (event == "run ended")
            end(in);
        // Others are of a later hubspec, and add something.
    }

    RunResult result() {
        for (auto& one : run_.cases)
            if (!finished_.contains(one.name)) one = lost(std::move(one));
        run_.interrupted = run_.interrupted || !has_ended_;
        return std::move(run_);
    }

private:
    void begin(const Reader& in) {
        if (const auto version = in.number<int>("version"); version > events_version)
            throw Wrong{"/version: this hubspec reads version " + std::to_string(events_version) +
                        " and older ones, the file has version " + std::to_string(version)};
        run_ = read_run(in.part("run"));
        run_.cases = in.each("planned", read_planned);
        for (std::size_t i = 0; i < run_.cases.size(); ++i) places_[run_.cases[i].name] = i;
    }
    void finish(CaseResult one) {
        finished_.insert(one.name);
        const auto [place, is_new] = places_.try_emplace(one.name, run_.cases.size());
        if (is_new) run_.cases.emplace_back();  // one that came with the run's end: of a baseline
        run_.cases[place->second] = std::move(one);
    }
    void end(const Reader& in) {
        auto cases = std::move(run_.cases);
        run_ = read_run(in.part("run"));
        run_.cases = std::move(cases);
        // An interruption or --fail-fast leaves out what had not begun.
        std::erase_if(run_.cases, [&](const CaseResult& one) { return !finished_.contains(one.name); });
        has_ended_ = true;
    }
    CaseResult lost(CaseResult one) const {
        one.verdict = Verdict::error;
        one.reason = running_.contains(one.name) ? "the run's process ended while the case ran"
                                                 : "the run's process ended before the case began";
        Finding finding;
        finding.verdict = Verdict::error;
        finding.type = "infra.process";
        finding.summary = one.reason;
        one.findings = {std::move(finding)};
        return one;
    }

    RunResult run_;
    std::map<std::string, std::size_t> places_;
    std::set<std::string> running_, finished_;
    bool has_ended_ = false;
};

}  // namespace

std::variant<RunResult, std::string> from_events(std::string_view text) {
    if (!is_event_stream(text)) return "this is no stream of hubspec's events";
    Replay replay;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos) break;  // a line that was not written to its end
        const auto json = parse_stored(text.substr(0, end));
        text.remove_prefix(end + 1);
        const auto place = "line " + std::to_string(number) + ": ";
        if (const auto* problem = std::get_if<std::string>(&json)) return place + *problem;
        try {
            replay.take(std::get<Json>(json));
        } catch (const Wrong& wrong) {
            return place + wrong.text;
        }
    }
    return replay.result();
}

}  // namespace hubspec::reports
