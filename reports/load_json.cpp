#include "reports/load_json.hpp"

#include <nlohmann/json.hpp>

namespace hubspec::reports {

using namespace model;
using Json = nlohmann::ordered_json;

namespace {

constexpr const char* kind_of_file = "hubspec load";
constexpr int version_of_file = 1;
constexpr const char* kinds_of_threshold[] = {"errors", "percentile", "max", "rate"};

Json to_json(const Histogram& histogram) {
    Json json{{"count", histogram.count()},
              {"least", histogram.least()},
              {"most", histogram.most()},
              {"sum", histogram.sum()}};
    // For readers who do not want to know of steps.
    for (const auto& [name, percent] : {std::pair{"p50", 50.0}, {"p90", 90.0}, {"p99", 99.0}, {"p99.9", 99.9}})
        json[name] = histogram.percentile(percent);
    Json cells = Json::array();
    for (const auto& [step, count] : histogram.cells()) cells.push_back({step, count});
    json["cells"] = std::move(cells);
    return json;
}

Json to_json(const Stream& stream) {
    return {{"operation", to_string(stream.operation)},
            {"every_ms", stream.every.count()},
            {"qos", stream.qos},
            {"size", stream.size},
            {"in_flight", stream.in_flight}};
}

Json to_json(const Threshold& threshold) {
    Json json{{"name", name_of(threshold)},
              {"kind", kinds_of_threshold[static_cast<int>(threshold.kind)]},
              {"percent", threshold.percent},
              {"limit", threshold.limit},
              {"place", threshold.place}};
    if (threshold.operation) json["operation"] = to_string(*threshold.operation);
    return json;
}

Json to_json(const LoadPlan& plan) {
    Json json{{"title", plan.title},
              {"file", plan.file},
              {"target", plan.target},
              {"devices", plan.devices},
              {"connects_per_second", plan.connects_per_second},
              {"duration_ms", plan.duration.count()},
              {"keep_alive_s", plan.keep_alive.count()},
              {"patience_ms", plan.patience.count()},
              {"web_socket", plan.web_socket},
              {"x509", plan.x509},
              {"most_messages", plan.most_messages},
              {"longest_ms", plan.longest.count()},
              {"mix", Json::array()},
              {"thresholds", Json::array()}};
    for (const auto& one : plan.mix) json["mix"].push_back(to_json(one));
    for (const auto& one : plan.thresholds) json["thresholds"].push_back(to_json(one));
    return json;
}

Json to_json(const LoadResult& result, Operation operation) {
    const auto& tally = result.operations[number_of(operation)];
    Json json{{"operation", to_string(operation)},
              {"done", tally.done},
              {"errors", tally.errors},
              {"rate", rate_of(result, operation)},
              {"last_us", tally.last.count()},
              {"latency_us", to_json(tally.latencies)},
              {"causes", Json::object()},
              {"slices", Json::array()}};
    for (const auto& [cause, times] : tally.causes) json["causes"][cause] = times;
    for (const auto& slice : tally.slices)
        json["slices"].push_back(
            {{"done", slice.done}, {"errors", slice.errors}, {"latency_us", to_json(slice.latencies)}});
    return json;
}

/// Members of an object, each of the type that is asked for; anything else throws, and is told as one sentence.
class Reader {
public:
    explicit Reader(const Json& json) : json_(json) {}
    template <class Value>
    Value get(const char* name) const {
        return json_.at(name).get<Value>();
    }
    std::chrono::milliseconds milliseconds(const char* name) const {
        return std::chrono::milliseconds(get<std::int64_t>(name));
    }
    Micros micros(const char* name) const { return Micros(get<std::int64_t>(name)); }
    const Json& part(const char* name) const { return json_.at(name); }

private:
    const Json& json_;
};

Operation read_operation(const Json& json) {
    const auto name = json.get<std::string>();
    const auto operation = operation_named(name);
    if (!operation) throw std::runtime_error("'" + name + "' is no operation");
    return *operation;
}

Histogram read_histogram(const Json& json) {
    const Reader from(json);
    return Histogram::of(from.get<Histogram::Cells>("cells"), from.get<std::uint64_t>("least"),
                         from.get<std::uint64_t>("most"), from.get<double>("sum"));
}

Threshold read_threshold(const Json& json) {
    const Reader from(json);
    Threshold threshold;
    const auto kind = from.get<std::string>("kind");
    for (int i = 0; i < 4; ++i)
        if (kind == kinds_of_threshold[i]) threshold.kind = static_cast<Threshold::Kind>(i);
    if (json.contains("operation")) threshold.operation = read_operation(json["operation"]);
    threshold.percent = from.get<double>("percent");
    threshold.limit = from.get<double>("limit");
    threshold.place = from.get<std::string>("place");
    return threshold;
}

LoadPlan read_plan(const Json& json) {
    const Reader from(json);
    LoadPlan plan;
    plan.title = from.get<std::string>("title");
    plan.file = from.get<std::string>("file");
    plan.target = from.get<std::string>("target");
    plan.devices = from.get<std::uint32_t>("devices");
    plan.connects_per_second = from.get<double>("connects_per_second");
    plan.duration = from.milliseconds("duration_ms");
    plan.keep_alive = std::chrono::seconds(from.get<std::int64_t>("keep_alive_s"));
    plan.patience = from.milliseconds("patience_ms");
    plan.web_socket = from.get<bool>("web_socket");
    plan.x509 = from.get<bool>("x509");
    plan.most_messages = from.get<std::uint64_t>("most_messages");
    plan.longest = from.milliseconds("longest_ms");
    for (const auto& one : from.part("mix")) {
        const Reader stream(one);
        plan.mix.push_back({read_operation(one.at("operation")), stream.milliseconds("every_ms"),
                            stream.get<std::uint8_t>("qos"), stream.get<std::size_t>("size"),
                            stream.get<std::uint32_t>("in_flight")});
        if (plan.mix.back().every.count() <= 0) throw std::runtime_error("a stream without a period");
    }
    for (const auto& one : from.part("thresholds")) plan.thresholds.push_back(read_threshold(one));
    if (plan.devices == 0 || !(plan.connects_per_second > 0)) throw std::runtime_error("a load without devices");
    return plan;
}

OperationTally read_tally(const Json& json) {
    const Reader from(json);
    OperationTally tally{from.get<std::uint64_t>("done"),
                         from.get<std::uint64_t>("errors"),
                         read_histogram(from.part("latency_us")),
                         {},
                         from.micros("last_us"),
                         {}};
    for (const auto& [cause, times] : from.part("causes").items()) tally.causes[cause] = times.get<std::uint64_t>();
    for (const auto& one : from.part("slices")) {
        const Reader slice(one);
        tally.slices.push_back({slice.get<std::uint64_t>("done"), slice.get<std::uint64_t>("errors"),
                                read_histogram(slice.part("latency_us"))});
    }
    return tally;
}

LoadResult read_result(const Json& json) {
    const Reader from(json);
    if (from.get<int>("version") != version_of_file)
        throw std::runtime_error("its version is " + std::to_string(from.get<int>("version")) + ", not " +
                                 std::to_string(version_of_file));
    LoadResult result;
    result.plan = read_plan(from.part("plan"));
    result.tool_version = from.get<std::string>("tool_version");
    result.target = from.get<std::string>("target");
    result.target_kind = from.get<std::string>("target_kind");
    result.started_at = from.get<std::string>("started_at");
    result.host_name = from.get<std::string>("host_name");
    for (const auto& one : from.part("shards")) {
        const LoadShard shard{one.at(0).get<std::uint32_t>(), one.at(1).get<std::uint32_t>()};
        if (shard.index == 0 || shard.index > shard.count) throw std::runtime_error("a shard that is none");
        result.shards.push_back(shard);
    }
    if (result.shards.empty()) throw std::runtime_error("a load of no shard");
    result.interrupted = from.get<bool>("interrupted");
    result.mix_began = from.micros("mix_began_us");
    result.mix_lasted = from.micros("mix_lasted_us");
    result.duration = from.micros("duration_us");
    result.slice = from.milliseconds("slice_ms");
    result.devices = from.get<std::uint32_t>("devices");
    result.most_connected = from.get<std::uint32_t>("most_connected");
    result.lateness = read_histogram(from.part("generator_lateness_us"));
    for (const auto& one : from.part("operations"))
        result.operations[number_of(read_operation(one.at("operation")))] = read_tally(one);
    for (const auto& one : from.part("thresholds")) {
        const Reader judged(one);
        result.thresholds.push_back(
            {read_threshold(one.at("threshold")), judged.get<bool>("held"), judged.get<std::string>("figure")});
    }
    return result;
}

}  // namespace

std::string to_load_json(const LoadResult& result) {
    Json json{{"kind", kind_of_file},
              {"version", version_of_file},
              {"tool_version", result.tool_version},
              {"target", result.target},
              {"target_kind", result.target_kind},
              {"started_at", result.started_at},
              {"host_name", result.host_name},
              {"interrupted", result.interrupted},
              {"shards", Json::array()},
              {"devices", result.devices},
              {"most_connected", result.most_connected},
              {"mix_began_us", result.mix_began.count()},
              {"mix_lasted_us", result.mix_lasted.count()},
              {"duration_us", result.duration.count()},
              {"slice_ms", result.slice.count()},
              {"thresholds", Json::array()},
              {"operations", Json::array()},
              {"generator_lateness_us", to_json(result.lateness)},
              {"plan", to_json(result.plan)}};
    for (const auto& shard : result.shards) json["shards"].push_back({shard.index, shard.count});
    for (const auto& one : result.thresholds)
        json["thresholds"].push_back(
            {{"threshold", to_json(one.threshold)}, {"held", one.held}, {"figure", one.figure}});
    for (const auto operation : all_operations) {
        const auto& tally = result.operations[number_of(operation)];
        if (tally.done + tally.errors > 0) json["operations"].push_back(to_json(result, operation));
    }
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::variant<LoadResult, std::string> parse_load_json(const std::string& text) {
    const auto json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return "it is no JSON, or not all of it";
    if (!json.is_object() || json.value("kind", "") != kind_of_file)
        return "it is no result of hubspec load --report json:FILE";
    try {
        return read_result(json);
    } catch (const std::exception& error) {
        return std::string("it is damaged: ") + error.what();
    }
}

}  // namespace hubspec::reports
