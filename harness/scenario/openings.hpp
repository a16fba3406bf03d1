#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/model/scenario.hpp"
#include "harness/scenario/scope.hpp"
#include "harness/scenario/yaml.hpp"

namespace hubspec::scenario {

/// The openings of a suite, `openings/NAME.yaml`, each read once.
class OpeningShelf {
public:
    explicit OpeningShelf(std::string directory) : directory_(std::move(directory)) {}

    /// The file of that name; nullptr when there is none. What is wrong in it was put into `diagnostics` the first
    /// time.
    const yaml::Document* find(const std::string& name, Diagnostics& diagnostics);
    std::vector<std::string> names() const;
    const std::string& directory() const { return directory_; }

private:
    std::string directory_;
    std::map<std::string, yaml::Document> read_;
};

/// `use: {opening: connected, with: {clean_session: false}}`: the steps it stands for, placed where it stands.
std::vector<model::Step> read_use(const yaml::Node& node, const model::Place& place, Scope& scope);

/// What is wrong in an opening by itself, when no scenario uses it.
void check_opening_keys(const yaml::Node& root, Diagnostics& diagnostics);

}  // namespace hubspec::scenario
