#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hubspec::cli {

/// "; did you mean 'twin-patch-answers-200'?" when one of `words` is near, else nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& words);

}  // namespace hubspec::cli
