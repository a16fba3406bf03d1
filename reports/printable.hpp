#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Text from outside, made fit for people, terminals, XML and HTML.
namespace hubspec::reports {

/// One line of UTF-8 that gives no orders: bad bytes become U+FFFD; controls, line ends and what reverses the direction
/// of writing become visible text such as \n, \x1b and \u202e.
std::string one_line(std::string_view text);

/// One line for HTML, between tags or in an attribute.
std::string html_safe(std::string_view text);

/// The beginning of UTF-8 text, at most that many bytes, not cut within a character.
std::string_view head(std::string_view text, std::size_t most);
/// The end of it.
std::string_view tail(std::string_view text, std::size_t most);

/// The text, or its beginning and "..." when it is longer than that many bytes.
std::string shortened(std::string_view text, std::size_t most);

}  // namespace hubspec::reports
