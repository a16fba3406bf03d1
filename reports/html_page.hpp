#pragma once

#include <string_view>

namespace hubspec::reports {

/// The page with its style and scripts, made of reports/html/ at build time; {{title}}, {{answer}} and {{blocks}} are
/// still to be filled in.
extern const std::string_view html_page;

}  // namespace hubspec::reports
