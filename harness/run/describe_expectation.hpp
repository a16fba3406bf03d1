#pragma once

#include <string>

#include "harness/model/scenario.hpp"
#include "harness/run/bindings.hpp"

namespace hubspec::run {

/// An expectation as one line in the scenario's own words, bound names filled in: "hub: publish topic $iothub/...,
/// payload empty".
std::string describe(const model::Expectation& expectation, const Bindings& bindings);

std::string_view speaker_name(model::Speaker speaker);

}  // namespace hubspec::run
