#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "reports/junit.hpp"

namespace hubspec::reports {

/// What a reader of JUnit XML would trip over.
struct JunitProblem {
    std::size_t line = 0;  ///< from 1; 0: the whole document
    std::string text;
    bool operator==(const JunitProblem&) const = default;
};

/// A document against what the readers that people use agree on: two levels, unique names, counters that are right, one
/// outcome a case; for JunitFlavor::strict also against what validating readers refuse. Empty: nothing is wrong.
std::vector<JunitProblem> check_junit(std::string_view text, JunitFlavor flavor);

}  // namespace hubspec::reports
