#pragma once

#include <string_view>

namespace hubspec::model {

/// From best to worst, so that the worse of two is the greater.
enum class Verdict {
    not_applicable,
    pass,
    expected_failure,  ///< a failure that a baseline lists
    warn,
    inconclusive,
    error,
    fail
};

/// "pass", "not applicable"
std::string_view to_string(Verdict verdict);

}  // namespace hubspec::model
