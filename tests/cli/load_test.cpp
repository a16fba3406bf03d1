// hubspec load as a process: the file, exit statuses, reports, shards, a hub over the network.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/cli/support/process.hpp"
#include "tests/cli/support/sim_hub.hpp"

namespace hubspec::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr const char* small =
    "title: A few devices\ndevices: 3\nramp: 100/s\nduration: 400ms\npatience: 60s\n"
    "mix:\n  telemetry: {every: 200ms}\n  twin_get: {every: 400ms}\n";

TEST(Load, RunsAgainstTheReferenceHubInTheSameProcess) {
    const Folder folder;
    const auto file = folder.write("load.yaml", std::string(small) +
                                                    "  reported: {every: 400ms}\n  method: {every: 400ms}\n"
                                                    "  cloud_to_device: {every: 400ms}\n"
                                                    "thresholds: {errors: 0%, telemetry: {p99: 59s}}\n");
    const auto ended = run_hubspec({"load", file, "--report", "json:" + folder.path("load.json"), "--report",
                                    "html:" + folder.path("load.html"), "--report", "junit:" + folder.path("load.xml"),
                                    "--report", "csv:" + folder.path("load.csv")});
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_EQ(ended.out, "");
    EXPECT_THAT(ended.err, HasSubstr("A few devices\n3 devices against the reference hub in this process, 400 ms of"));
    EXPECT_THAT(ended.err, HasSubstr("  held    errors: 0 %, at most 0 %\n"));
    const auto result = json::parse(folder.read("load.json"));
    EXPECT_EQ(result["target_kind"], "embedded");
    std::map<std::string, int> done;
    for (const auto& one : result["operations"]) done[one["operation"]] = one["done"];
    EXPECT_EQ(done, (std::map<std::string, int>{{"connect", 3},
                                                {"telemetry", 6},
                                                {"twin_get", 3},
                                                {"reported", 3},
                                                {"method", 3},
                                                {"cloud_to_device", 3}}));
    EXPECT_THAT(folder.read("load.html"), HasSubstr("All thresholds held."));
    EXPECT_THAT(folder.read("load.xml"), HasSubstr("tests=\"3\" failures=\"0\""));
    EXPECT_THAT(folder.read("load.csv"), HasSubstr("second,operation,done"));
}

TEST(Load, FailsWithTheFigureOfEachThresholdThatIsMissed) {
    const Folder folder;
    const auto file =
        folder.write("load.yaml", std::string(small) + "thresholds:\n  telemetry: {p50: 1us}\n  connect: {max: 2us}\n");
    const auto ended = run_hubspec({"load", "-q", file, "--report", "junit:-"});
    EXPECT_EQ(ended.status, 1) << ended.err;
    EXPECT_THAT(ended.err,
                testing::ContainsRegex("MISSED  telemetry p50: [0-9.]+ (us|ms|s), at most 1 us .*load.yaml:10:15]\n"));
    EXPECT_THAT(ended.err, testing::ContainsRegex("MISSED  connect max: .*, at most 2 us"));
    EXPECT_THAT(ended.out, HasSubstr("failures=\"2\""));
}

TEST(Load, CountsWhatAWrongHubLeavesUnanswered) {
    const Folder folder;
    const auto file = folder.write("load.yaml",
                                   "title: Nobody acknowledges\ndevices: 2\nramp: 100/s\nduration: 1s\npatience: 5s\n"
                                   "mix:\n  telemetry: {every: 1s}\nthresholds: {telemetry: {errors: 50%}}\n");
    const auto ended = run_hubspec({"load", file, "--deviation", "puback-never-comes"});
    EXPECT_EQ(ended.status, 1) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("2  telemetry: no answer in time\n"));
    EXPECT_THAT(ended.err, HasSubstr("MISSED  telemetry errors: 100 %, at most 50 %"));
}

