#include "harness/run/shards.hpp"

#include <algorithm>
#include <numeric>
#include <queue>
#include <tuple>

#include "harness/iothub/digest.hpp"

namespace hubspec::run {

namespace {

using Microseconds = std::chrono::microseconds;

Microseconds median(std::vector<Microseconds> all) {
    if (all.empty()) return Microseconds(1);
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
    std::nth_element(all.begin(), middle, all.end());
    return *middle;
}

std::vector<Microseconds> expected(const std::vector<std::string>& names, const Durations& durations) {
    std::vector<Microseconds> known, all;
    for (const auto& name : names)
        if (const auto found = durations.find(name); found != durations.end()) known.push_back(found->second);
    const auto otherwise = median(std::move(known));
    for (const auto& name : names) {
        const auto found = durations.find(name);
        all.push_back(found == durations.end() ? otherwise : found->second);
    }
    return all;
}

/// What a shard has to do already. The number of cases decides between those that take no time.
struct Load {
    Microseconds time{};
    std::size_t cases = 0;
    std::size_t shard = 1;
    bool operator>(const Load& other) const {
        return std::tie(time, cases, shard) > std::tie(other.time, other.cases, other.shard);
    }
};

std::vector<std::size_t> longest_first(const std::vector<std::string>& names, std::size_t count,
                                       const Durations& durations) {
    const auto times = expected(names, durations);
    std::vector<std::size_t> order(names.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::tie(times[b], names[a]) < std::tie(times[a], names[b]);
    });
    std::priority_queue<Load, std::vector<Load>, std::greater<>> loads;
    for (std::size_t shard = 1; shard <= count; ++shard) loads.push({{}, 0, shard});
    std::vector<std::size_t> shards(names.size());
    for (const auto index : order) {
        auto least = loads.top();
        loads.pop();
        shards[index] = least.shard;
        least.time += times[index];
        ++least.cases;
        loads.push(least);
    }
    return shards;
}

std::string id_of(const std::vector<std::string>& names, const std::vector<std::size_t>& shards) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) text += std::to_string(shards[i]) + " " + names[i] + "\n";
    return iothub::sha256_hex(text).substr(0, 12);
}

}  // namespace

Cut cut(const std::vector<std::string>& names, std::size_t count, const Durations& durations) {
    Cut made;
    if (durations.empty())
        for (std::size_t i = 0; i < names.size(); ++i) made.shards.push_back(i % count + 1);
    else
        made.shards = longest_first(names, count, durations);
    made.id = id_of(names, made.shards);
    return made;
}

}  // namespace hubspec::run
