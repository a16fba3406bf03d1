#pragma once

#include <string>
#include <string_view>

#include "harness/model/result.hpp"

namespace hubspec::reports {

/// A page for a job's summary: verdict, counts, what failed and why, requirement areas. At most 1 MiB.
std::string to_markdown(const model::RunResult& run, bool strict);

/// Text that Markdown shows as it is, on one line.
std::string markdown_text(std::string_view text);
/// The same in a fixed-width font.
std::string markdown_code(std::string_view text);

}  // namespace hubspec::reports
