#include "reports/write.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "reports/results_json.hpp"
#include "tests/reports/support/sample.hpp"
#include "tests/reports/support/temporary_folder.hpp"

namespace hubspec::reports {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Write : public testing::Test {
protected:
    std::string path(const std::string& name) const { return folder_ + "/" + name; }
    std::string read(const std::string& name) const {
        std::ifstream in(path(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
    }
    test::TemporaryFolder temporary_;
    const std::string& folder_ = temporary_.path();
};

TEST(Destinations, AreReadOrExplained) {
    EXPECT_EQ(std::get<Destination>(parse_destination("json:a:b.json")), (Destination{Format::json, "a:b.json"}));
    EXPECT_EQ(std::get<Destination>(parse_destination("junit:-")), (Destination{Format::junit, "-"}));
    EXPECT_EQ(std::get<std::string>(parse_destination("xml:a")),
              "--report xml:a: 'xml' is no format; there are " + formats());
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

TEST_F(Write, AFolderIsNoFile) {
    fs::create_directory(path("folder"));
    const auto problem = write_report({Format::json, path("folder")}, test::sample_run(), {});
    EXPECT_EQ(problem, "cannot write the report '" + path("folder") + "': it is a folder");
    EXPECT_EQ(write_report({Format::json, path("new/")}, test::sample_run(), {}),
              "cannot write the report '" + path("new/") + "': it is a folder");
    EXPECT_FALSE(fs::exists(path("new")));
    EXPECT_EQ(files(), 1u);
}

// Root may write everywhere but not here.
TEST_F(Write, AFolderThatTakesNoFilesIsNamed) {
    EXPECT_EQ(write_file("/proc/self/fdinfo/r.json", "text"),
              "cannot write the report '/proc/self/fdinfo/r.json': No such file or directory");
}

/// No file may grow beyond `bytes` while this exists: what a full disk is like.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes) : ignored_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit less{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &less);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, ignored_);
    }

private:
    rlimit before_{};
    void (*ignored_)(int);
};

TEST_F(Write, WhatDoesNotFitLeavesTheOldReport) {
    write_file(path("r.xml"), "old");
    std::optional<std::string> problem;
    {
        const FullDisk disk(1000);
        problem = write_file(path("r.xml"), std::string(100'000, 'x'));
    }
    EXPECT_EQ(problem, "cannot write the report '" + path("r.xml") + "': File too large");
    EXPECT_EQ(read("r.xml"), "old");
    EXPECT_EQ(files(), 1u);
}

// A rename would put a file in the place of the device, and root may do that.
TEST_F(Write, ADeviceOrAPipeIsWrittenTo) {
    EXPECT_EQ(write_file("/dev/full", "text"), "cannot write the report '/dev/full': No space left on device");
    EXPECT_TRUE(fs::is_character_file("/dev/full"));
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    const int reader = ::open(path("pipe").c_str(), O_RDONLY | O_NONBLOCK);
    EXPECT_EQ(write_file(path("pipe"), "text"), std::nullopt);
    char text[8] = {};
    EXPECT_EQ(::read(reader, text, sizeof text), 4);
    ::close(reader);
    EXPECT_STREQ(text, "text");
    EXPECT_TRUE(fs::is_fifo(path("pipe")));
}

TEST_F(Write, ALinkStaysALink) {
    write_file(path("real.xml"), "old");
    fs::create_symlink("real.xml", path("link.xml"));
    EXPECT_EQ(write_file(path("link.xml"), "new"), std::nullopt);
    EXPECT_TRUE(fs::is_symlink(path("link.xml")));
    EXPECT_EQ(read("real.xml"), "new");
    EXPECT_EQ(files(), 2u);
}

TEST_F(Write, AFolderOfAnEmptyRunIsNoProblem) {
    EXPECT_EQ(write_report({Format::junit, path("empty/")}, model::RunResult{}, {}), std::nullopt);
    EXPECT_EQ(write_report({Format::junit, path("r.xml")}, model::RunResult{}, {}), std::nullopt);
    EXPECT_THAT(read("r.xml"), HasSubstr("<testsuites name=\"hubspec\" tests=\"0\""));
}

}  // namespace
}  // namespace hubspec::reports
