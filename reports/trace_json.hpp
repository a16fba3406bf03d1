#pragma once

#include "harness/model/trace.hpp"
#include "reports/stored.hpp"

/// What was observed in a case, as it is stored: `{"at": microseconds, "KIND": {...}}`.
namespace hubspec::reports {

Json write_event(const model::Event& event);
/// Throws Wrong.
model::Event read_event(const Reader& in);

Json write_value(const model::Value& value);
model::Value read_value(const Json& json);

}  // namespace hubspec::reports
