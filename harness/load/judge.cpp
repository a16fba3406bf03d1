#include "harness/load/judge.hpp"

#include <algorithm>

#include "harness/load/schedule.hpp"

namespace hubspec::load {

using namespace model;

namespace {

double errors_in(const LoadResult& result, const Threshold& threshold) {
    if (threshold.operation) return errors_of(result.operations[number_of(*threshold.operation)]);
    OperationTally all;
    for (const auto& tally : result.operations) {
        all.done += tally.done;
        all.errors += tally.errors;
    }
    return errors_of(all);
}

JudgedThreshold judge_time(const Threshold& threshold, const OperationTally& tally) {
    if (tally.done == 0) return {threshold, false, "nothing was done"};
    const auto percent = threshold.kind == Threshold::Kind::most ? 100.0 : threshold.percent;
    const auto figure = tally.latencies.percentile(percent);
    return {threshold, three_digits(static_cast<double>(figure)) <= threshold.limit, describe_time(figure)};
}

JudgedThreshold judge_one(const LoadResult& result, const Threshold& threshold) {
    const auto operation = threshold.operation.value_or(Operation::connect);
    switch (threshold.kind) {
        case Threshold::Kind::errors: {
            const auto figure = errors_in(result, threshold);
            return {threshold, three_digits(figure) <= threshold.limit, describe_percent(figure)};
        }
        case Threshold::Kind::percentile:
        case Threshold::Kind::most:
            return judge_time(threshold, result.operations[number_of(operation)]);
        case Threshold::Kind::rate: {
            auto scaled = threshold;
            scaled.limit *= share_of(result.plan, result.shards);
            const auto figure = rate_of(result, operation);
            return {scaled, three_digits(figure) >= three_digits(scaled.limit), describe_rate(figure)};
        }
    }
    return {};
}

}  // namespace

std::vector<JudgedThreshold> judge(const LoadResult& result) {
    std::vector<JudgedThreshold> all;
    for (const auto& one : result.plan.thresholds) all.push_back(judge_one(result, one));
    return all;
}

bool all_held(const LoadResult& result) {
    return std::all_of(result.thresholds.begin(), result.thresholds.end(),
                       [](const JudgedThreshold& one) { return one.held; });
}

bool nothing_done(const LoadResult& result) {
    return std::all_of(result.operations.begin(), result.operations.end(),
                       [](const OperationTally& one) { return one.done == 0; });
}

std::string main_cause(const LoadResult& result) {
    std::string main;
    std::uint64_t most = 0;
    for (const auto& [cause, times] : result.operations[number_of(Operation::connect)].causes)
        if (times > most) most = times, main = cause;
    return main;
}

}  // namespace hubspec::load
