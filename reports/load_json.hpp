#pragma once

#include <string>
#include <variant>

#include "harness/model/load.hpp"

namespace hubspec::reports {

/// A load as JSON: what shards are merged from, histograms with it.
std::string to_load_json(const model::LoadResult& result);

/// Of such a text; a string says what is wrong with it.
std::variant<model::LoadResult, std::string> parse_load_json(const std::string& text);

}  // namespace hubspec::reports
