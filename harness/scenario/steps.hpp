#pragma once

#include <string>
#include <vector>

#include "harness/model/scenario.hpp"
#include "harness/scenario/scope.hpp"
#include "harness/scenario/yaml.hpp"

namespace hubspec::scenario {

/// Steps of one scenario, repeats counted: more would be a program, not a conversation.
inline constexpr std::size_t most_steps = 5000;
/// YAML nodes that repeats and openings may make of a scenario.
inline constexpr std::size_t most_copied = 1'000'000;

/// The keys that may stand beside a speaker or a group, and the speakers and groups themselves.
const std::vector<std::string>& modifier_names();
const std::vector<std::string>& group_names();

/// The steps of a list; `repeat` and `use` become the steps they stand for.
std::vector<model::Step> read_steps(const yaml::Node& list, Scope& scope);

/// Counts what a copy of this node costs; false, and said once, when the scenario has become too large.
bool may_copy(const yaml::Node& node, Scope& scope);

/// The ids of a `verifies` list: known, once each.
std::vector<std::string> read_verifies(const yaml::Node& node, Scope& scope);

/// A step as it stands in the file, on one line: "- hub: {publish: {topic: "a/b", payload: empty}}, within: 5s".
std::string render_step(const yaml::Node& node);

}  // namespace hubspec::scenario
