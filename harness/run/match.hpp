#pragma once

#include <string>
#include <vector>

#include "harness/model/pattern.hpp"
#include "harness/model/scenario.hpp"
#include "harness/model/trace.hpp"
#include "harness/run/bindings.hpp"

namespace hubspec::run {

/// One line for each thing that differs: `qos: expected 1, got 0`. No line: it matches.
using Differences = std::vector<std::string>;

/// Compares a value with a pattern; `actual` is nullptr where there is nothing. Captures go into `bindings`, also when
/// something else differs: take them only from a match. `path` names the value in the lines.
void match(const model::Pattern& pattern, const model::Value* actual, const std::string& path, Bindings& bindings,
           Differences& differences);

/// How one observation compares with one expectation.
struct Comparison {
    bool same_kind = false;   ///< the right kind of event on the right connection: worth showing as the closest
    Differences differences;  ///< empty together with same_kind: it matches
    Bindings bindings;        ///< after the match
    bool matches() const { return same_kind && differences.empty(); }
};

/// Pure: the same trace and bindings give the same answer, while running and afterwards.
Comparison compare(const model::Expectation& expectation, const std::string& connection, const model::EventForm& event,
                   const Bindings& bindings);

/// The name that an expectation would call this event by: "publish", "closes", "answer"; empty when it is none that can
/// be expected in this seat.
std::string event_name(const model::EventForm& event, model::Seat seat = model::Seat::device);
/// Who did it, seen from this seat.
model::Speaker speaker_of(const model::EventForm& event, model::Seat seat = model::Seat::device);
/// The connection it belongs to; empty for the service's.
std::string connection_of(const model::EventForm& event);

}  // namespace hubspec::run
