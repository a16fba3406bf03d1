#pragma once

#include <vector>

#include "harness/model/result.hpp"
#include "harness/model/trace.hpp"

namespace hubspec::run {

/// How long a device stayed away after each connection that it lost; those that it ended with DISCONNECT are none.
std::vector<model::Reconnect> reconnects_of(const model::Trace& trace);

}  // namespace hubspec::run
