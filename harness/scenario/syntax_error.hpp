#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "harness/scenario/source_file.hpp"

namespace hubspec::scenario::yaml {

inline constexpr const char* unclosed_quote = "this quoted text is never closed";

/// Offset of the quote that closes the text which is opened at `open`; npos when there is none.
std::size_t closing_quote(std::string_view text, std::size_t open);

/// What yaml-cpp says about a file, in words for the person who wrote it. `read_until` lies behind what was read well.
Diagnostic explain_syntax(const SourceFile& file, const std::string& message, std::size_t offset,
                          std::size_t read_until);

}  // namespace hubspec::scenario::yaml
