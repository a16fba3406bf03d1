#pragma once

#include <optional>
#include <string_view>

#include "harness/model/result.hpp"

namespace hubspec::reports {

/// What a report calls a test.
enum class Granularity {
    scenario,     ///< a case
    step,         ///< a step that checks something
    requirement,  ///< a sentence of the protocol, over all cases that verify it
};

/// "scenario", "step", "requirement"; nullopt for anything else.
std::optional<Granularity> granularity_of(std::string_view word);

/// The same results, with a case for each test.
model::RunResult regroup(const model::RunResult& run, Granularity granularity);

}  // namespace hubspec::reports
