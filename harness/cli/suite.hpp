#pragma once

#include <optional>
#include <vector>

#include "harness/cli/options.hpp"
#include "harness/model/requirement.hpp"
#include "harness/model/scenario.hpp"
#include "harness/run/shards.hpp"
#include "harness/scenario/proof.hpp"

namespace hubspec::cli {

/// Scenarios with the requirements they speak of.
struct Suite {
    model::Catalogue catalogue;
    std::vector<model::Scenario> scenarios;
    run::Durations durations;  ///< of an earlier run, by which shards are cut
};

/// The catalogue alone; what is wrong with it is printed. nullopt: it cannot be used.
std::optional<model::Catalogue> read_catalogue();

/// Which deviations prove which requirements of the suite that comes with hubspec; what is wrong is printed.
std::optional<scenario::Proof> read_proof();
/// The file that it is read from.
std::string proof_path();

/// Reads the scenarios that were named, or those that come with hubspec. What is wrong is printed to standard error,
/// all of it; nullopt when there are errors.
std::optional<Suite> read_suite(const SuiteOptions& options);

/// What a run has to do: its cases in order, and how the selection was cut into shards; empty: it was not.
struct Selected {
    std::vector<run::Case> cases;
    std::string cut;
};
Selected select_cases(const Suite& suite, const run::Selection& selection, model::Seat seat = model::Seat::device);
/// The cases alone.
std::vector<run::Case> selected_cases(const Suite& suite, const run::Selection& selection,
                                      model::Seat seat = model::Seat::device);

/// "no case is selected; 85 scenarios were read", with a hint at the option that leaves nothing.
std::string nothing_selected(const Suite& suite, const run::Selection& selection);

/// Names of all deviations that are none; printed. True when there are such.
bool has_unknown_deviations(const std::vector<std::string>& names);
/// False when there is no such profile of the reference hub; said on standard error.
bool is_known_profile(const std::string& name);

}  // namespace hubspec::cli
