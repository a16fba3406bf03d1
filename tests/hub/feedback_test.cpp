// What the back end hears of its messages: records, batches and locks.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/hub/support/answers.hpp"
#include "tests/hub/support/client.hpp"

namespace hubspec::hub::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

const std::string feedback = "/messages/serviceBound/feedback";

struct FeedbackWorld : World {
    using World::World;
    void post(const std::string& ack, std::optional<Duration> lives = {}) {
        ServiceMessage message{"D", bytes("p"), {}, "m1"};
        message.ack = ack;
        if (lives) message.expires = now + *lives;
        send(message);
    }
    model::HttpResponse read() { return call("GET", feedback + version); }
    int settle(const std::string& method, const std::string& rest) {
        return call(method, feedback + "/" + rest + version).status;
    }
    std::string token_of(const model::HttpResponse& answer) {
        const std::string quoted(model::header(answer.headers, "ETag"));
        return quoted.substr(1, quoted.size() - 2);
    }
};

TEST(Feedback, IsARecordOfWhatWasAcknowledged) {
    FeedbackWorld world;
    Client client(world);
    client.connect().subscribe("devices/D/messages/devicebound/#", 0);
    world.post("full");
    EXPECT_EQ(world.read().status, 204) << "it waits for more";
    world.pass(15s);
    const auto answer = world.read();
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(model::header(answer.headers, "Content-Type"), "application/vnd.microsoft.iothub.feedback.json");
    EXPECT_EQ(model::header(answer.headers, "iothub-userid"), host);
    EXPECT_EQ(model::header(answer.headers, "iothub-enqueuedtime"), "2023-11-14T22:13:35.000Z");
    auto record = json::parse(answer.body).at(0);
    EXPECT_FALSE(record.at("deviceGenerationId").get<std::string>().empty());
    record.erase("deviceGenerationId");
    EXPECT_EQ(record, (json{{"originalMessageId", "m1"},
                            {"enqueuedTimeUtc", "2023-11-14T22:13:20.000Z"},
                            {"statusCode", "Success"},
                            {"description", "Success"},
                            {"deviceId", "D"}}));
}

struct Asked {
    std::string ack;
    bool of_success, of_failure;
};
void PrintTo(const Asked& asked, std::ostream* out) { *out << asked.ack; }

class AskedFor : public testing::TestWithParam<Asked> {};
INSTANTIATE_TEST_SUITE_P(Feedback, AskedFor,
                         testing::Values(Asked{"none", false, false}, Asked{"positive", true, false},
                                         Asked{"negative", false, true}, Asked{"full", true, true}));

TEST_P(AskedFor, IsToldAndNothingElse) {
    FeedbackWorld arrives, expires, purged;
    Client client(arrives);
    client.connect().subscribe("devices/D/messages/devicebound/#", 0);
    arrives.post(GetParam().ack);
    arrives.pass(16s);
    EXPECT_EQ(arrives.read().status, GetParam().of_success ? 200 : 204);
    expires.post(GetParam().ack, 1s);
    expires.pass(17s);
    EXPECT_EQ(expires.read().body.find("Expired") != std::string::npos, GetParam().of_failure);
    purged.post(GetParam().ack);
    purged.call("DELETE", "/devices/D/commands" + version);
    purged.pass(16s);
    EXPECT_EQ(purged.read().body.find("Purged") != std::string::npos, GetParam().of_failure);
}

TEST(Feedback, IsABatchAtSixtyFour) {
    FeedbackWorld world;
    Client client(world);
    client.connect().subscribe("devices/D/messages/devicebound/#", 0);
    for (int i = 0; i < 63; ++i) world.post("full");
    EXPECT_EQ(world.read().status, 204);
    for (int i = 0; i < 2; ++i) world.post("full");
    EXPECT_EQ(json::parse(world.read().body).size(), 64U);
    EXPECT_EQ(world.read().status, 204) << "the one that is left waits";
    world.pass(15s);
    EXPECT_EQ(json::parse(world.read().body).size(), 1U);
}

TEST(Feedback, IsLockedAbandonedAndCompleted) {
    FeedbackWorld world;
    world.post("full", 1s);
    world.pass(17s);
    const auto first = world.token_of(world.read());
    EXPECT_EQ(world.read().status, 204) << "somebody reads it";
    EXPECT_EQ(world.settle("POST", first + "/abandon"), 204);
    const auto second = world.token_of(world.read());
    EXPECT_NE(first, second);
    EXPECT_EQ(world.settle("DELETE", first), 412) << "that lock is over";
    world.pass(60s);
    EXPECT_EQ(world.settle("DELETE", second), 412) << "so is this one by now";
    EXPECT_EQ(world.settle("DELETE", world.token_of(world.read())), 204);
    world.pass(61s);
    EXPECT_EQ(world.read().status, 204);
}

TEST(Feedback, IsFreeAgainWhenItsLockHasExpired) {
    FeedbackWorld world;
    world.post("full", 1s);
    world.pass(17s);
    const auto lock = world.token_of(world.read());
    EXPECT_EQ(world.hub.next_due(), world.now + 60s) << "whoever waits for it is told then";
    world.pass(60s);
    EXPECT_EQ(world.hub.next_due(), std::nullopt);
    EXPECT_EQ(world.settle("DELETE", lock), 412);
    EXPECT_EQ(world.read().status, 200);
}

TEST(Feedback, NeedsTheRightOfTheBackEnd) {
    FeedbackWorld world;
    EXPECT_EQ(world.call("GET", feedback + version, {}, {}, "registryRead").status, 401);
    EXPECT_EQ(world.call("GET", "/messages/servicebound/feedback" + version, {}, {}, "service").status, 204);
    EXPECT_EQ(world.call("PUT", feedback + version).status, 405);
    EXPECT_EQ(world.call("GET", "/messages" + version).status, 404);
}

TEST(Feedback, GoesWithItsDevice) {
    FeedbackWorld world;
    world.post("full", 1s);
    world.pass(17s);
    world.call("DELETE", "/devices/D" + version, {}, {{"If-Match", "*"}});
    EXPECT_EQ(world.read().status, 204);
}

}  // namespace
}  // namespace hubspec::hub::test
