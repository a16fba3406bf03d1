#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hubspec::scenario {

/// The one of `words` that `word` was probably meant to be; nullopt when none is near.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& words);

/// "a", "a or b", "a, b or c"
std::string alternatives(const std::vector<std::string>& words);

}  // namespace hubspec::scenario
