#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace hubspec::scenario {

/// "5s", "200ms", "2m", "1h", "1d", "-5m"; nullopt for anything else, and for what lies beyond ten years.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// How a duration is written, for messages.
inline constexpr std::string_view duration_form = "a duration such as 200ms, 5s, 2m, 1h or 1d";
/// The same as a pattern for editors.
inline constexpr std::string_view duration_regex = "^-?[0-9]+(ms|s|m|h|d)$";

}  // namespace hubspec::scenario
