// What `hubspec hub --state` keeps. tests/interop/crash.mjs has what clients see of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "tests/cli/support/process.hpp"

namespace hubspec::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::vector<std::string> hub_on(const std::string& state, std::vector<std::string> more = {}) {
    std::vector<std::string> all{"hub", "--json",      "--mqtt-port", "0",       "--https-port",
                                 "0",   "--amqp-port", "0",           "--state", state};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

json facts_of_hub_that_ends_by(int signal, const std::vector<std::string>& arguments) {
    Process process(Start{arguments, {}, {}, {}});
    EXPECT_TRUE(process.wait_for("}\n"));
    process.signal(signal);
    return json::parse(process.wait().out);
}

TEST(State, WinsOverTheSeedsAfterTheHubWasKilled) {
    const Folder folder;
    const auto seeded_with = [&](const std::string& key, const std::string& more = "full") {
        const auto file = folder.write("ids.json", R"([{"deviceId":"seeded","primaryKey":")" + key + "\"}]");
        const auto facts =
            facts_of_hub_that_ends_by(SIGKILL, hub_on(folder.path("s"), {"--identities", file, "--durability", more}));
        return facts["devices"][1]["connectionString"].get<std::string>();
    };
    EXPECT_THAT(seeded_with("Zmlyc3Q="), HasSubstr("SharedAccessKey=Zmlyc3Q="));
    EXPECT_THAT(seeded_with("c2Vjb25k"), HasSubstr("SharedAccessKey=Zmlyc3Q="));
    EXPECT_THAT(seeded_with("dGhpcmQ=", "normal"), HasSubstr("SharedAccessKey=Zmlyc3Q="));
}

TEST(State, BelongsToOneProcess) {
    const Folder folder;
    Process process(Start{hub_on(folder.path("s")), {}, {}, {}});
    ASSERT_TRUE(process.wait_for("}\n"));
    const auto ended = run_hubspec(hub_on(folder.path("s")));
    EXPECT_EQ(ended.status, 3);
    EXPECT_THAT(ended.err, HasSubstr(folder.path("s") + ": another hubspec (process "));
    EXPECT_THAT(ended.err, HasSubstr(") keeps its state here; end it, or name another folder with --state\n"));
}

TEST(State, OfAHubWithOtherPartitionsIsRefused) {
    const Folder folder;
    facts_of_hub_that_ends_by(SIGTERM, hub_on(folder.path("s")));
    const auto ended = run_hubspec(hub_on(folder.path("s"), {"--partitions", "8"}));
    EXPECT_EQ(ended.status, 3);
    EXPECT_THAT(ended.err, HasSubstr(folder.path("s/hub.sqlite") +
                                     ": the state is another hub's: it has 4 partitions, this hub has 8; start it "
                                     "with --partitions 4\n"));
}

TEST(State, ThatIsDamagedIsRefused) {
    const Folder folder;
    folder.write("s/hub.sqlite", std::string(5000, 'x'));
    const auto ended = run_hubspec(hub_on(folder.path("s")));
    EXPECT_EQ(ended.status, 3);
    EXPECT_THAT(ended.err, HasSubstr(folder.path("s/hub.sqlite") +
                                     ": the state cannot be read (file is not a database); move hub.sqlite, "
                                     "hub.sqlite-wal and hub.sqlite-shm away, and the hub starts with nothing\n"));
}

TEST(State, IsKeptOnlyWhereItIsNamed) {
    const Folder folder;
    Process process(Start{{"hub", "--json", "--mqtt-port", "0", "--https-port", "0", "--amqp-port", "0"},
                          {{"XDG_STATE_HOME", folder.path("home")}},
                          {},
                          {}});
    ASSERT_TRUE(process.wait_for("}\n"));
    process.signal(SIGTERM);
    EXPECT_EQ(process.wait().status, 0);
    EXPECT_TRUE(folder.has("home/hubspec/keys.json"));
    EXPECT_FALSE(folder.has("home/hubspec/hub.sqlite"));
}

}  // namespace
}  // namespace hubspec::test
