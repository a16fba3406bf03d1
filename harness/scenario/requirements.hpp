#pragma once

#include <string>
#include <vector>

#include "harness/model/requirement.hpp"
#include "harness/scenario/diagnostic.hpp"

namespace hubspec::scenario {

/// The catalogue, and what is wrong with its files; wrong entries are left out.
struct LoadedCatalogue {
    model::Catalogue catalogue;
    Diagnostics diagnostics;  ///< sorted
};

/// Reads `*.yaml` of a folder such as scenarios/requirements. Areas come in the base document's order, then those
/// beyond it.
LoadedCatalogue load_catalogue(const std::string& directory);

/// The order of the base document.
const std::vector<std::string>& base_areas();

}  // namespace hubspec::scenario
