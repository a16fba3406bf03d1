#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hubspec::mqtt {

/// Which rules a string of the protocol obeys on top of section 1.5.3.
enum class TextKind { plain, publish_topic, will_topic, topic_filter };

/// A broken rule in a string.
struct TextFault {
    std::string_view clause;
    std::string text;        ///< goes on after the name of the field: "has U+0000, ..."
    std::size_t offset = 0;  ///< from the first byte of the string; of the lead byte for ill-formed UTF-8
};

struct TextCheck {
    std::size_t checked = 0;  ///< bytes from the start that are whole, legal characters
    std::optional<TextFault> fault;
};

/// Checks the part of a string of `size` bytes that is here, starting at `from`, where an earlier check stopped.
/// The first fault in reading order is found, the same one however the bytes arrived.
TextCheck check_text(std::string_view here, std::size_t size, TextKind kind, std::size_t from = 0);

}  // namespace hubspec::mqtt
