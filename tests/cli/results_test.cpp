// What is left of a run, and what is made of it: journals, baselines, comparisons.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/cli/support/process.hpp"
#include "tests/cli/support/scenarios.hpp"

namespace hubspec::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr const char* bad = R"(title: A message is answered with a joke
verifies: [D2C-02]
steps:
  - device: {connect: {}}
  - device: {publish: {topic: "devices/{{device.id}}/messages/events/", payload: hello}}
  - hub: {publish: {topic: joke}}
    within: 1s
)";
// Without TLS there is no MQTT connection whose silence could be proven: it is waited for.
constexpr const char* endless = R"(title: Waits
verifies: [CONN-02]
steps:
  - wire: {open: {plain: true}}
  - hub: {connack: {}}
    within: 10m
)";

struct Suite {
    Suite() {
        folder.write("suite/a-good.yaml", acknowledged_message);
        folder.write("suite/b-bad.yaml", bad);
    }
    Ended run(const std::vector<std::string>& more) const {
        std::vector<std::string> all{"run", "-q", folder.path("suite")};
        all.insert(all.end(), more.begin(), more.end());
        return run_hubspec(all);
    }
    std::string path(const std::string& name) const { return folder.path(name); }
    Folder folder;
};

json case_named(const json& results, const std::string& end) {
    for (const auto& one : results["cases"])
        if (one["name"].get<std::string>().ends_with(end)) return one;
    return nullptr;
}

TEST(Journal, OfAKilledRunBecomesItsReports) {
    const Suite suite;
    suite.folder.write("suite/c-endless.yaml", endless);
    suite.folder.write("suite/d-good.yaml", acknowledged_message);
    const auto results = suite.path("out/r.json");
    {
        Process process(Start{{"run", suite.path("suite"), "--jobs", "1", "--report", "json:" + results}, {}, {}, {}});
        ASSERT_TRUE(process.wait_for("b-bad"));
        // The journal says what has begun before it goes on.
        while (suite.folder.read("out/r.json.running").find("\"name\":\"c-endless\"", 0) == std::string::npos ||
               suite.folder.read("out/r.json.running").find("case began\",\"name\":\"c-endless") == std::string::npos) {
        }
        process.signal(SIGKILL);
        process.wait();
    }
    EXPECT_FALSE(suite.folder.has("out/r.json"));
    const auto ended = run_hubspec({"report", results, "--report", "json:" + suite.path("all.json"), "--report",
                                    "junit:" + suite.path("all.xml")});
    EXPECT_EQ(ended.status, 130);
    EXPECT_THAT(ended.err, HasSubstr("the run that was to write " + results + " did not end"));
    const auto all = json::parse(suite.folder.read("all.json"));
    EXPECT_EQ(all["interrupted"], true);
    EXPECT_EQ(case_named(all, "a-good")["verdict"], "pass");
    EXPECT_EQ(case_named(all, "b-bad")["verdict"], "fail");
    EXPECT_EQ(case_named(all, "c-endless")["reason"], "the run's process ended while the case ran");
    EXPECT_EQ(case_named(all, "d-good")["reason"], "the run's process ended before the case began");
    EXPECT_EQ(run_hubspec({"junit", "--check", suite.path("all.xml")}).status, 0);
}

TEST(Journal, IsGoneWhenItsResultIsThere) {
    const Suite suite;
    suite.run({"--report", "json:" + suite.path("r.json")});
    EXPECT_TRUE(suite.folder.has("r.json"));
    EXPECT_FALSE(suite.folder.has("r.json.running"));
}

TEST(Events, AreWrittenOfARunThatCouldNotBegin) {
    const Suite suite;
    suite.folder.write("key.txt", "a2V5\n");
    const auto target = suite.folder.write("target.yaml",
                                           "host: hub.invalid\naddress: 127.0.0.1\nports: {mqtt: 1}\n"
                                           "identities: [{id: d1, key: {file: key.txt}}]\n");
    EXPECT_EQ(suite.run({"--target", target, "--report", "ndjson:" + suite.path("r.ndjson")}).status, 2);
    const auto again = run_hubspec({"report", suite.path("r.ndjson"), "--report", "json:" + suite.path("r.json")});
    EXPECT_EQ(again.status, 2) << again.err;
    EXPECT_THAT(json::parse(suite.folder.read("r.json"))["setupFailure"].get<std::string>(), HasSubstr("127.0.0.1:1"));
}

