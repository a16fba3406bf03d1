#pragma once

#include <optional>
#include <string>

#include "harness/model/result.hpp"
#include "harness/model/trace.hpp"
#include "harness/run/plan.hpp"

namespace hubspec::run {

/// How the hub showed in this case that more was asked of it than its tier allows (X-THR); nullopt: it did not, or the
/// case is about that very thing. `lately`: it throttled the harness outside of the case not long ago.
std::optional<std::string> throttled(const Case& plan, const model::Trace& trace, bool lately);

}  // namespace hubspec::run
