#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/model/requirement.hpp"
#include "harness/model/scenario.hpp"
#include "harness/scenario/names.hpp"
#include "harness/scenario/yaml.hpp"

namespace hubspec::scenario {

class OpeningShelf;

/// What the parts of one scenario need to know of each other while it is read.
struct Scope {
    explicit Scope(Diagnostics& where) : diagnostics(where) {}

    Diagnostics& diagnostics;
    model::Seat seat = model::Seat::device;       ///< for which it is read
    bool is_shared = false;                       ///< the text is one for both seats
    const model::Catalogue* catalogue = nullptr;  ///< nullptr: requirement ids are not checked
    OpeningShelf* openings = nullptr;             ///< nullptr: there are none
    NameBook names;
    std::vector<std::string> identities{"device"};
    std::vector<std::string> used_identities;
    std::map<std::string, const yaml::Node*> axes;  ///< name -> list of values
    std::vector<std::string> verifies;              ///< the scenario's own list
    std::size_t steps = 0;                          ///< read so far, repeats counted
    std::size_t copied = 0;                         ///< YAML nodes, by repeats and openings
    std::vector<std::string> opened;                ///< openings that are being read, outermost first

    void say(Diagnostic diagnostic) { diagnostics.push_back(std::move(diagnostic)); }
};

}  // namespace hubspec::scenario