TEST(Load, IsCutInShardsAndMergedAgain) {
    const Folder folder;
    const auto file = folder.write("load.yaml", std::string(small) + "thresholds: {errors: 0%}\n");
    const auto one = folder.path("1.json"), two = folder.path("2.json");
    EXPECT_EQ(run_hubspec({"load", "-q", file, "--shard", "1/2", "--report", "json:" + one}).status, 0);
    EXPECT_EQ(run_hubspec({"load", "-q", file, "--shard", "2/2", "--report", "json:" + two}).status, 0);
    const auto merged = run_hubspec({"load", "--merge", one, two, "--report", "json:-"});
    EXPECT_EQ(merged.status, 0) << merged.err;
    EXPECT_THAT(merged.err, HasSubstr("2 of 2 shards"));
    const auto result = json::parse(merged.out);
    EXPECT_EQ(result["devices"], 3);
    EXPECT_EQ(result["operations"][1]["done"], 6);
    EXPECT_EQ(result["thresholds"][0]["figure"], "0 %");

    const auto half = run_hubspec({"load", "--merge", one});
    EXPECT_EQ(half.status, 2);
    EXPECT_THAT(half.err, HasSubstr("hubspec: not the whole load: there is nothing of shard 2/2\n"));
    const auto twice = run_hubspec({"load", "--merge", one, one});
    EXPECT_EQ(twice.status, 3);
    EXPECT_EQ(twice.err, "hubspec: these results cannot be merged: shard 1/2 is there twice\n");
    const auto foreign = run_hubspec({"load", "--merge", file});
    EXPECT_EQ(foreign.status, 3);
    EXPECT_EQ(foreign.err, "hubspec: '" + file + "' cannot be merged: it is no JSON, or not all of it\n");
}

TEST(Load, KeepsWhatWasMeasuredWhenItIsInterrupted) {
    const Folder folder;
    const auto file = folder.write(
        "load.yaml",
        "title: Long\ndevices: 2\nramp: 100/s\nduration: 9m\npatience: 60s\nmix:\n  telemetry: {every: 100ms}\n"
        "thresholds: {errors: 0%}\n");
    Process process(
        {{"load", file, "--report", "json:" + folder.path("load.json"), "--report", "junit:" + folder.path("load.xml")},
         {},
         {},
         {}});
    // A line comes every ten seconds where there is no terminal.
    ASSERT_TRUE(process.wait_for("left, 2 of 2 connected; connect"));
    process.signal(SIGINT);
    const auto ended = process.wait();
    EXPECT_EQ(ended.status, 130) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("It was interrupted: these are the figures until then."));
    const auto result = json::parse(folder.read("load.json"));
    EXPECT_EQ(result["interrupted"], true);
    EXPECT_GT(result["operations"][1]["done"], 10);
    EXPECT_EQ(result["operations"][1]["errors"], 0);
    EXPECT_THAT(folder.read("load.xml"), HasSubstr("it was interrupted"));
}

TEST(Load, GoesToAHubOverTheNetworkAndLeavesNothingThere) {
    const SimulatedAzure azure;
    const auto target = azure.target("target.yaml", "budget: {tier: s1, messages: 5000, per_second: 1000}\n");
    const auto file = azure.folder().write("load.yaml", std::string(small) + "  method: {every: 400ms}\n");
    const auto ended =
        azure.run({"load", file, "--target", target, "--report", "json:" + azure.folder().path("l.json")});
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_EQ(azure.leftovers(), 0u);
    const auto text = azure.folder().read("l.json");
    EXPECT_THAT(text + ended.err, Not(HasSubstr(azure.key())));
    const auto result = json::parse(text);
    EXPECT_EQ(result["target_kind"], "endpoint");
    EXPECT_EQ(result["operations"][0]["done"], 3);
}

TEST(Load, IsHeldAgainstTheBudgetOfAHubInAzure) {
    const SimulatedAzure azure;
    const auto target = azure.target("target.yaml", "budget: {messages: 5}\n");
    const auto file = azure.folder().write("load.yaml", small);
    const auto ended = azure.run({"load", file, "--target", target});
    EXPECT_EQ(ended.status, 3);
    EXPECT_EQ(ended.err,
              "hubspec: the load would make 9 messages; the budget of the hub allows 5 ('budget: {tier: ..., "
              "messages: ...}' in " +
                  target + " says what there is)\n");
}

