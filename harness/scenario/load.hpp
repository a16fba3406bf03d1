#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/model/requirement.hpp"
#include "harness/model/scenario.hpp"
#include "harness/scenario/diagnostic.hpp"

namespace hubspec::scenario {

/// Scenarios without errors, and everything that is wrong with the others.
struct Loaded {
    std::vector<model::Scenario> scenarios;
    Diagnostics diagnostics;  ///< sorted
};

/// Reads files and folders (with all that is below them: `*.yaml`, sorted, without `requirements/` and `openings/`).
/// The id of a scenario is its path below the nearest folder called `scenarios`, or below the folder that was named.
/// Without a catalogue requirement ids are not checked.
/// Files whose ids are not wanted are not looked at.
Loaded load_suite(const std::vector<std::string>& paths, const model::Catalogue* catalogue,
                  const std::function<bool(const std::string& id)>& wanted = {});

/// Reads one scenario from a text, as if it stood in `file`. Openings come from that folder; empty: there are none.
Loaded load_text(const std::string& file, const std::string& text, const model::Catalogue* catalogue = nullptr,
                 const std::string& openings = {});

}  // namespace hubspec::scenario
