#include "harness/scenario/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>

namespace hubspec::scenario {

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    std::int64_t count = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc{}) return std::nullopt;
    const std::string_view unit(stop, static_cast<std::size_t>(end - stop));
    using Unit = std::pair<std::string_view, std::chrono::milliseconds>;
    static constexpr std::array<Unit, 5> units{Unit{"ms", std::chrono::milliseconds(1)},
                                               Unit{"s", std::chrono::seconds(1)}, Unit{"m", std::chrono::minutes(1)},
                                               Unit{"h", std::chrono::hours(1)}, Unit{"d", std::chrono::hours(24)}};
    constexpr std::chrono::milliseconds longest = std::chrono::hours(24 * 366 * 10);
    for (const auto& [name, length] : units) {
        const auto most = longest.count() / length.count();
        if (unit == name && count <= most && count >= -most) return length * count;
    }
    return std::nullopt;
}

}  // namespace hubspec::scenario
