#pragma once

#include <string_view>

namespace hubspec::model {

/// From best to worst, so that the worse of two is the greater.
enum class Verdict { not_applicable, pass, warn, inconclusive, error, fail };

/// "pass", "not applicable"
std::string_view to_string(Verdict verdict);

}  // namespace hubspec::model
