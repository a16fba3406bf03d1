// Shards: who says which one it is, how they are cut, and what is said when some are missing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/cli/support/process.hpp"
#include "tests/cli/support/scenarios.hpp"

namespace hubspec::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Environment = std::map<std::string, std::string>;

struct Suite {
    Suite() {
        for (const char* name : {"a", "b", "c", "d", "e"})
            folder.write("suite/" + std::string(name) + ".yaml", acknowledged_message);
    }
    Ended run(const std::vector<std::string>& more, const Environment& environment = {}) const {
        std::vector<std::string> all{"run", "-q", folder.path("suite")};
        all.insert(all.end(), more.begin(), more.end());
        return run_hubspec(Start{all, environment, {}, {}});
    }
    std::string path(const std::string& name) const { return folder.path(name); }
    Folder folder;
};

Ended automatic(const Suite& suite, const Environment& environment) {
    return suite.run({"--dry-run", "--shard", "auto"}, environment);
}

TEST(ShardAuto, IsWhatTheCiSays) {
    const Suite suite;
    const std::vector<std::pair<Environment, std::string>> all{
        {{{"JOB_COMPLETION_INDEX", "1"}, {"HUBSPEC_JOB_TOTAL", "3"}},
         "Kubernetes' JOB_COMPLETION_INDEX and HUBSPEC_JOB_TOTAL"},
        {{{"HUBSPEC_JOB_INDEX", "1"}, {"HUBSPEC_JOB_TOTAL", "3"}}, "GitHub's HUBSPEC_JOB_INDEX and HUBSPEC_JOB_TOTAL"},
        {{{"CI_NODE_INDEX", "2"}, {"CI_NODE_TOTAL", "3"}}, "GitLab's CI_NODE_INDEX and CI_NODE_TOTAL"},
        {{{"SYSTEM_JOBPOSITIONINPHASE", "2"}, {"SYSTEM_TOTALJOBSINPHASE", "3"}},
         "Azure Pipelines' SYSTEM_JOBPOSITIONINPHASE and SYSTEM_TOTALJOBSINPHASE"},
        {{{"CIRCLE_NODE_INDEX", "1"}, {"CIRCLE_NODE_TOTAL", "3"}},
         "CircleCI's CIRCLE_NODE_INDEX and CIRCLE_NODE_TOTAL"},
        {{{"BUILDKITE_PARALLEL_JOB", "1"}, {"BUILDKITE_PARALLEL_JOB_COUNT", "3"}},
         "Buildkite's BUILDKITE_PARALLEL_JOB and BUILDKITE_PARALLEL_JOB_COUNT"}};
    for (const auto& [environment, source] : all) {
        const auto ended = automatic(suite, environment);
        EXPECT_EQ(ended.status, 0) << ended.err;
        EXPECT_EQ(ended.out, "b\ne\n") << source;
        EXPECT_THAT(ended.err, HasSubstr("hubspec: shard 2/3, as " + source + " say\n"));
    }
}

TEST(ShardAuto, ComesFromTheEnvironmentToo) {
    const Suite suite;
    const auto ended =
        suite.run({"--dry-run"}, {{"HUBSPEC_SHARD", "auto"}, {"CI_NODE_INDEX", "5"}, {"CI_NODE_TOTAL", "5"}});
    EXPECT_EQ(ended.out, "e\n") << ended.err;
}

TEST(ShardAuto, AJobOfGitLabThatIsNotParallelIsTheWhole) {
    const Suite suite;
    EXPECT_EQ(automatic(suite, {{"CI_NODE_TOTAL", "1"}}).out, "a\nb\nc\nd\ne\n");
}

TEST(ShardAuto, SourcesThatAgreeAreOne) {
    const Suite suite;
    const auto ended = automatic(
        suite,
        {{"CI_NODE_INDEX", "2"}, {"CI_NODE_TOTAL", "3"}, {"JOB_COMPLETION_INDEX", "1"}, {"HUBSPEC_JOB_TOTAL", "3"}});
    EXPECT_EQ(ended.out, "b\ne\n") << ended.err;
}

