#pragma once

#include "harness/model/trace.hpp"

namespace hubspec::run {

/// The trace as it may be stored: it is judged like the one that it is made from, and no secret is in it. Of a password
/// each letter and digit that is secret becomes another one, so that its form is still there.
model::Trace kept(const model::Trace& trace);

}  // namespace hubspec::run
