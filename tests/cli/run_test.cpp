// `hubspec run` as a process: exit statuses, reports, what is said where.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "tests/cli/support/process.hpp"

namespace hubspec::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* good = R"(title: A device connects
verifies: [CONN-02]
steps:
  - device: {connect: {}}
  - hub: {connack: {return_code: 0}}
)";

// The reference hub accepts this; the scenario says it must not.
constexpr const char* failing = R"(title: A device is refused
verifies: [CONN-02]
steps:
  - wire: {connect: {}}
  - hub: {connack: {return_code: 5}}
)";

constexpr const char* advisory = R"(title: A device is refused, or so it would be nice
verifies: [X-CONN-06]
steps:
  - wire: {connect: {}}
  - hub: {connack: {return_code: 5}}
)";

std::string target_file(int port) {
    return "host: hub.example\naddress: 127.0.0.1\nports: {mqtt: " + std::to_string(port) +
           "}\nidentities: [{id: d1, key: {file: key.txt}}]\nwithin: 1s\n";
}

TEST(Run, PassesWithStatusZero) {
    const Folder folder;
    const auto ended = run_hubspec({"run", folder.write("good.yaml", good)});
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_EQ(ended.out, "");
    EXPECT_THAT(ended.err, HasSubstr("1 passed"));
}

TEST(Run, SaysWhatFailedWhereAndWhyWithStatusOne) {
    const Folder folder;
    const auto path = folder.write("failing.yaml", failing);
    const auto ended = run_hubspec({"run", path});
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.err, HasSubstr("FAIL failing"));
    EXPECT_THAT(ended.err, HasSubstr(path + ":5:5"));
    EXPECT_THAT(ended.err, HasSubstr("return_code: expected 5, got 0"));
    EXPECT_THAT(ended.err,
                HasSubstr("CONN-02 (must, protocol line 85): The CONNECT client identifier is the device id."));
    EXPECT_THAT(ended.err, HasSubstr("CONNACK 0 (accepted)"));
    EXPECT_THAT(ended.err, HasSubstr("hubspec run " + path + " --match failing"));
}

TEST(Run, AWarningFailsOnlyWhenStrict) {
    const Folder folder;
    const auto path = folder.write("advisory.yaml", advisory);
    EXPECT_EQ(run_hubspec({"run", path}).status, 0);
    EXPECT_EQ(run_hubspec({"run", "--strict", path}).status, 1);
}

TEST(Run, RefusesAWrongScenarioWithEveryProblemAndStatusThree) {
    const Folder folder;
    const auto path = folder.write("wrong.yaml", "title: x\nverifies: [CONN-99]\nsteps:\n  - device: {conect: {}}\n");
    const auto ended = run_hubspec({"run", path});
    EXPECT_EQ(ended.status, 3);
    EXPECT_THAT(ended.err, HasSubstr(path + ":2:"));
    EXPECT_THAT(ended.err, HasSubstr("CONN-99"));
    EXPECT_THAT(ended.err, HasSubstr("did you mean 'connect'?"));
    EXPECT_THAT(ended.err, HasSubstr("2 errors; nothing was run"));
}

TEST(Run, NothingSelectedIsStatusFourWithAHint) {
    const Folder folder;
    const auto ended = run_hubspec({"run", folder.write("good.yaml", good), "--match", "goood"});
    EXPECT_EQ(ended.status, 4);
    EXPECT_THAT(ended.err, HasSubstr("no case is selected; 1 scenarios were read; did you mean 'good'?"));
}

TEST(Run, BadUsageIsStatusThree) {
    for (const auto& arguments :
         std::vector<std::vector<std::string>>{{"run", "--jbos", "3"},
                                               {"rnu"},
                                               {},
                                               {"run", "--report", "xml:a"},
                                               {"run", "--shard", "5/4"},
                                               {"run", "--deviation", "no-such"},
                                               {"run", "/no/such/scenario.yaml"},
                                               {"run", "--target", "/no/such/target.yaml"},
                                               {"run", "--target", "x.yaml", "--deviation", "connack-never-comes"}}) {
        const auto ended = run_hubspec(arguments);
        EXPECT_EQ(ended.status, 3) << testing::PrintToString(arguments) << ended.err;
        EXPECT_THAT(ended.err, Not(testing::IsEmpty()));
        EXPECT_EQ(ended.out, "");
    }
}

TEST(Run, WritesReportsForFailuresToo) {
    const Folder folder;
    const auto path = folder.write("failing.yaml", failing);
    const auto ended = run_hubspec({"run", path, "--report", "json:" + folder.path("r.json"), "--report",
                                    "junit:" + folder.path("r.xml"), "--report", "junit:-"});
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(folder.read("r.json"), HasSubstr("\"verdict\": \"fail\""));
    EXPECT_THAT(folder.read("r.xml"), HasSubstr("<failure "));
    EXPECT_EQ(ended.out, folder.read("r.xml"));
}

