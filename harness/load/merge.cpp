#include "harness/load/merge.hpp"

#include <algorithm>

#include "harness/load/judge.hpp"
#include "harness/load/tally.hpp"

namespace hubspec::load {

using namespace model;

namespace {

// Where a file lies is each machine's own affair.
LoadPlan without_places(LoadPlan plan) {
    plan.file.clear();
    plan.target.clear();
    for (auto& one : plan.thresholds) one.place.clear();
    return plan;
}

std::string why_apart(const LoadResult& sum, const LoadResult& more) {
    if (without_places(sum.plan) != without_places(more.plan))
        return "they are not of one load: '" + sum.plan.title + "' and '" + more.plan.title + "' say different things";
    if (sum.target != more.target) return "they are not of one target: '" + sum.target + "' and '" + more.target + "'";
    for (const auto& shard : more.shards) {
        if (shard.count != sum.shards.front().count)
            return "shard " + to_string(shard) + " does not go with shard " + to_string(sum.shards.front());
        if (std::find(sum.shards.begin(), sum.shards.end(), shard) != sum.shards.end())
            return shard.count == 1 ? "each is the whole load already; shards are made with --shard I/N"
                                    : "shard " + to_string(shard) + " is there twice";
    }
    return {};
}

void add_result(LoadResult& sum, const LoadResult& more) {
    sum.shards.insert(sum.shards.end(), more.shards.begin(), more.shards.end());
    sum.interrupted = sum.interrupted || more.interrupted;
    sum.mix_lasted = std::max(sum.mix_lasted, more.mix_lasted);
    sum.duration = std::max(sum.duration, more.duration);
    sum.started_at = std::min(sum.started_at, more.started_at);
    if (sum.host_name.find(more.host_name) == std::string::npos) sum.host_name += ", " + more.host_name;
    sum.devices += more.devices;
    sum.most_connected += more.most_connected;
    sum.lateness.add(more.lateness);
    add(sum.operations, more.operations);
}

}  // namespace

std::string to_string(const LoadShard& shard) {
    return std::to_string(shard.index) + "/" + std::to_string(shard.count);
}

std::variant<LoadResult, std::string> merge(const std::vector<LoadResult>& shards) {
    if (shards.empty()) return "there is nothing to merge";
    auto sum = shards.front();
    for (std::size_t i = 1; i < shards.size(); ++i) {
        if (auto why = why_apart(sum, shards[i]); !why.empty()) return why;
        add_result(sum, shards[i]);
    }
    std::sort(sum.shards.begin(), sum.shards.end(),
              [](const LoadShard& a, const LoadShard& b) { return a.index < b.index; });
    sum.thresholds = judge(sum);
    return sum;
}

std::vector<std::string> missing_shards(const LoadResult& result) {
    std::vector<std::string> missing;
    const auto count = result.shards.empty() ? 1 : result.shards.front().count;
    for (std::uint32_t index = 1; index <= count; ++index)
        if (std::find(result.shards.begin(), result.shards.end(), LoadShard{index, count}) == result.shards.end())
            missing.push_back(to_string({index, count}));
    return missing;
}

}  // namespace hubspec::load
