#include "reports/write.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "reports/results_json.hpp"
#include "tests/reports/support/sample.hpp"

namespace hubspec::reports {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Write : public testing::Test {
protected:
    Write() {
        std::string pattern = (fs::temp_directory_path() / "hubspec-write-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
    }
    ~Write() override { fs::remove_all(folder_); }
    std::string path(const std::string& name) const { return folder_ + "/" + name; }
    std::string read(const std::string& name) const {
        std::ifstream in(path(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
    }
    std::string folder_;
};

TEST(Destinations, AreReadOrExplained) {
    EXPECT_EQ(std::get<Destination>(parse_destination("json:a:b.json")), (Destination{Format::json, "a:b.json"}));
    EXPECT_EQ(std::get<Destination>(parse_destination("junit:-")), (Destination{Format::junit, "-"}));
    EXPECT_EQ(std::get<std::string>(parse_destination("xml:a")),
              "--report xml:a: 'xml' is no format; there are json and junit, as in junit:report.xml");
    EXPECT_EQ(std::get<std::string>(parse_destination("junit")),
              "--report junit: the path is missing, as in junit:report.xml");
    EXPECT_EQ(std::get<std::string>(parse_destination("json:")),
              "--report json:: the path is missing, as in json:report.json");
}

TEST_F(Write, MakesItsFolderAndLeavesNothingElse) {
    EXPECT_EQ(write_report({Format::json, path("new/r.json")}, test::sample_run(), {}), std::nullopt);
    EXPECT_EQ(read("new/r.json"), to_results_json(test::sample_run()));
    EXPECT_EQ(files(), 1u);
}

TEST_F(Write, AFolderGetsAFileForEachSuite) {
    EXPECT_EQ(write_report({Format::junit, path("junit-reports/")}, test::sample_run(), {}), std::nullopt);
    EXPECT_TRUE(fs::exists(path("junit-reports/TEST-iothub.reported.xml")));
    EXPECT_EQ(std::distance(fs::directory_iterator(path("junit-reports")), fs::directory_iterator()), 3);
}

TEST_F(Write, ReplacesAsAWhole) {
    write_file(path("r.xml"), std::string(100'000, 'x'));
    EXPECT_EQ(write_file(path("r.xml"), "short"), std::nullopt);
    EXPECT_EQ(read("r.xml"), "short");
}

TEST_F(Write, WhatCannotBeWrittenIsSaidAndLeavesNoTrace) {
    write_file(path("file"), "kept");
    const auto below_a_file = write_file(path("file/r.xml"), "text");
    ASSERT_TRUE(below_a_file);
    EXPECT_THAT(*below_a_file, testing::AllOf(HasSubstr("cannot write the report"), HasSubstr("file/r.xml")));
    fs::create_directory(path("folder"));
    write_file(path("folder/inside"), "kept");
    EXPECT_TRUE(write_file(path("folder"), "text"));
    EXPECT_EQ(read("file"), "kept");
    EXPECT_EQ(files(), 2u);
}

}  // namespace
}  // namespace hubspec::reports
