#include "harness/model/result.hpp"

#include <algorithm>

namespace hubspec::model {

Whole::Whole(const CaseResult& one) : here_(one) {
    if (!one.put_away) return;
    auto details = one.put_away->store->read(one.put_away->place);
    loaded_ = one;
    loaded_->put_away.reset();
    loaded_->steps = std::move(details.steps);
    loaded_->trace = std::move(details.trace);
    loaded_->record = std::move(details.record);
}

Counts count(const std::vector<CaseResult>& cases) {
    Counts counts;
    for (const auto& one : cases) {
        switch (one.verdict) {
            case Verdict::not_applicable:
                ++counts.not_applicable;
                continue;
            case Verdict::pass:
                ++counts.pass;
                break;
            case Verdict::expected_failure:
                ++counts.expected_failure;
                break;
            case Verdict::warn:
                ++counts.warn;
                break;
            case Verdict::inconclusive:
                ++counts.inconclusive;
                break;
            case Verdict::error:
                ++counts.error;
                break;
            case Verdict::fail:
                ++counts.fail;
                break;
        }
        counts.checks_planned += one.checks_planned;
        counts.checks_executed += one.checks_executed;
        counts.checks_passed += one.checks_passed;
    }
    return counts;
}

std::vector<std::size_t> missing_of(const ShardSet& shards) {
    std::vector<std::size_t> missing;
    for (std::size_t index = 1; index <= shards.count; ++index)
        if (!shards.indexes.contains(index)) missing.push_back(index);
    return missing;
}

bool has_false_claim(const RunResult& run) {
    if (!run.certification || !run.certification->is_whole || run.interrupted) return false;
    const auto& claims = run.certification->claims;
    return std::any_of(claims.begin(), claims.end(), [](const ClaimResult& one) { return one.claimed && !one.shown; });
}

int exit_status(const RunResult& run, bool strict) {
    const auto counts = count(run.cases);
    if (run.interrupted) return 130;
    if (has_false_claim(run)) return 1;
    if (counts.fail > 0 || (strict && counts.warn > 0)) return 1;
    if (counts.error > 0 || counts.inconclusive > 0) return 2;
    if (counts.pass + counts.warn + counts.expected_failure == 0 || counts.checks_executed == 0) return 4;
    return 0;
}

}  // namespace hubspec::model
