#pragma once

#include <chrono>
#include <string>

namespace hubspec::model {

/// "2026-11-30T01:22:01.500Z".
std::string iso8601(std::chrono::sys_time<std::chrono::milliseconds> time);

}  // namespace hubspec::model
