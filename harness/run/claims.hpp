#pragma once

#include <string>
#include <vector>

#include "harness/model/trace.hpp"
#include "harness/run/device_rules.hpp"

namespace hubspec::run {

/// What a device shows in a trace of what it could claim: "telemetry", "twin", ... in alphabetical order.
std::vector<std::string> shown_features(const model::Trace& trace, const DeviceFacts& device);

}  // namespace hubspec::run
