#include "harness/load/tally.hpp"

#include <algorithm>

namespace hubspec::load {

using namespace model;

namespace {

// What a hub says may be different every time.
constexpr std::size_t most_causes = 50;
constexpr const char* other_causes = "other causes";

void count(OperationTally& tally, const std::string& cause, std::uint64_t times) {
    const bool fits = tally.causes.contains(cause) || tally.causes.size() < most_causes;
    tally.causes[fits ? cause : other_causes] += times;
}

}  // namespace

LoadSlice& Tally::slice_at(OperationTally& tally, Micros now) const {
    const auto number = static_cast<std::size_t>(std::max<std::int64_t>(0, now / Micros(slice_)));
    if (tally.slices.size() <= number) tally.slices.resize(number + 1);
    return tally.slices[number];
}

void Tally::done(Operation operation, Micros due, Micros now) {
    auto& tally = operations_[number_of(operation)];
    const auto took = static_cast<std::uint64_t>(std::max<std::int64_t>(0, (now - due).count()));
    ++tally.done;
    tally.latencies.add(took);
    tally.last = std::max(tally.last, now);
    auto& slice = slice_at(tally, now);
    ++slice.done;
    slice.latencies.add(took);
}

void Tally::failed(Operation operation, const std::string& cause, Micros now, std::uint64_t times) {
    if (times == 0) return;
    auto& tally = operations_[number_of(operation)];
    tally.errors += times;
    count(tally, cause, times);
    slice_at(tally, now).errors += times;
}

OperationTallies Tally::operations(Detail detail) const {
    if (detail == Detail::all) return operations_;
    OperationTallies copy;
    for (std::size_t i = 0; i < copy.size(); ++i) {
        const auto& one = operations_[i];
        copy[i] = {one.done, one.errors, one.latencies, one.causes, one.last, {}};
        for (const auto& slice : one.slices) copy[i].slices.push_back({slice.done, slice.errors, {}});
    }
    return copy;
}

void add(OperationTallies& sum, const OperationTallies& more) {
    for (std::size_t i = 0; i < sum.size(); ++i) {
        auto& tally = sum[i];
        const auto& other = more[i];
        tally.done += other.done;
        tally.errors += other.errors;
        tally.latencies.add(other.latencies);
        tally.last = std::max(tally.last, other.last);
        for (const auto& [cause, times] : other.causes) count(tally, cause, times);
        if (tally.slices.size() < other.slices.size()) tally.slices.resize(other.slices.size());
        for (std::size_t s = 0; s < other.slices.size(); ++s) {
            tally.slices[s].done += other.slices[s].done;
            tally.slices[s].errors += other.slices[s].errors;
            tally.slices[s].latencies.add(other.slices[s].latencies);
        }
    }
}

}  // namespace hubspec::load
