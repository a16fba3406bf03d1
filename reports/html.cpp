#include "reports/html.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <map>
#include <stdexcept>

#include "harness/iothub/sas_token.hpp"
#include "harness/mqtt/encode.hpp"
#include "harness/mqtt/hex.hpp"
#include "reports/certificate.hpp"
#include "reports/certified.hpp"
#include "reports/failures.hpp"
#include "reports/html_page.hpp"
#include "reports/printable.hpp"
#include "reports/run_json.hpp"
#include "reports/setup.hpp"
#include "reports/tally.hpp"
#include "reports/trace_json.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

// A larger block compresses a little better, and is slower to open.
constexpr std::size_t cases_in_a_block = 32;
constexpr std::size_t most_bytes_of_a_packet = 64 * 1024;

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// --- the index ---

struct Headline {
    Verdict verdict = Verdict::pass;
    std::string text;
};

std::string cases(std::size_t number) { return fmt::format("{} {}", number, number == 1 ? "case" : "cases"); }

Headline headline_of(const RunResult& run) {
    const auto counts = count(run.cases);
    const auto ran = run.cases.size() - counts.not_applicable;
    if (!run.setup_failure.empty()) return {Verdict::error, "No case could begin"};
    if (counts.fail > 0) return {Verdict::fail, fmt::format("{} of {} failed", counts.fail, cases(run.cases.size()))};
    if (has_false_claim(run)) return {Verdict::fail, "A claim was never seen"};
    if (counts.error > 0) return {Verdict::error, cases(counts.error) + " ended in an error"};
    if (run.interrupted) return {Verdict::inconclusive, "The run was interrupted"};
    if (counts.inconclusive > 0) return {Verdict::inconclusive, cases(counts.inconclusive) + " could not be judged"};
    if (counts.expected_failure > 0)
        return {Verdict::pass,
                fmt::format("Nothing unexpected; {} failed as expected", cases(counts.expected_failure))};
    if (ran == 0) return {Verdict::inconclusive, run.cases.empty() ? "There are no cases" : "No case applied"};
    if (counts.warn > 0) return {Verdict::warn, fmt::format("All held, {} with a warning", cases(counts.warn))};
    return {Verdict::pass, ran == 1 ? "The case passed" : fmt::format("All {} passed", cases(ran))};
}

Json write(const Sentence& one, const Requirement& requirement, const Tally& tally) {
    const auto& known = one.requirement;
    const auto seen = tally.requirements.find(requirement.id);
    return {{"id", requirement.id},
            {"text", requirement.text},
            {"level", to_string(requirement.level)},
            {"binds", to_string(requirement.binds)},
            {"observable", to_string(requirement.observable)},
            {"weight", weight(requirement)},
            {"reason", known.reason.empty() ? known.left_out : known.reason},
            {"standing", to_string(one.standing)},
            {"seen", seen == tally.requirements.end() ? "" : to_string(seen->second)},
            {"scenarios", one.scenarios},
            {"proof", one.proof}};
}

/// The protocol, and behind it what else the run speaks of. Of both, the run's own words: it was judged by them.
Json write_areas(const RunResult& run, const Protocol& protocol) {
    std::map<std::string, const Requirement*> left;
    for (const auto& one : run.requirements) left[one.id] = &one;
    const auto tally = tally_of(run);
    Json areas = Json::array();
    std::map<std::string, std::size_t> places;
    const auto area = [&](const std::string& name, const std::string& title) -> Json& {
        const auto [place, is_new] = places.try_emplace(name, areas.size());
        if (is_new) areas.push_back({{"name", name}, {"title", title}, {"requirements", Json::array()}});
        return areas[place->second]["requirements"];
    };
    for (const auto& chapter : protocol)
        for (const auto& one : chapter.sentences) {
            const auto own = left.find(one.requirement.id);
            const auto& requirement = own == left.end() ? one.requirement : *own->second;
            area(chapter.name, chapter.title).push_back(write(one, requirement, tally));
            if (own != left.end()) left.erase(own);
        }
    for (const auto& one : run.requirements)
        if (left.contains(one.id))
            area(one.area, "").push_back(write({{}, model::Standing::covered, {}, {}}, one, tally));
    return areas;
}

