#include "harness/cli/nearest.hpp"

#include "harness/scenario/nearest.hpp"

namespace hubspec::cli {

std::string did_you_mean(std::string_view word, const std::vector<std::string>& words) {
    const auto near = scenario::nearest(word, words);
    return near ? "; did you mean '" + *near + "'?" : "";
}

}  // namespace hubspec::cli
