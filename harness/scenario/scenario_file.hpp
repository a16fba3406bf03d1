#pragma once

#include <string>
#include <vector>

#include "harness/model/requirement.hpp"
#include "harness/model/scenario.hpp"
#include "harness/scenario/openings.hpp"
#include "harness/scenario/yaml.hpp"

namespace hubspec::scenario {

/// A key at the top of a scenario file, as the README and the schema describe it.
struct FileKey {
    std::string name;
    std::string doc;
    bool required = false;
};
const std::vector<FileKey>& file_keys();

/// What may be wrong with an identity's certificate, in the order of model::CertificateDefect.
const std::vector<std::string>& certificate_defects();

inline constexpr std::string_view tag_regex = "^[a-z0-9][a-z0-9_-]*$";
inline constexpr std::string_view own_name_regex = "^[A-Za-z_][A-Za-z0-9_]*$";

/// Reads what a file says: one scenario, or one for each seat; none when an error was found in it.
std::vector<model::Scenario> read_scenarios(const yaml::Document& document, const std::string& id,
                                            const model::Catalogue* catalogue, OpeningShelf* openings,
                                            Diagnostics& diagnostics);

}  // namespace hubspec::scenario
