#pragma once

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/yaml.hpp"

/// Typed values out of a YAML document. What does not fit becomes a diagnostic and nullopt; a node that is broken
/// already says nothing more.
namespace hubspec::scenario::yaml {

/// "'name' takes text, not the number 5; put it in quotes"
Diagnostic misfit(const Node& node, std::string_view name, std::string_view takes);

std::optional<std::string> read_text(const Node& node, std::string_view name, Diagnostics& diagnostics);
/// Text that has no line end and is not blank.
std::optional<std::string> read_line(const Node& node, std::string_view name, Diagnostics& diagnostics);
std::optional<std::int64_t> read_integer(const Node& node, std::string_view name, std::int64_t least, std::int64_t most,
                                         Diagnostics& diagnostics);
std::optional<bool> read_flag(const Node& node, std::string_view name, Diagnostics& diagnostics);
std::optional<std::string> read_word(const Node& node, std::string_view name, const std::vector<std::string>& words,
                                     Diagnostics& diagnostics);
/// Longer than nothing.
std::optional<std::chrono::milliseconds> read_duration(const Node& node, std::string_view name,
                                                       Diagnostics& diagnostics);
/// A list of text; items that are none are left out.
std::vector<std::string> read_texts(const Node& node, std::string_view name, Diagnostics& diagnostics);
const Map* read_map(const Node& node, std::string_view name, Diagnostics& diagnostics);
const Sequence* read_list(const Node& node, std::string_view name, Diagnostics& diagnostics);
/// What it stands for, as JSON; nothing in it is a pattern.
model::Value to_value(const Node& node);

/// Says which keys are not among `allowed` ("unknown key 'tittle' in a scenario") and which of `required` are missing.
void check_keys(const Node& node, std::string_view what, const std::vector<std::string>& allowed,
                const std::vector<std::string>& required, Diagnostics& diagnostics);

}  // namespace hubspec::scenario::yaml
