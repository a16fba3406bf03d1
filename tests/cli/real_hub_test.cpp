// Real hubs, by way of a simulated Azure: what is found out, left behind, counted and cleaned.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>

#include "tests/cli/support/scenarios.hpp"
#include "tests/cli/support/sim_hub.hpp"

namespace hubspec::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

// Leaves the device connected for as long as the window is.
constexpr const char* endless = R"(title: Nothing comes
verifies: [D2C-01]
steps:
  - device: {connect: {}}
  - hub: {publish: {topic: never}}
    within: 60s
)";

TEST(RealHub, ItsKeyIsInNoReportWhateverAScenarioSends) {
    const SimulatedAzure azure;
    const auto scenario = azure.folder().write("telling.yaml", R"(title: It tells a secret
verifies: [D2C-01]
steps:
  - device: {connect: {}}
  - device: {publish: {topic: "devices/{{device.id}}/messages/events/", payload: ")" +
                                                                   azure.key() + R"(", qos: 1}}
  - hub: {puback: {}}
)");
    std::vector<std::string> arguments{"run", scenario, "--target", azure.target("azure.yaml")};
    std::vector<std::string> paths;
    for (const std::string format : {"json", "html", "junit", "ndjson"}) {
        paths.push_back(azure.folder().path("out." + format));
        arguments.insert(arguments.end(), {"--report", format + ":" + paths.back()});
    }
    const auto ended = azure.run(arguments);
    EXPECT_EQ(ended.status, 2) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("out.html': it would show the key of the policy 'iothubowner'"));
    EXPECT_THAT(ended.err, Not(HasSubstr(azure.key())));
    for (const auto& path : paths) {
        std::ifstream in(path);
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        EXPECT_THAT(text, Not(HasSubstr(azure.key()))) << path;
    }
    for (const std::string one : {"json", "html", "junit"})
        EXPECT_FALSE(std::ifstream(azure.folder().path("out." + one))) << one;
}

TEST(RealHub, IsNamedByItsConnectionStringAndAskedWhatItCanDo) {
    const SimulatedAzure azure;
    const auto ended = azure.run(
        {"run", azure.folder().write("one.yaml", acknowledged_message), "--target", azure.target("azure.yaml"), "-v"});
    EXPECT_EQ(ended.status, 0) << ended.err;
    for (const char* line : {"hubspec: service API: api-version 2021-04-12 is accepted", "hubspec: tier: standard",
                             "hubspec: modules: yes", "hubspec: x509: yes",
                             "hubspec: AMQP: ", "hubspec: identities of this run: hubspec-"})
        EXPECT_THAT(ended.err, HasSubstr(line));
    EXPECT_THAT(ended.err, Not(HasSubstr(azure.key())));
    EXPECT_EQ(azure.leftovers(), 0u);
}

TEST(RealHub, OfTheBasicTierIsKnownAsSuch) {
    const SimulatedAzure azure({"--tier", "b1"});
    const auto target = azure.target("azure.yaml");
    const auto ended = azure.run({"run", "--target", target, "--match", "tier/*", "-v"});
    EXPECT_THAT(ended.err, HasSubstr("hubspec: tier: basic (a method call on a device that is absent was answered 403 "
                                     "(not in this tier))"));
    EXPECT_EQ(azure
                  .run({"run", "--target", azure.target("said.yaml", "capabilities: {tier: standard}\n"), "--match",
                        "tier/*", "--dry-run", "-v"})
                  .err.find("tier: basic"),
              std::string::npos);
}

TEST(RealHub, TriesAWebSocketWhereThePortOfAmqpIsClosed) {
    const SimulatedAzure azure;
    const auto ended = azure.run({"run", azure.folder().write("one.yaml", acknowledged_message), "--target",
                                  azure.target("azure.yaml", {}, 1), "-v"});
    EXPECT_THAT(ended.err, HasSubstr("port 1 is closed; in a WebSocket at port "));
}

TEST(RealHub, KeepsNothingOfAnInterruptedRun) {
    const SimulatedAzure azure;
    Process process(azure.start({"run", azure.folder().write("endless.yaml", endless), "--target",
                                 azure.target("azure.yaml"), "--repeat", "4", "--jobs", "2", "-v"}));
    ASSERT_TRUE(process.wait_for("identities of this run"));
    while (azure.leftovers() == 0u) {
    }
    process.signal(SIGINT);
    EXPECT_EQ(process.wait().status, 130);
    EXPECT_EQ(azure.leftovers(), 0u);
}

TEST(RealHub, ThatIsGoneLeavesAListAndTheCommandThatRemovesIt) {
    SimulatedAzure azure;
    const auto target = azure.target("azure.yaml");
    Process process(
        azure.start({"run", azure.folder().write("endless.yaml", endless), "--target", target, "--jobs", "1", "-v"}));
    ASSERT_TRUE(process.wait_for("identities of this run"));
    while (azure.leftovers() == 0u) {
    }
    azure.kill();
    const auto ended = process.wait();
    EXPECT_NE(ended.status, 0);
    EXPECT_THAT(ended.err, HasSubstr("identities of this run are still on the hub: "));
    EXPECT_THAT(ended.err, HasSubstr(" clean --target " + target + " --run "));
    EXPECT_THAT(ended.err, Not(HasSubstr(azure.key())));
}

