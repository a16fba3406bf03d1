#include "reports/run_json.hpp"

#include <sstream>

namespace hubspec::reports {

using namespace model;

namespace {

Json write(const ClaimResult& one) {
    return {{"name", one.name},
            {"claimed", one.claimed},
            {"shown", one.shown},
            {"cases", one.cases},
            {"verdict", to_string(one.verdict)}};
}

Json write(const Certification& one) {
    Json claims = Json::array(), exceptions = Json::object();
    for (const auto& claim : one.claims) claims.push_back(write(claim));
    for (const auto& [requirement, reason] : one.exceptions) exceptions[requirement] = reason;
    return {{"device", one.device},
            {"version", one.version},
            {"statementHash", one.statement_hash},
            {"suiteHash", one.suite_hash},
            {"system", one.system},
            {"isWhole", one.is_whole},
            {"claims", std::move(claims)},
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

/// The results of a shard, as its run has left them.
bool is_one_shard(const RunResult& run) { return run.shards.size() == 1 && !run.shards.front().is_merged; }

Json write_shard(const ShardSet& one) {
    return {{"index", *one.indexes.begin()}, {"count", one.count}, {"cut", one.cut}};
}

Json write_merged(const std::vector<ShardSet>& shards) {
    Json all = Json::array();
    for (const auto& one : shards) {
        Json missing = Json::array();
        for (const auto index : missing_of(one)) missing.push_back(index);
        all.push_back({{"target", one.target},
                       {"count", one.count},
                       {"cut", one.cut},
                       {"indexes", one.indexes},
                       {"missing", std::move(missing)}});
    }
    return all;
}

// "2/4, 3/4": what earlier versions had, of shards of one target.
std::vector<ShardSet> read_listed_shards(const std::string& text, const std::string& target) {
    std::vector<ShardSet> shards;
    std::istringstream words(text);
    std::size_t index = 0, count = 0;
    for (char slash = 0; words >> index >> slash >> count; words.ignore(1, ',')) {
        if (shards.empty()) shards.push_back({target, count, {}, {}, false});
        shards.front().indexes.insert(index);
        shards.front().is_merged = shards.front().indexes.size() > 1;
    }
    return shards;
}

constexpr std::size_t most_shards = 1'000'000;

void check(const Reader& in, const ShardSet& one) {
    if (one.count < 1 || one.count > most_shards)
        in.fail("count", std::to_string(one.count) + " is no number of shards");
    for (const auto index : one.indexes)
        if (index < 1 || index > one.count)
            in.fail("", "there is no shard " + std::to_string(index) + "/" + std::to_string(one.count));
}

ShardSet read_shard(const Reader& in, const std::string& target) {
    ShardSet one{target, in.size("count"), in.text("cut"), {}, false};
    one.indexes.insert(in.size("index"));
    check(in, one);
    return one;
}

ShardSet read_merged(const Reader& in) {
    ShardSet one{in.text("target"), in.size("count"), in.text("cut"), {}, true};
    for (const auto index : in.sizes("indexes")) one.indexes.insert(index);
    check(in, one);
    return one;
}

std::vector<ShardSet> read_shards(const Reader& in, const std::string& target) {
    if (in.value("shard").is_string()) return read_listed_shards(in.text("shard"), target);
    auto shards = in.each("merged", read_merged);
    if (in.has("shard")) shards.push_back(read_shard(in.part("shard"), target));
    return shards;
}

Certification read_certification(const Reader& in) {
    const auto claim = [](const Reader& one) {
        return ClaimResult{one.text("name"), one.flag("claimed"), one.flag("shown"), one.size("cases"),
                           one.word("verdict", stored_verdicts)};
    };
    return {in.text("device"), in.text("version"), in.text("statementHash"), in.text("suiteHash"),
            in.text("system"), in.flag("isWhole"), in.each("claims", claim), in.pairs("exceptions")};
}

Requirement read_requirement(const Reader& in) {
    return {in.text("id"),
            in.text("area"),
            in.text("text"),
            in.word("level", stored_levels),
            in.word("binds", {Binds::hub, Binds::device, Binds::both, Binds::info}),
            in.word("observable", {Observable::wire, Observable::service, Observable::clock, Observable::none}),
            in.text("line"),
            in.text("sources"),
            in.text("certainty")};
}

}  // namespace

Json write_head(const RunResult& run) {
    return {{"toolVersion", run.tool_version},
            {"seat", run.seat},
            {"target", run.target},
            {"targetKind", run.target_kind},
            {"deviations", run.deviations},
            {"startedAt", run.started_at},
            {"hostName", run.host_name},
            {"seed", run.seed},
            {"shard", is_one_shard(run) ? write_shard(run.shards.front()) : Json(nullptr)},
            {"merged", is_one_shard(run) ? Json::array() : write_merged(run.shards)},
            {"apiVersion", run.api_version},
            {"setupFailure", run.setup_failure},
            {"durationMicroseconds", run.duration.count()},
            {"interrupted", run.interrupted}};
}

Json write_run(const RunResult& run) {
    auto json = write_head(run);
    json["certification"] = run.certification ? write(*run.certification) : Json(nullptr);
    json["requirements"] = Json::array();
    for (const auto& one : run.requirements) json["requirements"].push_back(write(one));
    return json;
}

RunResult read_run(const Reader& in) {
    RunResult run;
    run.tool_version = in.text("toolVersion");
    run.seat = in.text("seat");
    run.target = in.text("target");
    run.target_kind = in.text("targetKind");
    run.deviations = in.texts("deviations");
    run.started_at = in.text("startedAt");
    run.host_name = in.text("hostName");
    run.seed = in.number<std::uint64_t>("seed");
    run.shards = read_shards(in, run.target);
    run.api_version = in.text("apiVersion");
    run.setup_failure = in.text("setupFailure");
    run.duration = in.microseconds("durationMicroseconds");
    run.interrupted = in.flag("interrupted");
    run.requirements = in.each("requirements", read_requirement);
    if (in.has("certification")) run.certification = read_certification(in.part("certification"));
    return run;
}

}  // namespace hubspec::reports