TEST(Events, AreTheRunsResultsToo) {
    const Suite suite;
    suite.run({"--report", "json:" + suite.path("r.json"), "--report", "ndjson:" + suite.path("r.ndjson")});
    run_hubspec({"report", suite.path("r.ndjson"), "--report", "json:" + suite.path("again.json")});
    EXPECT_EQ(json::parse(suite.folder.read("again.json")), json::parse(suite.folder.read("r.json")));
}

TEST(Baseline, MakesAKnownFailureExpectedUntilItPasses) {
    const Suite suite;
    const auto known = suite.path("known.yaml"), results = suite.path("r.json");
    EXPECT_EQ(suite.run({"--report", "json:" + results}).status, 1);
    const auto update = run_hubspec({"baseline", "update", known, results});
    EXPECT_EQ(update.status, 0) << update.err;
    EXPECT_EQ(update.err, known + ": 0 entries stay, 0 are gone, 1 are new; each of them wants a reason (TODO)\n");
    EXPECT_THAT(suite.folder.read("known.yaml"),
                HasSubstr("- match: b-bad\n  requirement: D2C-02\n  reason: \"TODO: "));
    EXPECT_EQ(run_hubspec({"lint", suite.path("suite"), "--baseline", known}).status, 0);

    const auto expected = suite.run({"--baseline", known, "--report", "junit:" + suite.path("r.xml")});
    EXPECT_EQ(expected.status, 0) << expected.err;
    EXPECT_THAT(expected.err, HasSubstr("1 failed as expected"));
    EXPECT_THAT(suite.folder.read("r.xml"), HasSubstr("<skipped type=\"xfail\" message=\"expected failure: TODO"));

    suite.folder.write("suite/b-bad.yaml", acknowledged_message);
    const auto stale = suite.run({"--baseline", known, "--report", "json:" + results});
    EXPECT_EQ(stale.status, 0) << "it verifies something else now: the entry is about nothing that ran";
    suite.folder.write("known.yaml", "- match: b-bad\n  reason: it was so\n");
    const auto passes = suite.run({"--baseline", known, "--report", "json:" + results});
    EXPECT_EQ(passes.status, 1);
    EXPECT_THAT(passes.err,
                HasSubstr(known + ":1: the case passes although it is listed as a known failure: it was so"));
    EXPECT_EQ(json::parse(suite.folder.read("r.json"))["cases"][1]["findings"][0]["type"], "baseline.stale");
    EXPECT_EQ(run_hubspec({"baseline", "update", known, results}).err,
              known + ": 0 entries stay, 1 are gone, 0 are new\n");
    EXPECT_EQ(suite.run({"--baseline", known}).status, 0);
}

TEST(Baseline, KeepsWhatPeopleWroteInIt) {
    const Suite suite;
    const auto results = suite.path("r.json");
    suite.run({"--report", "json:" + results});
    suite.folder.write("known.yaml",
                       "# Ours.\n\n# about a\n- match: gone\n  reason: a  # why\n\n# about b\n- match: b-bad\n"
                       "  reason: 'the hub jokes'\n  ticket: HUB-1\n- match: a-good\n  reason: never true\n");
    const auto update = run_hubspec({"baseline", "update", suite.path("known.yaml"), results});
    EXPECT_EQ(update.err, suite.path("known.yaml") + ": 2 entries stay, 1 are gone, 0 are new\n");
    EXPECT_EQ(suite.folder.read("known.yaml"),
              "# Ours.\n\n# about a\n- match: gone\n  reason: a  # why\n\n# about b\n- match: b-bad\n"
              "  reason: 'the hub jokes'\n  ticket: HUB-1\n");
}

TEST(Baseline, SaysWhatIsWrongWithIt) {
    const Suite suite;
    const auto wrong = [&](const std::string& text) {
        const auto ended = suite.run({"--baseline", suite.folder.write("known.yaml", text)});
        EXPECT_EQ(ended.status, 3) << text;
        return ended.err;
    };
    EXPECT_THAT(wrong("- match: a\n"), HasSubstr("known.yaml:1:3: error: a known failure needs 'reason'"));
    EXPECT_THAT(wrong("- reason: a\n"), HasSubstr("'match', 'requirement' or both"));
    EXPECT_THAT(wrong("- match: a\n  reason: b\n  until: tomorrow\n"),
                HasSubstr("known.yaml:3:10: error: 'until' takes a day"));
    EXPECT_THAT(wrong("- match: a\n  reason: b\n  until: 2026-02-30\n"), HasSubstr("such as 2027-01-31"));
    EXPECT_THAT(wrong("match: a\n"), HasSubstr("known.yaml:1:1: error:"));
    EXPECT_THAT(suite.run({"--baseline", suite.path("absent.yaml")}).err, HasSubstr("absent.yaml"));
    EXPECT_EQ(suite.run({"--baseline", suite.folder.write("known.yaml", "# nothing yet\n")}).status, 1);
}

