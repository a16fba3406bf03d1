#pragma once

#include <map>
#include <string>

#include "harness/scenario/yaml.hpp"

namespace hubspec::scenario {

using Replacements = std::map<std::string, yaml::Node, std::less<>>;

/// The node with `{{name}}` replaced wherever it stands for one of these: a text that is the name alone becomes the
/// value itself, in other text and in keys the value's text is put in.
yaml::Node substitute(const yaml::Node& node, const Replacements& replacements, Diagnostics& diagnostics);

/// How many nodes a copy would make.
std::size_t count_nodes(const yaml::Node& node);

/// A node for a value that stands nowhere in a file.
yaml::Node number_node(std::int64_t number, const yaml::Node& place);

}  // namespace hubspec::scenario
