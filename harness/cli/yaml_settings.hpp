#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace hubspec::cli {

/// A key of hubspec.yaml with its values: one for `jobs: 4`, several for a list.
struct Setting {
    std::string name;
    std::vector<std::string> values;
    std::string place;  ///< "hubspec.yaml:3:1"
};

/// What is wrong with the file, ready to be shown.
struct SettingsError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Reads the settings: a map from option names without their dashes to a value or a list of values. Throws
/// SettingsError for what is no such map, and for a key that is not among `known`.
std::vector<Setting> read_settings(const std::string& path, const std::vector<std::string>& known);

}  // namespace hubspec::cli
