#pragma once

#include <string>

#include "harness/model/result.hpp"

namespace hubspec::reports {

/// A picture for a README: "IoT Hub conformance | 98 %", how many of the requirements that were put to the test held.
std::string to_badge_svg(const model::RunResult& run, bool strict);
/// The same for services that draw badges (Shields' endpoint form).
std::string to_badge_json(const model::RunResult& run, bool strict);

}  // namespace hubspec::reports
