#pragma once

#include "harness/model/scenario.hpp"
#include "harness/scenario/scope.hpp"
#include "harness/scenario/yaml.hpp"

namespace hubspec::scenario {

model::AnyOrder read_any_order(const yaml::Node& node, Scope& scope);
model::Outcomes read_outcomes(const yaml::Node& node, Scope& scope);
/// Without its time: that stands beside it.
model::Never read_never(const yaml::Node& node, Scope& scope);

}  // namespace hubspec::scenario