TEST(Run, ItsHtmlReportIsThatOfItsStoredResults) {
    const Folder folder;
    const auto path = folder.write("failing.yaml", failing);
    const auto ended = run_hubspec(
        {"run", path, "--report", "html:" + folder.path("r.html"), "--report", "json:" + folder.path("r.json")});
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(folder.read("r.html"), HasSubstr("<title>1 of 1 case failed"));
    run_hubspec({"report", folder.path("r.json"), "--report", "html:" + folder.path("again.html")});
    EXPECT_EQ(folder.read("again.html"), folder.read("r.html"));
}

TEST(Run, AReportThatCannotBeWrittenIsSaid) {
    const Folder folder;
    const auto ended = run_hubspec(
        {"run", folder.write("good.yaml", good), "--report", "json:" + folder.write("file", "") + "/r.json"});
    EXPECT_EQ(ended.status, 3) << "nothing runs in vain";
    EXPECT_THAT(ended.err, HasSubstr("file/r.json"));
    const auto late = run_hubspec({"run", folder.path("good.yaml"), "--report", "junit:" + folder.path("file/r.xml")});
    EXPECT_EQ(late.status, 2);
    EXPECT_THAT(late.err, HasSubstr("file/r.xml"));
}

TEST(Run, ShowsNoEscapesWithoutATerminal) {
    const Folder folder;
    EXPECT_THAT(run_hubspec({"run", folder.write("failing.yaml", failing)}).err, Not(HasSubstr("\x1b")));
}

TEST(Run, KeepsSecretsOutOfEverything) {
    const Folder folder;
    const auto path = folder.write("keys.yaml", R"(title: Keys and tokens pass through
verifies: [CONN-02]
steps:
  - service: {update_identity: {rotate_keys: true}}
  - wire: {connect: {}}
  - hub: {connack: {return_code: 5}}
)");
    const auto ended = run_hubspec(
        {"run", path, "-vv", "--report", "json:" + folder.path("r.json"), "--report", "junit:" + folder.path("r.xml")});
    EXPECT_EQ(ended.status, 1);
    const std::string everything = ended.err + folder.read("r.json") + folder.read("r.xml");
    EXPECT_THAT(everything, HasSubstr("(hidden)"));
    EXPECT_THAT(everything, Not(testing::ContainsRegex("sig=[A-Za-z0-9]")));
    EXPECT_THAT(everything, Not(testing::ContainsRegex("sig%3[dD][A-Za-z0-9]")));
    EXPECT_THAT(everything, Not(testing::ContainsRegex("Key[\\\\]*\": *[\\\\]*\"[A-Za-z0-9+/]")));
    EXPECT_THAT(everything, Not(HasSubstr("73 69 67 3D")));  // "sig=" as bytes
}

TEST(Run, DryRunRunsNothing) {
    const Folder folder;
    const auto ended = run_hubspec({"run", folder.write("failing.yaml", failing), "--dry-run"});
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(ended.out, "failing\n");
}

TEST(Run, RepeatsUnderNamesOfTheirOwn) {
    const Folder folder;
    const auto ended = run_hubspec({"run", folder.write("good.yaml", good), "--repeat", "3", "--dry-run"});
    EXPECT_EQ(ended.out, "good\ngood [round=2]\ngood [round=3]\n");
}

TEST(Run, ShardsPartitionTheSuite) {
    std::vector<std::string> parts;
    for (const char* shard : {"1/3", "2/3", "3/3"})
        parts.push_back(run_hubspec({"run", "--dry-run", "--shard", shard}).out);
    const auto whole = run_hubspec({"run", "--dry-run"}).out;
    EXPECT_EQ(parts[0].size() + parts[1].size() + parts[2].size(), whole.size());
    EXPECT_GT(parts[2].size(), 0u);
}

TEST(Run, AHubThatIsNotThereMakesErrorsAndReports) {
    const Folder folder;
    folder.write("key.txt", "a2V5\n");
    const auto target = folder.write("target.yaml", target_file(1));
    const auto ended = run_hubspec(
        {"run", folder.write("good.yaml", good), "--target", target, "--report", "junit:" + folder.path("r.xml")});
    EXPECT_EQ(ended.status, 2) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("the hub cannot be reached at 127.0.0.1:1"));
    EXPECT_THAT(folder.read("r.xml"), HasSubstr("name=\"[setup] iothub.scenarios\""));
    EXPECT_THAT(folder.read("r.xml"), HasSubstr("<error "));
    EXPECT_EQ(run_hubspec({"junit", "--check", folder.path("r.xml")}).status, 0);
}

class BadHub : public testing::TestWithParam<Listener::Manner> {};

