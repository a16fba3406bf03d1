#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/run/target.hpp"

namespace hubspec::cli {

/// The hub that a target file describes, or without one the reference hub in this process, of that profile and
/// deviating as told; both were checked to exist. What is wrong with the file is printed; a null pointer then.
std::unique_ptr<run::Target> make_target(const std::optional<std::string>& file,
                                         const std::vector<std::string>& deviations,
                                         const std::string& profile = "observed");

}  // namespace hubspec::cli
