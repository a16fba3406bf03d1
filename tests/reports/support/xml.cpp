#include "tests/reports/support/xml.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace hubspec::test {

pugi::xml_document parsed(const std::string& text) {
    pugi::xml_document document;
    const auto result = document.load_buffer(text.data(), text.size());
    EXPECT_TRUE(result) << result.description() << " at " << result.offset << "\n" << text.substr(0, 2000);
    return document;
}

std::vector<pugi::xml_node> cases_of(const pugi::xml_document& document) {
    std::vector<pugi::xml_node> all;
    for (const auto suite : document.child("testsuites").children("testsuite"))
        for (const auto one : suite.children("testcase")) all.push_back(one);
    return all;
}

int validate(const std::string& text) {
    std::string path = (std::filesystem::temp_directory_path() / "hubspec-junit-XXXXXX").string();
    const int file = ::mkstemp(path.data());
    EXPECT_GE(file, 0);
    ::close(file);
    std::ofstream(path, std::ios::binary) << text;
    const int status = std::system(
        ("xmllint --noout --schema " HUBSPEC_SOURCE_DIR "/tests/reports/junit-strict.xsd " + path + " >&2").c_str());
    std::filesystem::remove(path);
    return status;
}

}  // namespace hubspec::test