TEST_P(BadHub, EndsInErrorsNotInACrashOrAHang) {
    const Folder folder;
    const Listener listener(GetParam());
    folder.write("key.txt", "a2V5\n");
    const auto target = folder.write("target.yaml", target_file(listener.port()));
    const auto ended = run_hubspec({"run", folder.write("good.yaml", good), "--target", target, "--timeout-scale",
                                    "0.1", "--report", "json:" + folder.path("r.json")});
    EXPECT_EQ(ended.status, 2) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("the hub cannot be reached at 127.0.0.1:" + std::to_string(listener.port())));
    EXPECT_TRUE(folder.has("r.json"));
}

INSTANTIATE_TEST_SUITE_P(Manners, BadHub,
                         testing::Values(Listener::Manner::closes_at_once, Listener::Manner::answers,
                                         Listener::Manner::never_answers));

TEST(Run, TheFirstInterruptEndsCleanlyAndWritesReports) {
    const Folder folder;
    // Without TLS there is no MQTT connection whose silence could be proven: it is waited for.
    const auto path = folder.write("waits.yaml",
                                   "title: Waits\nverifies: [CONN-02]\nsteps:\n  - wire: {open: {plain: true}}\n"
                                   "  - hub: {connack: {}}\n    within: 10m\n");
    folder.write("good.yaml", good);
    Process process(
        Start{{"run", folder.path(), "--jobs", "1", "--report", "json:" + folder.path("r.json")}, {}, {}, {}});
    ASSERT_TRUE(process.wait_for("good"));
    process.signal(SIGINT);
    const auto ended = process.wait();
    EXPECT_EQ(ended.status, 130);
    EXPECT_THAT(ended.err, HasSubstr("The run was interrupted."));
    EXPECT_THAT(folder.read("r.json"), HasSubstr("\"interrupted\": true"));
}

TEST(Run, LeavesWhatItHadWhenItIsKilled) {
    const Folder folder;
    folder.write("scenarios/a/good.yaml", good);
    folder.write("scenarios/b/waits.yaml",
                 "title: Waits\nverifies: [CONN-02]\nsteps:\n  - wire: {open: {plain: true}}\n"
                 "  - hub: {connack: {}}\n    within: 10m\n");
    Process process(Start{{"run", folder.path("scenarios"), "--jobs", "1", "--junit-granularity", "step", "--report",
                           "junit:" + folder.path("r.xml")},
                          {},
                          {},
                          {}});
    // The next suite begins once the one before is written.
    ASSERT_TRUE(process.wait_for("a/good"));
    while (!folder.has("r.xml")) std::this_thread::yield();
    process.signal(SIGKILL);
    EXPECT_EQ(process.wait().status, 128 + SIGKILL);
    EXPECT_THAT(folder.read("r.xml"), testing::AllOf(HasSubstr("step 2: hub"), HasSubstr("\"interrupted\"")));
}

TEST(Settings, OptionBeatsEnvironmentBeatsFileBeatsDefault) {
    const Folder folder;
    folder.write("a.yaml", good);
    folder.write("b.yaml", good);
    folder.write("c.yaml", good);
    const Folder work;
    work.write("hubspec.yaml", "match: [a, b]\n");
    const std::vector<std::string> plain{"run", folder.path(), "--dry-run"};
    const auto run = [&](std::vector<std::string> more, std::map<std::string, std::string> environment) {
        auto arguments = plain;
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_hubspec(Start{arguments, std::move(environment), work.path(), {}}).out;
    };
    EXPECT_EQ(run_hubspec(plain).out, "a\nb\nc\n");
    EXPECT_EQ(run({}, {}), "a\nb\n");
    EXPECT_EQ(run({}, {{"HUBSPEC_MATCH", "b"}}), "b\n");
    EXPECT_EQ(run({"--match", "c"}, {{"HUBSPEC_MATCH", "b"}}), "c\n");
}

TEST(Settings, AWrongFileIsShownWithItsPlace) {
    const Folder folder;
    folder.write("hubspec.yaml", "jbos: 3\n");
    const auto ended = run_hubspec(Start{{"run", "--dry-run"}, {}, folder.path(), {}});
    EXPECT_EQ(ended.status, 3);
    EXPECT_THAT(ended.err, HasSubstr("hubspec.yaml:1:1: error: unknown key 'jbos'"));
    EXPECT_THAT(ended.err, HasSubstr("did you mean 'jobs'?"));
}

TEST(Settings, AWrongValueNamesTheFile) {
    const Folder folder;
    folder.write("hubspec.yaml", "jobs: many\n");
    const auto ended = run_hubspec(Start{{"run", "--dry-run"}, {}, folder.path(), {}});
    EXPECT_EQ(ended.status, 3);
    EXPECT_THAT(ended.err, HasSubstr("hubspec.yaml: "));
    EXPECT_THAT(ended.err, HasSubstr("--jobs"));
}

}  // namespace
}  // namespace hubspec::test
