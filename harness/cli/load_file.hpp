#pragma once

#include <optional>
#include <string>

#include "harness/model/load.hpp"

namespace hubspec::cli {

/// The most that one process takes on, whatever a file says.
inline constexpr std::int64_t most_load_devices = 20'000;
inline constexpr std::int64_t most_load_messages = 100'000'000;
inline constexpr std::chrono::hours longest_load{24};

/// Reads a load file. What is wrong with it is printed to standard error, all of it; nullopt then.
std::optional<model::LoadPlan> read_load_file(const std::string& path);

/// The JSON Schema of load files.
std::string load_schema();

}  // namespace hubspec::cli
