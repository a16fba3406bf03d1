#pragma once

#include <string>
#include <vector>

namespace hubspec::cli {

/// A library that this program is made of.
struct Component {
    std::string name, version;  ///< of a shared library that of the one in use, not of the one it was built with
    std::string licence;        ///< SPDX identifier
    std::string purpose;
};

/// The bill of materials, in alphabetical order.
std::vector<Component> components();

/// As `hubspec --version --verbose` prints it.
std::string list_components();

}  // namespace hubspec::cli
