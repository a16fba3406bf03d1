#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fixtures/hub/bounds.hpp"

namespace hubspec::cli {

/// "NAME=N" each. nullopt after saying on standard error what is wrong.
std::optional<hub::Bounds> read_bounds(const std::vector<std::string>& given);

/// The names with their defaults and meanings, for a help text.
std::string describe_bounds();

}  // namespace hubspec::cli
