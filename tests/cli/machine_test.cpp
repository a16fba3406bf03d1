// What the machine does to hubspec: nothing is half-written, and no hub is blamed for it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "tests/cli/support/process.hpp"
#include "tests/cli/support/scenarios.hpp"

namespace hubspec::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

/// Of the suite: on every transport and as every identity, with the service API.
const std::vector<std::string> some{"run", "--match", "twin/*", "--match", "service/*", "--match", "telemetry/*"};

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

class FullDisk : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Machine, FullDisk, testing::Values("json", "junit", "html", "ndjson", "csv", "tap"));

TEST_P(FullDisk, LeavesTheReportThatWasThere) {
    const Folder folder;
    const auto path = folder.write("report", "of an earlier run");
    std::vector<std::string> arguments{"run", "--match", "twin/*", "--report", GetParam() + (":" + path)};
    const auto ended = run_hubspec(Start{arguments, {}, {}, {}, {{RLIMIT_FSIZE, 8192}}});
    EXPECT_EQ(ended.status, 2) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("'" + path + "': File too large"));
    EXPECT_THAT(ended.err, HasSubstr(" passed"));
    if (GetParam() != std::string("ndjson")) {  // which is written as the run goes on
        EXPECT_EQ(folder.read("report"), "of an earlier run");
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        EXPECT_THAT(entry.path().filename().string(), AnyOf("report", "report.running", "input"));
}

class FewFiles : public testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Machine, FewFiles, testing::Values(12, 64, 100, 200));

TEST_P(FewFiles, BlameNoHub) {
    const auto ended =
        run_hubspec(Start{with(some, {"-q", "--jobs", "24"}), {}, {}, {}, {{RLIMIT_NOFILE, GetParam()}}});
    EXPECT_THAT(ended.status, AnyOf(0, 2, 3)) << ended.out << ended.err;
    EXPECT_THAT(ended.err, Not(HasSubstr("\nFAIL ")));
    EXPECT_EQ(ended.err.find("raise the limit (ulimit -n 1024)") != std::string::npos, ended.status == 3);
}

TEST(Machine, ACaseThatRunsOutOfFilesIsInconclusive) {
    const Folder folder;
    std::string many = "title: Many connections\nverifies: [CONN-02]\nsteps:\n";
    for (int i = 0; i < 60; ++i) many += "  - wire: {open: {}}\n    connection: c" + std::to_string(i) + "\n";
    many += "  - wire: {connect: {}}\n    connection: c59\n  - hub: {connack: {return_code: 0}}\n    connection: c59\n";
    const auto run = [&](std::uint64_t files) {
        return run_hubspec(Start{{"run", folder.write("many.yaml", many)}, {}, {}, {}, {{RLIMIT_NOFILE, files}}});
    };
    EXPECT_EQ(run(1024).status, 0);
    const auto ended = run(100);
    EXPECT_EQ(ended.status, 2);
    EXPECT_THAT(ended.err, HasSubstr("this process had no file descriptor left (ulimit -n)"));
}

TEST(Machine, AProcessThatWasSuspendedBlamesNoHub) {
    Process process(Start{some, {}, {}, {}});
    ASSERT_TRUE(process.wait_for("PASS"));
    process.signal(SIGSTOP);
    std::this_thread::sleep_for(std::chrono::milliseconds(2500));  // what is tried is a time
    process.signal(SIGCONT);
    const auto ended = process.wait();
    EXPECT_THAT(ended.status, AnyOf(0, 2)) << ended.err;
    EXPECT_THAT(ended.err, Not(HasSubstr("\nFAIL ")));
}

class JumpingClock : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Machine, JumpingClock, testing::Values("3600", "-3600", "31536000", "-31536000"));

TEST_P(JumpingClock, BlamesNoHub) {
    const Folder folder;
    const auto ended = run_hubspec(Start{with(some, {"--report", "json:" + folder.path("r.json")}),
                                         {{"LD_PRELOAD", HUBSPEC_BINARY_DIR "/lib/jumping_clock.so"},
                                          {"JUMP_SECONDS", GetParam()},
                                          {"JUMP_AFTER", "3000"},
                                          {"ASAN_OPTIONS", "verify_asan_link_order=0"}},
                                         {},
                                         {}});
    EXPECT_THAT(ended.status, AnyOf(0, 2)) << ended.err;
    EXPECT_THAT(ended.err, Not(HasSubstr("\nFAIL ")));
    std::set<std::string> hours;  // in which a case began
    const auto results = nlohmann::json::parse(folder.read("r.json"));
    for (const auto& one : results["cases"]) hours.insert(one.value("startedAt", "").substr(0, 13));
    EXPECT_GT(hours.size(), 1U) << "the clock has jumped";
}

}  // namespace
}  // namespace hubspec::test
