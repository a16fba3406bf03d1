#pragma once

#include <string>

/// Pages that need no script: tables with a style for screens of any width, for dark and light, and for paper.
namespace hubspec::reports {

/// The whole document; `body` is HTML.
std::string plain_page(const std::string& title, const std::string& body);

}  // namespace hubspec::reports