TEST(ShardAuto, SaysWhatIsWrong) {
    const Suite suite;
    const auto problem = [&](const Environment& environment) {
        const auto ended = automatic(suite, environment);
        EXPECT_EQ(ended.status, 3);
        EXPECT_EQ(ended.out, "");
        return ended.err.substr(0, ended.err.find('\n'));
    };
    EXPECT_EQ(problem({}),
              "hubspec: --shard: 'auto': no variable says which shard this is; there are JOB_COMPLETION_INDEX and "
              "HUBSPEC_JOB_TOTAL, HUBSPEC_JOB_INDEX and HUBSPEC_JOB_TOTAL, CI_NODE_INDEX and CI_NODE_TOTAL, "
              "SYSTEM_JOBPOSITIONINPHASE and SYSTEM_TOTALJOBSINPHASE, CIRCLE_NODE_INDEX and CIRCLE_NODE_TOTAL, "
              "BUILDKITE_PARALLEL_JOB and BUILDKITE_PARALLEL_JOB_COUNT. Set two of them, or write --shard I/N");
    EXPECT_EQ(problem({{"JOB_COMPLETION_INDEX", "0"}}),
              "hubspec: --shard: 'auto': JOB_COMPLETION_INDEX=0 is set, HUBSPEC_JOB_TOTAL is not; set it to the number "
              "of shards, or write --shard I/N");
    EXPECT_EQ(problem({{"CI_NODE_INDEX", "0"}, {"CI_NODE_TOTAL", "4"}}),
              "hubspec: --shard: 'auto': CI_NODE_INDEX=0 and CI_NODE_TOTAL=4 are no shard; the first has the index 1");
    EXPECT_THAT(problem({{"JOB_COMPLETION_INDEX", "4"}, {"HUBSPEC_JOB_TOTAL", "4"}}), HasSubstr("are no shard"));
    EXPECT_THAT(problem({{"JOB_COMPLETION_INDEX", "-1"}, {"HUBSPEC_JOB_TOTAL", "4"}}), HasSubstr("are no shard"));
    EXPECT_THAT(problem({{"CI_NODE_INDEX", "two"}, {"CI_NODE_TOTAL", "4"}}), HasSubstr("are no shard"));
    EXPECT_EQ(
        problem(
            {{"CI_NODE_INDEX", "2"}, {"CI_NODE_TOTAL", "4"}, {"CIRCLE_NODE_INDEX", "0"}, {"CIRCLE_NODE_TOTAL", "2"}}),
        "hubspec: --shard: 'auto': GitLab's CI_NODE_INDEX and CI_NODE_TOTAL say 2/4, CircleCI's CIRCLE_NODE_INDEX "
        "and CIRCLE_NODE_TOTAL say 1/2; write --shard I/N");
}

TEST(Shard, TakesAPartAndNothingElse) {
    const Suite suite;
    for (const char* text :
         {"", "2", "0/4", "5/4", "1/0", "1/2x", "x1/2", "-1/2", "1/ 2", "1/99999999999999999999999"}) {
        const auto ended = suite.run({"--dry-run", "--shard=" + std::string(text)});
        EXPECT_EQ(ended.status, 3) << text;
        EXPECT_THAT(ended.err, HasSubstr("--shard")) << text;
    }
    EXPECT_THAT(suite.run({"--shard", "5/4"}).err,
                HasSubstr("--shard: '5/4' is no shard; write I/N, such as 2/4, or auto\n"));
}

// Longest first: one long case is alone, the four others are with each other.
TEST(ShardDurations, BalanceTheShards) {
    const Suite suite;
    const auto file = suite.path("r.json");
    ASSERT_EQ(suite.run({"--report", "json:" + file}).status, 0);
    auto results = json::parse(suite.folder.read("r.json"));
    for (auto& one : results["cases"]) one["durationMicroseconds"] = one["name"] == "d" ? 9000 : 2000;
    suite.folder.write("r.json", results.dump());
    const auto shard = [&](const char* which) {
        return suite.run({"--dry-run", "--shard", which, "--durations", file}).out;
    };
    EXPECT_EQ(shard("1/2"), "d\n");
    EXPECT_EQ(shard("2/2"), "a\nb\nc\ne\n");
    EXPECT_EQ(suite.run({"--shard", "1/2", "--durations", suite.path("none.json")}).status, 3);
    EXPECT_EQ(suite.run({"--shard", "1/2", "--durations", suite.folder.write("x.json", "{}")}).status, 3);
}