/// Cases share what comes from their scenario.
class Scenarios {
public:
    std::size_t place_of(const CaseResult& one) {
        Json json{{"id", one.scenario}, {"file", one.file},
                  {"title", one.title}, {"requirements", one.requirements},
                  {"tags", one.tags},   {"level", to_string(one.level)}};
        const auto [place, is_new] = places_.try_emplace(dump(json), all_.size());
        if (is_new) all_.push_back(std::move(json));
        return place->second;
    }
    Json take() { return std::move(all_); }

private:
    Json all_ = Json::array();
    std::map<std::string, std::size_t> places_;
};

Json write_line(const CaseResult& one, std::size_t scenario) {
    return Json::array({scenario, one.name, static_cast<int>(one.verdict), one.duration.count(), one.checks_planned,
                        one.checks_executed, one.checks_passed, one.reason});
}

/// What only waits for the setup is said once, in the head.
Json write_failures(const RunResult& run) {
    Json list = Json::array();
    for (const auto& failure : failures_of(run)) {
        const auto& first = run.cases[failure.first];
        if (waits_for_setup(first, run)) continue;
        list.push_back(
            {{"first", failure.first}, {"alike", failure.alike}, {"findings", write_case(first)["findings"]}});
    }
    return list;
}

Json write_reconnects(const RunResult& run) {
    Json list = Json::array();
    for (const auto& [after, away] : reconnects_of(run))
        list.push_back({{"after", after},
                        {"times", away.all.size()},
                        {"least", away.all.front()},
                        {"median", away.median()},
                        {"most", away.all.back()},
                        {"jitter", away.jitter()},
                        {"series", away.growth()}});
    return list;
}

Json write_certificate(const RunResult& run) {
    if (!run.certification) return nullptr;
    const auto& one = *run.certification;
    Json claims = Json::array(), exceptions = Json::array(), reasons = Json::array();
    for (const auto& claim : one.claims)
        claims.push_back({{"name", claim.name},
                          {"claim", claim_word(claim)},
                          {"verdict", verdict_word(claim)},
                          {"cases", claim.claimed ? claim.cases : 0}});
    for (const auto& [requirement, reason] : one.exceptions) exceptions.push_back(Json::array({requirement, reason}));
    for (const auto& [reason, scenarios] : not_tested(run)) reasons.push_back(Json::array({reason, scenarios}));
    return {{"verdict", certificate_verdict(run)},
            {"device", one.device},
            {"version", one.version},
            {"statementHash", one.statement_hash},
            {"suiteHash", one.suite_hash},
            {"system", one.system},
            {"isWhole", one.is_whole},
            {"claims", std::move(claims)},
            {"exceptions", std::move(exceptions)},
            {"reconnects", write_reconnects(run)},
            {"notTested", std::move(reasons)}};
}

Json write_index(const RunResult& run, const Protocol& protocol) {
    Scenarios scenarios;
    Json lines = Json::array();
    for (const auto& one : run.cases) lines.push_back(write_line(one, scenarios.place_of(one)));
    const auto headline = headline_of(run);
    return {{"run", write_head(run)},
            {"headline", {{"verdict", to_string(headline.verdict)}, {"text", headline.text}}},
            {"blockSize", cases_in_a_block},
            {"areas", write_areas(run, protocol)},
            {"scenarios", scenarios.take()},
            {"cases", std::move(lines)},
            {"failures", write_failures(run)},
            {"certificate", write_certificate(run)}};
}

// --- the blocks ---

const mqtt::Packet* packet_of(const EventForm& form) {
    if (const auto* sent = std::get_if<PacketSent>(&form)) return &sent->packet;
    if (const auto* received = std::get_if<PacketReceived>(&form)) return &received->packet;
    return nullptr;
}

/// All bytes of a packet whose line has only the first; empty where they are not known or too many.
std::string whole_hex(const EventForm& form) {
    const auto* packet = packet_of(form);
    if (packet == nullptr) return {};
    try {
        const auto* sent = std::get_if<PacketSent>(&form);
        const auto bytes = mqtt::encode(*packet, sent == nullptr ? mqtt::Distortion{} : sent->distortion);
        return bytes.size() <= most_bytes_of_a_packet ? mqtt::hex(bytes) : "";
    } catch (const mqtt::EncodeError&) {
        return {};
    }
}