std::string target_at(const Folder& folder, int port, const std::string& more = {}) {
    folder.write("key.txt", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    return folder.write("target.yaml", "host: localhost\naddress: 127.0.0.1\nports: {mqtt: " + std::to_string(port) +
                                           "}\nidentities: [{id: d1, key: {file: key.txt}}]\n" + more);
}

TEST(Load, SaysInOneLineThatAHubIsNotThere) {
    const Folder folder;
    const Listener listener(Listener::Manner::closes_at_once);
    target_at(folder, listener.port());
    const auto file = folder.write("load.yaml", std::string("target: target.yaml\n") + small);
    const auto ended = run_hubspec({"load", file});
    EXPECT_EQ(ended.status, 2);
    EXPECT_THAT(ended.err,
                HasSubstr("hubspec: the hub cannot be reached at 127.0.0.1:" + std::to_string(listener.port()) + ": "));
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
}

TEST(Load, NeedsWhatItsTargetHasNot) {
    const Folder folder;
    const auto target = target_at(folder, 1);
    const auto method = folder.write("method.yaml", std::string(small) + "  method: {every: 1s}\n");
    const auto ended = run_hubspec({"load", method, "--target", target});
    EXPECT_EQ(ended.status, 3);
    EXPECT_EQ(ended.err,
              "hubspec: methods and messages to devices need a back end: 'service' with a connection string in " +
                  target + "\n");
    const auto wss = folder.write("wss.yaml", std::string(small) + "transport: wss\n");
    EXPECT_THAT(run_hubspec({"load", wss, "--target", target}).err, HasSubstr("needs the port https"));
}

TEST(Load, SaysWhatItWouldDo) {
    const Folder folder;
    const auto file = folder.write("load.yaml", std::string(small) + "thresholds: {telemetry: {rate: 15/s}}\n");
    const auto ended = run_hubspec({"load", "--dry-run", file});
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(ended.out,
              "A few devices\n"
              "3 devices against the reference hub in this process, connecting at 100/s, then 400 ms of the mix\n"
              "  telemetry        15/s\n"
              "  twin_get         7.5/s\n"
              "9 messages, 22.5/s\n"
              "  telemetry rate: at least 15/s\n");
}

TEST(Load, SaysWhichShardTheCiMadeIt) {
    const Folder folder;
    const auto file = folder.write("load.yaml", small);
    const auto ended = run_hubspec(
        Start{{"load", "-q", file, "--shard", "auto"}, {{"CI_NODE_INDEX", "4"}, {"CI_NODE_TOTAL", "4"}}, {}, {}});
    EXPECT_EQ(ended.status, 3);
    EXPECT_EQ(ended.err,
              "hubspec: shard 4/4, as GitLab's CI_NODE_INDEX and CI_NODE_TOTAL say\n"
              "hubspec: 3 devices are too few for 4 shards\n");
}

TEST(Load, RefusesOptionsThatDoNotFit) {
    const Folder folder;
    const auto file = folder.write("load.yaml", small);
    const auto problem = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "load");
        const auto ended = run_hubspec(arguments);
        EXPECT_EQ(ended.status, 3);
        return ended.err;
    };
    EXPECT_EQ(problem({file, file}), "hubspec: one load at a time; results of shards are merged with --merge\n");
    EXPECT_EQ(problem({file, "--report", "tap:x"}),
              "hubspec: --report for 'x': a load has the formats json, html, junit and csv\n");
    EXPECT_EQ(problem({file, "--shard", "4/4"}), "hubspec: 3 devices are too few for 4 shards\n");
    EXPECT_THAT(problem({file, "--shard", "5/4"}), HasSubstr("'5/4' is no shard; write I/N, such as 2/4"));
    EXPECT_THAT(problem({file, "--deviation", "puback-comes-nver"}), HasSubstr("puback-comes-nver"));
    EXPECT_THAT(problem({file, "--target", target_at(folder, 1), "--deviation", "puback-never-comes"}),
                HasSubstr("--deviation and --tier are for the reference hub in this process"));
}

