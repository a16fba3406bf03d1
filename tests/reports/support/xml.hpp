#pragma once

#include <string>
#include <vector>

#include <pugixml.hpp>

namespace hubspec::test {

/// The document; a test failure when it is not well formed.
pugi::xml_document parsed(const std::string& text);

/// Every testcase of a document, in its order.
std::vector<pugi::xml_node> cases_of(const pugi::xml_document& document);
std::vector<pugi::xml_node> cases_of(pugi::xml_document&& document) = delete;  // the nodes would outlive it

/// What xmllint says of the text against tests/reports/junit-strict.xsd; 0 is valid.
int validate(const std::string& text);

}  // namespace hubspec::test
