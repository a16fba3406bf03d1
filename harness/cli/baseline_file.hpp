#pragma once

#include <optional>
#include <string>

#include "harness/run/baseline.hpp"
#include "harness/scenario/diagnostic.hpp"

namespace hubspec::cli {

/// Reads a baseline file; nullopt after saying on standard error what is wrong with it and where. With `may_be_new` a
/// file that does not exist is an empty one.
std::optional<run::Baseline> read_baseline(const std::string& path, bool may_be_new = false);

/// The file's text with some of its entries, comments and all, and new ones after them.
std::string with_changes(const std::string& text, const run::Baseline& baseline, const run::BaselineUpdate& update);

/// The JSON Schema of baseline files.
std::string baseline_schema();

/// This day, by UTC.
std::chrono::sys_days today();

}  // namespace hubspec::cli
