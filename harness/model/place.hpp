#pragma once

#include <string>

namespace hubspec::model {

/// Where something stands in a text file. Line and column count from 1, columns in characters; 0 is unknown.
struct Place {
    int line = 0;
    int column = 0;
    bool operator==(const Place&) const = default;
};

/// "reported/patch.yaml:61:9"
std::string to_string(const std::string& file, Place place);

}  // namespace hubspec::model