TEST(ShardDurations, EachCaseOfTheSuiteIsInOneShard) {
    const Folder folder;
    // Of an earlier run of some of it: the rest is unknown.
    run_hubspec({"run", "-q", "--match", "connect/**", "--report", "json:" + folder.path("r.json")});
    std::multiset<std::string> parts, whole;
    const auto add = [](std::multiset<std::string>& all, const std::string& text) {
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) all.insert(line);
    };
    for (int shard = 1; shard <= 5; ++shard) {
        const auto ended = run_hubspec(
            {"run", "--dry-run", "--shard", std::to_string(shard) + "/5", "--durations", folder.path("r.json")});
        EXPECT_THAT(ended.out, Not(IsEmpty())) << ended.err;
        add(parts, ended.out);
    }
    add(whole, run_hubspec({"run", "--dry-run"}).out);
    EXPECT_GT(whole.size(), 100u);
    EXPECT_EQ(parts, whole);
}

struct Merge : Suite {
    Merge() {
        for (const char* index : {"1", "2", "3"})
            run({"--shard", std::string(index) + "/3", "--report", "json:" + path(index + std::string(".json"))});
    }
    Ended report(const std::vector<std::string>& files, const std::vector<std::string>& reports) const {
        std::vector<std::string> all{"report"};
        for (const auto& file : files) all.push_back(path(file));
        for (const auto& one : reports) all.insert(all.end(), {"--report", one});
        return run_hubspec(all);
    }
};

TEST(ShardMerge, OfAllIsTheWhole) {
    const Merge merge;
    const auto ended = merge.report({"3.json", "1.json", "2.json"}, {"json:" + merge.path("all.json")});
    EXPECT_EQ(ended.status, 0) << ended.err;
    const auto all = json::parse(merge.folder.read("all.json"));
    EXPECT_EQ(all["cases"].size(), 5u);
    EXPECT_EQ(all["merged"][0]["missing"], json::array());
    EXPECT_EQ(all["shard"], nullptr);
    const auto one = json::parse(merge.folder.read("2.json"))["shard"];
    EXPECT_EQ(one["index"], 2);
    EXPECT_EQ(one["count"], 3);
}

TEST(ShardMerge, SaysInEveryFormatWhatIsMissing) {
    const Merge merge;
    const std::string missing = "of 3 shards against reference hub the results of 1, 3 are missing";
    for (const char* format : {"junit", "tap", "markdown", "csv", "github", "ndjson", "json"}) {
        const auto ended = merge.report({"2.json"}, {std::string(format) + ":-"});
        EXPECT_EQ(ended.status, 2) << format;
        EXPECT_THAT(ended.out, HasSubstr(missing)) << format;
        EXPECT_THAT(ended.err, HasSubstr(missing)) << "on the console";
    }
    for (const char* flavor : {"step", "requirement"})
        EXPECT_THAT(
            run_hubspec({"report", merge.path("2.json"), "--junit-granularity", flavor, "--report", "junit:-"}).out,
            HasSubstr(missing))
            << flavor;
    EXPECT_THAT(merge.report({"2.json"}, {"badge:-"}).out, Not(HasSubstr("passing")));
    EXPECT_EQ(run_hubspec({"junit", "--check", merge.path("r.xml")}).status, 3);
    merge.report({"2.json"}, {"junit:" + merge.path("r.xml"), "matrix:" + merge.path("m.html")});
    EXPECT_EQ(run_hubspec({"junit", "--check", merge.path("r.xml")}).status, 0);
    EXPECT_THAT(merge.folder.read("m.html"), HasSubstr(missing));
    const auto all = json::parse(merge.report({"2.json"}, {"json:-"}).out);
    EXPECT_EQ(all["merged"][0]["missing"], json::parse("[1, 3]"));
}

TEST(ShardMerge, OfMergesForgetsWhatCameLater) {
    const Merge merge;
    EXPECT_EQ(merge.report({"1.json", "3.json"}, {"json:" + merge.path("some.json")}).status, 2);
    EXPECT_EQ(merge.report({"some.json", "2.json"}, {"json:" + merge.path("all.json")}).status, 0);
    EXPECT_EQ(json::parse(merge.folder.read("all.json"))["cases"].size(), 5u);
}

TEST(ShardMerge, OfShardsThatWereCutDifferentlyIsNotHeld) {
    const Merge merge;
    merge.run({"--skip", "a", "--shard", "2/3", "--report", "json:" + merge.path("other.json")});
    const auto ended = merge.report({"1.json", "other.json", "3.json"}, {});
    EXPECT_EQ(ended.status, 2);
    EXPECT_THAT(ended.err, HasSubstr("the 3 shards against reference hub were not cut alike: cases may be missing, or "
                                     "be there twice"));
}

}  // namespace
}  // namespace hubspec::test
