#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace hubspec::reports {

/// Takes a report piece by piece, so that one of many cases needs no more memory than one of few. No piece ends within
/// what a case says.
using Output = std::function<void(std::string_view piece)>;

/// All of it.
inline std::string collected(const std::function<void(const Output&)>& write) {
    std::string text;
    write([&](std::string_view piece) { text += piece; });
    return text;
}

}  // namespace hubspec::reports
