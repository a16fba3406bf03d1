#pragma once

#include <string>

#include "harness/model/pattern.hpp"
#include "harness/scenario/scope.hpp"
#include "harness/scenario/vocabulary.hpp"
#include "harness/scenario/yaml.hpp"

/// What stands in a field becomes a pattern; what does not fit its type becomes a diagnostic.
namespace hubspec::scenario {

/// A value that is sent: literal but for names.
model::Pattern sent_value(const yaml::Node& node, const std::string& name, const Type& type, Scope& scope);

/// A value that is expected: `any`, `absent`, `empty`, comparisons and `exactly` mean what the README says.
model::Pattern expected_value(const yaml::Node& node, const std::string& name, const Type& type, Scope& scope);

/// The fields of a record or a line: unknown keys, missing ones and those that exclude each other. `what` names it in
/// messages: "a device publish line".
std::vector<model::Field> read_fields(const yaml::Node& node, const std::string& what,
                                      const std::vector<FieldSpec>& fields, const std::vector<Choice>& choices,
                                      Role role, Scope& scope);

/// "text", "an integer from 0 to 2"
std::string takes(const Type& type);

}  // namespace hubspec::scenario
