#include "harness/run/throttled.hpp"

#include <gtest/gtest.h>

#include "harness/run/judge.hpp"
#include "tests/run/support/conversation.hpp"

namespace hubspec::run {
namespace {

using namespace model;
using namespace test;

const Case ordinary = plan({step(hub("publish"), 1)});

EventForm answered(int status) { return ServiceAnswered{"a", {status, {}, {}}}; }

TEST(Throttled, IsWhatTheHubSaysSo) {
    EXPECT_EQ(throttled(ordinary, {event(1, answered(429))}, false), "the service API answered 429");
    EXPECT_EQ(throttled(ordinary, {event(1, publish("$iothub/twin/res/429/?$rid=1"))}, false),
              "a twin request was answered 429");
    EXPECT_EQ(
        throttled(ordinary,
                  {event(1, CloudMessageSettled{"a", "rejected", "com.microsoft:device-container-throttled", "wait"})},
                  false),
        "a message to a device was answered com.microsoft:device-container-throttled");
    EXPECT_EQ(
        throttled(ordinary, {event(1, HarnessFailed{"infra.connect", "did not create the identity d: 429 {}"})}, false),
        "did not create the identity d: 429 {}");
    EXPECT_EQ(throttled(ordinary, {event(1, answered(404)), event(2, publish("$iothub/twin/res/200/?$rid=1"))}, true),
              std::nullopt);
}

TEST(Throttled, IsAConnectionThatEndsAtOnceOnlyWhileOthersAreRefused) {
    const Trace at_once{event(1, ConnectionOpened{"main", "TLSv1.3"}), event(50, closes())};
    const Trace later{event(1, ConnectionOpened{"main", "TLSv1.3"}), event(9000, closes())};
    EXPECT_EQ(throttled(ordinary, at_once, true), "it ended a new connection while it answered 429 to other requests");
    EXPECT_EQ(throttled(ordinary, at_once, false), std::nullopt);
    EXPECT_EQ(throttled(ordinary, later, true), std::nullopt);
}

TEST(Throttled, IsNoExcuseInACaseThatIsAboutIt) {
    auto verifies = *ordinary.scenario, awaits = *ordinary.scenario;
    verifies.verifies = {"X-THR-02"};
    awaits.steps.front().source = "- service: {answer: {status: 429}}";
    for (const auto& about : {verifies, awaits})
        EXPECT_EQ(throttled(expand(about).front(), {event(1, answered(429))}, false), std::nullopt);
}

TEST(Throttled, MakesWhatFailedInconclusiveAndLeavesWhatPassed) {
    CaseResult result;
    result.verdict = Verdict::fail;
    result.findings.resize(1);
    make_inconclusive(result, "the hub throttled: the service API answered 429");
    EXPECT_EQ(result.verdict, Verdict::inconclusive);
    EXPECT_EQ(result.reason, "the hub throttled: the service API answered 429");
    EXPECT_EQ(result.findings.front().verdict, Verdict::inconclusive);
    CaseResult passed;
    passed.verdict = Verdict::pass;
    make_inconclusive(passed, "x");
    EXPECT_EQ(passed.verdict, Verdict::pass);
}

}  // namespace
}  // namespace hubspec::run
