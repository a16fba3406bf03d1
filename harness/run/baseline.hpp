#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/result.hpp"

/// Failures that are known and accepted, so that a run fails by what is new.
namespace hubspec::run {

/// One of them. Without `match` it is about every case that verifies one of the requirements.
struct KnownFailure {
    std::string match;                           ///< pattern over case names and scenario ids; empty: any
    std::vector<std::string> requirements;       ///< empty: any
    std::string reason;                          ///< why it is accepted
    std::string ticket;                          ///< where it is followed up
    std::optional<std::chrono::sys_days> until;  ///< the last day on which it is accepted
    model::Place place;                          ///< in its file
    bool operator==(const KnownFailure&) const = default;
};

struct Baseline {
    std::string file;  ///< as the user named it
    std::vector<KnownFailure> known;
    bool operator==(const Baseline&) const = default;
};

/// Whether the entry lists the case: by its name and what it verifies, whatever became of it.
bool lists(const KnownFailure& entry, const model::CaseResult& one);

/// What the run makes of a case with the baseline:
/// - it failed, and each of its failures is accepted today: an expected failure, with the entry's reason;
/// - it failed otherwise, or what accepts it has expired: a failure, with a note that says so;
/// - it passed although an entry with a pattern lists it: a failure of the type "baseline.stale".
/// Warnings that are listed are expected too; errors and inconclusive cases stay what they are.
void compare_with(const Baseline& baseline, std::chrono::sys_days today, model::CaseResult& one);

/// For each entry without a pattern that accepted nothing although cases that it is about passed: a failed case
/// "[baseline] IDS". To be asked for after a run that came to its end.
std::vector<model::CaseResult> stale_entries(const Baseline& baseline, const std::vector<model::CaseResult>& cases);

/// What a baseline should have after these results: entries that still accept something, those about cases that did not
/// run, and new ones for the failures that no entry accepts. `kept` are indices into the former one.
struct BaselineUpdate {
    std::vector<std::size_t> kept;
    std::vector<KnownFailure> added;  ///< the reason is what failed, for someone to replace
};
BaselineUpdate update(const Baseline& baseline, const std::vector<model::CaseResult>& cases);

}  // namespace hubspec::run