TEST(RealHub, UsesIdentitiesOfAPoolAgain) {
    const SimulatedAzure azure;
    const auto one = azure.folder().write("one.yaml", acknowledged_message);
    const auto target = azure.target("pool.yaml", "identities: {pool: 2}\nbudget: {tier: s1}\n");
    const auto ended = azure.run({"run", one, "--target", target, "--repeat", "6", "--jobs", "2"});
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("hubspec: plan: 6 messages from devices, 4 identity operations, 6 connections\n"));
    EXPECT_EQ(azure.leftovers(), 0u);
}

TEST(RealHub, IsAskedForNoMoreThanTheBudget) {
    const SimulatedAzure azure;
    const auto one = azure.folder().write("one.yaml", acknowledged_message);
    const auto target = azure.target("budget.yaml", "budget: {tier: s1, messages: 4, per_second: 50}\n");
    const auto report = azure.folder().path("r.json");
    const auto ended =
        azure.run({"run", one, "--target", target, "--repeat", "6", "--jobs", "1", "--report", "json:" + report});
    EXPECT_EQ(ended.status, 2) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("hubspec: budget: 4 messages (s1 with 1 unit)\n"));
    EXPECT_THAT(ended.err,
                HasSubstr("hubspec: 6 messages are more than the budget: cases that do not fit are not run"));
    const auto cases = json::parse(azure.folder().read("r.json"))["cases"];
    ASSERT_EQ(cases.size(), 6u);
    EXPECT_EQ(cases[3]["verdict"], "pass");
    EXPECT_EQ(cases[4]["verdict"], "inconclusive");
    EXPECT_EQ(cases[5]["reason"], "not run: the budget of 4 messages is used up");
}

TEST(RealHub, PlansWithoutRunning) {
    const SimulatedAzure azure;
    const auto ended = azure.run({"run", azure.folder().write("one.yaml", acknowledged_message), "--target",
                                  azure.target("plan.yaml", "budget: {}\n"), "--dry-run"});
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_EQ(
        ended.err,
        "hubspec: plan: 1 message from devices, 2 identity operations, 1 connection\n"
        "hubspec: budget: 8000 messages a day (the least hub of its kind, f1; `budget: {tier: ...}` in the target "
        "file says otherwise)\n"
        "hubspec: rates: 100 sends a second, 100 messages to devices a minute, 100 twin reads a second, 50 twin "
        "updates a second, 100 identity operations a minute, 100 connections a second; the run takes 0 s or more\n"
        "1 case would run\n");
}

// Ten identity operations are all that the hub takes in a minute's tenth; the harness waits and goes on.
TEST(RealHub, WaitsWhereTheHubThrottlesTheRegistry) {
    const SimulatedAzure azure({"--tier", "f1"});
    const auto one = azure.folder().write("one.yaml", acknowledged_message);
    const auto ended =
        azure.run({"run", one, "--target", azure.target("azure.yaml"), "--repeat", "110", "--jobs", "8"});
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("requests to its registry; the run waited for it"));
}

TEST(Clean, RemovesWhatEarlierRunsHaveLeftAndNothingElse) {
    const SimulatedAzure azure({"--device", "hubspec-00000000abcd-1", "--device", "hubspec-00000000abcd-2", "--device",
                                "hubspec-7fffffffabcd-1", "--device", "hubspec-mine"});
    const auto target = azure.target("azure.yaml");
    const auto dry = azure.run({"clean", "--target", target});
    EXPECT_EQ(dry.status, 0) << dry.err;
    EXPECT_EQ(dry.out, "hubspec-00000000abcd-1\nhubspec-00000000abcd-2\n");
    EXPECT_EQ(dry.err,
              "1 identities of other or younger runs stay\n2 identities would be removed; --yes removes them\n");
    const auto wet = azure.run({"clean", "--target", target, "--yes"});
    EXPECT_EQ(wet.err, "1 identities of other or younger runs stay\n2 identities removed\n");
    EXPECT_EQ(azure.run({"clean", "--target", target}).out, "");
    EXPECT_EQ(azure.run({"clean", "--target", target, "--run", "7fffffffabcd"}).out, "hubspec-7fffffffabcd-1\n");
}

TEST(TargetFile, IsCheckedWithoutItsSecrets) {
    const Folder folder;
    const auto good = folder.write("good.yaml", "service: {connection_string: {env: HUBSPEC_TEST_UNSET}}\n");
    EXPECT_EQ(run_hubspec({"lint", "--target", good}).status, 0);
    const auto bad = folder.write("bad.yaml", "host: h\nbudget: {tier: s9}\nidentities: {pool: 0}\n");
    const auto ended = run_hubspec({"lint", "--target", bad});
    EXPECT_EQ(ended.status, 3);
    EXPECT_THAT(ended.err, HasSubstr("s9"));
    EXPECT_THAT(ended.err, HasSubstr("'pool'"));
}

TEST(TargetFile, HasASchema) {
    const auto ended = run_hubspec({"schema", "--target"});
    EXPECT_EQ(ended.status, 0);
    std::ifstream in(std::string(HUBSPEC_SOURCE_DIR) + "/scenarios/target.schema.json");
    EXPECT_EQ(ended.out, std::string(std::istreambuf_iterator<char>(in), {}));
}

}  // namespace
}  // namespace hubspec::test
