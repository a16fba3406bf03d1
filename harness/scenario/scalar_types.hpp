#pragma once

#include <string>

#include "harness/scenario/scope.hpp"
#include "harness/scenario/vocabulary.hpp"
#include "harness/scenario/yaml.hpp"

namespace hubspec::scenario {

/// Says when a scalar does not fit a type that takes one. A text that is one name alone fits; when the name is an axis,
/// each of its values must fit.
void check_scalar(const yaml::Node& node, const std::string& name, const Type& type, Scope& scope);

/// The value fits the type as it stands; names are text here.
bool fits(const yaml::Node& node, const Type& type);

/// A name of an identity, literal: it must be one of the scenario's.
void check_identity(const yaml::Node& node, Scope& scope);

}  // namespace hubspec::scenario