TEST(Baseline, HasASchema) {
    const auto ended = run_hubspec({"schema", "--baseline"});
    EXPECT_EQ(ended.status, 0);
    std::ifstream in(std::string(HUBSPEC_SOURCE_DIR) + "/scenarios/baseline.schema.json");
    EXPECT_EQ(ended.out, std::string(std::istreambuf_iterator<char>(in), {}));
}

// As many shards as there are cases and more: together they are the one run.
TEST(Shards, MergedAreTheWholeRun) {
    const Suite suite;
    for (const char* name : {"c", "d", "e", "f"})
        suite.folder.write("suite/" + std::string(name) + ".yaml", acknowledged_message);
    suite.run({"--report", "json:" + suite.path("whole.json")});
    std::vector<std::string> merge{"report"};
    for (int shard = 1; shard <= 6; ++shard) {
        merge.push_back(suite.path("shard-" + std::to_string(shard) + ".json"));
        suite.run({"--shard", std::to_string(shard) + "/6", "--report", "json:" + merge.back()});
    }
    merge.insert(merge.end(), {"--report", "json:" + suite.path("merged.json")});
    EXPECT_EQ(run_hubspec(merge).status, 1);
    const auto outcomes = [&](const char* file) {
        std::map<std::string, std::string> all;
        for (const auto& one : json::parse(suite.folder.read(file))["cases"])
            all[one["name"].get<std::string>()] = one["verdict"].get<std::string>();
        return all;
    };
    EXPECT_EQ(outcomes("merged.json"), outcomes("whole.json"));
    const auto same = run_hubspec({"diff", suite.path("whole.json"), suite.path("merged.json")});
    EXPECT_EQ(same.status, 0) << same.out;
}

TEST(Matrix, HasAColumnForEachResult) {
    const Suite suite;
    suite.run({"--report", "json:" + suite.path("r.json")});
    const auto ended = run_hubspec({"report", suite.path("r.json"), suite.path("r.json"), "--report",
                                    "matrix:" + suite.path("m.html"), "--report", "csv:" + suite.path("r.csv")});
    EXPECT_EQ(ended.status, 1) << ended.err;
    const auto page = suite.folder.read("m.html");
    const auto heads = [&] {
        std::size_t count = 0;
        for (auto at = page.find("<th scope=\"col\">reference hub"); at != std::string::npos;
             at = page.find("<th scope=\"col\">reference hub", at + 1))
            ++count;
        return count;
    };
    EXPECT_EQ(heads(), 2u);
    EXPECT_TRUE(suite.folder.has("r.csv"));
}

TEST(Diff, TellsWhatTwoRunsDoNotAgreeAbout) {
    const Suite suite;
    const auto left = suite.path("left.json"), right = suite.path("right.json");
    suite.run({"--report", "json:" + left});
    suite.run({"--report", "json:" + right});
    const auto same = run_hubspec({"diff", left, right});
    EXPECT_EQ(same.status, 0) << same.out;
    EXPECT_THAT(same.out, HasSubstr("Fidelity 100.0 %: 2 of 2 requirements"));
    suite.run({"--report", "json:" + right, "--deviation", "puback-has-another-packet-id"});
    const auto other = run_hubspec({"diff", left, right, "--report", "markdown:-"});
    EXPECT_EQ(other.status, 1);
    EXPECT_THAT(other.out, HasSubstr("| held | broken | <code>a-good</code> | nothing to remark | nothing came, where "
                                     "was expected: hub: puback |"));
    EXPECT_THAT(other.out, Not(HasSubstr("b-bad"))) << "it failed alike";
    EXPECT_EQ(run_hubspec({"diff", left, "absent.json"}).status, 3);
    EXPECT_EQ(run_hubspec({"diff", left, right, "--report", "pdf:x"}).err,
              "hubspec: --report pdf:x: 'pdf' is no format of a comparison; there are text, markdown, html, json\n");
}

}  // namespace
}  // namespace hubspec::test