// Every diagnostic of the file, with its place.
TEST(LoadFile, SaysEverythingThatIsWrongWithItsPlace) {
    const Folder folder;
    folder.write("bad.yaml", R"(titel: X
devices: 50000
ramp: fast
duration: soon
keep_alive: 100ms
transport: tcp
auth: cert
mix:
  telemtry: {every: 1s}
  telemetry: {qos: 2, size: 0, in_flight: 1000}
  twin_get: {every: 10s, qos: 1}
  method: [1]
thresholds:
  errors: 120%
  telemetry: {p99: 0ms, p100: 1s, p: 5, p9x: 1s, rat: 1/s, max: 3}
  connect: {rate: 1/s}
  reported: {p50: 1s}
limits: {messages: 0, duration: 48h, devices: 3}
)");
    Start start{{"load", "bad.yaml"}, {}, folder.path(), {}};
    const auto ended = run_hubspec(start);
    EXPECT_EQ(ended.status, 3);
    std::ifstream in(std::string(HUBSPEC_SOURCE_DIR) + "/tests/cli/load_diagnostics.txt");
    EXPECT_EQ(ended.err, std::string(std::istreambuf_iterator<char>(in), {}));
}

TEST(LoadFile, RefusesWhatWouldExceedItsLimits) {
    const Folder folder;
    const auto said = [&](const std::string& text) {
        folder.write("load.yaml", "title: T\ndevices: 100\nramp: 10/s\n" + text);
        const auto ended = run_hubspec(Start{{"load", "load.yaml"}, {}, folder.path(), {}});
        EXPECT_EQ(ended.status, 3);
        return ended.err;
    };
    EXPECT_EQ(said("duration: 30s\nmix: {telemetry: {every: 1s}}\nlimits: {messages: 2999}\n"),
              "load.yaml:5:6: error: the mix would make 3000 messages; 'limits' allow 2999\n"
              "    mix: {telemetry: {every: 1s}}\n"
              "         ^\n");
    EXPECT_EQ(
        said("duration: 30s\nmix: {telemetry: {every: 1s}}\nlimits: {duration: 30s}\n"),
        "load.yaml:4:11: error: the load would last 39.9 s, of which connecting all devices takes 9.9 s; 'limits' "
        "allow 30 s\n"
        "    duration: 30s\n"
        "              ^~~\n");
    EXPECT_EQ(said("duration: 1s\nmix: {}\n"),
              "load.yaml:5:6: error: 'mix' is empty: the devices would do nothing\n"
              "    mix: {}\n"
              "         ^\n");
}

TEST(LoadFile, RefusesThresholdsThatSayNothing) {
    const Folder folder;
    const auto said = [&](const std::string& thresholds) {
        folder.write("load.yaml",
                     "title: T\ndevices: 100\nduration: 1s\nmix: {telemetry: {every: 1s}}\nthresholds: " + thresholds);
        const auto ended = run_hubspec(Start{{"load", "load.yaml"}, {}, folder.path(), {}});
        EXPECT_EQ(ended.status, 3);
        return ended.err.substr(0, ended.err.find('\n'));
    };
    EXPECT_EQ(said("{telemetry: {rate: 101/s}}"),
              "load.yaml:5:32: error: it can never be met: the mix does no more than 100/s");
    EXPECT_EQ(said("{telemetry: {p99: 10s}}"),
              "load.yaml:5:31: error: it can never be missed: what takes as long as 'patience', 10 s, is an error");
    EXPECT_EQ(said("{twin_get: {p99: 1s}}"),
              "load.yaml:5:14: error: 'twin_get' is not in the mix: nothing would be measured");
    EXPECT_EQ(said("{telemetri: {p99: 1s}}"),
              "load.yaml:5:14: error: unknown key 'telemetri' in 'thresholds'; did you mean 'telemetry'?");
}

TEST(LoadFile, HasASchema) {
    const auto ended = run_hubspec({"schema", "--load"});
    EXPECT_EQ(ended.status, 0);
    std::ifstream in(std::string(HUBSPEC_SOURCE_DIR) + "/scenarios/load.schema.json");
    EXPECT_EQ(ended.out, std::string(std::istreambuf_iterator<char>(in), {}));
}

TEST(LoadFile, OfEachExampleIsRight) {
    for (const auto* name : {"smoke", "fleet", "storm"}) {
        const auto ended =
            run_hubspec({"load", "--dry-run", std::string(HUBSPEC_SOURCE_DIR) + "/fixtures/load/" + name + ".yaml"});
        EXPECT_EQ(ended.status, 0) << ended.err;
    }
}

}  // namespace
}  // namespace hubspec::test