// What passed beside MQTT has no bytes to look at; its JSON says more than its line.
bool is_beside_mqtt(const EventForm& form) {
    return std::holds_alternative<UpgradeAnswered>(form) || form.index() > EventForm(ConnectionClosed{}).index();
}

/// What the record, where there is one, knows beyond the lines: whole packets, and events beside MQTT by their line.
Json beyond_lines(const CaseResult& one, Json& lines) {
    Json events = Json::object();
    if (!one.record || one.record->events.size() != one.trace.size()) return events;
    for (std::size_t i = 0; i < one.trace.size(); ++i) {
        const auto& event = one.record->events[i];
        if (one.trace[i].hex.find("...") != std::string::npos)
            if (const auto hex = whole_hex(event.form); !hex.empty()) lines[i]["hex"] = hex;
        if (is_beside_mqtt(event.form)) events[std::to_string(i)] = write_event(event);
    }
    return events;
}

/// What the index does not have.
Json write_detail(const CaseResult& kept) {
    const Whole complete(kept);
    const auto& one = *complete;
    auto whole = write_case(one);
    Json detail = Json::object();
    for (const auto* name : {"findings", "earlierAttempts", "notes", "steps", "trace"})
        detail[name] = std::move(whole[name]);
    if (auto events = beyond_lines(one, detail["trace"]); !events.empty()) detail["events"] = std::move(events);
    return detail;
}

// --- the page ---

/// zlib's format in Base64, which no browser takes for markup.
std::string packed(const std::string& text) {
    auto size = ::compressBound(text.size());
    std::vector<std::uint8_t> bytes(size);
    const auto* from = reinterpret_cast<const Bytef*>(text.data());
    if (::compress2(bytes.data(), &size, from, text.size(), Z_DEFAULT_COMPRESSION) != Z_OK)
        throw std::runtime_error("the page cannot be compressed");
    bytes.resize(size);
    return iothub::base64_encode(bytes);
}

std::string block(const std::string& id, const std::string& text) {
    return "<script type=\"text/plain\" id=\"" + id + "\">" + packed(text) + "</script>\n";
}

/// The page as far as the mark, which is taken off it as well.
std::string_view until(std::string_view& page, std::string_view mark) {
    const auto at = page.find(mark);
    const auto part = page.substr(0, at);
    page.remove_prefix(at + mark.size());
    return part;
}

void each_block(const RunResult& run, const std::function<void(std::string)>& take) {
    for (std::size_t begin = 0; begin < run.cases.size(); begin += cases_in_a_block) {
        Json some = Json::array();
        for (std::size_t i = begin; i < std::min(begin + cases_in_a_block, run.cases.size()); ++i)
            some.push_back(write_detail(run.cases[i]));
        take(dump(some));
    }
}

}  // namespace

HtmlData html_data(const RunResult& run, const Protocol& protocol) {
    HtmlData data{dump(write_index(run, protocol)), {}};
    each_block(run, [&](std::string text) { data.blocks.push_back(std::move(text)); });
    return data;
}

void write_html(const RunResult& run, const Protocol& protocol, const Output& output, const Output& look) {
    const auto answer = html_safe(headline_of(run).text), target = html_safe(run.target);
    std::string_view page = html_page;
    output(until(page, "{{title}}"));
    output(answer + " · " + target + " · hubspec");
    output(until(page, "{{answer}}"));
    output("<h1>" + answer + "</h1>\n<p>" + target + "</p>");
    output(until(page, "{{blocks}}"));
    const auto pack = [&](const std::string& id, const std::string& text) {
        if (look) look(text);
        output(block(id, text));
    };
    pack("index", dump(write_index(run, protocol)));
    std::size_t number = 0;
    each_block(run, [&](const std::string& text) { pack("b" + std::to_string(number++), text); });
    output(page);
}

std::string to_html(const RunResult& run, const Protocol& protocol) {
    return collected([&](const Output& output) { write_html(run, protocol, output, {}); });
}

}  // namespace hubspec::reports
