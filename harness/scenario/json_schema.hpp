#pragma once

#include <string>

namespace hubspec::scenario {

/// The JSON Schema (draft-07) of scenario files, made from the vocabulary. Ends with a newline.
std::string json_schema();

}  // namespace hubspec::scenario
