#pragma once

#include <optional>
#include <string>

#include "harness/model/result.hpp"

namespace hubspec::cli {

/// Results that a run has stored; what is wrong with the file is said on standard error, and nullopt then.
std::optional<model::RunResult> read_results(const std::string& path);

}  // namespace hubspec::cli
