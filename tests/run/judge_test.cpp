#include "harness/run/judge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/mqtt/hex.hpp"
#include "tests/run/support/conversation.hpp"

namespace hubspec::run {
namespace {

using namespace model;
using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Case expects_twin() { return plan({step(hub("publish", {field("topic", text("$iothub/twin/res/200/?$rid=1"))}), 7)}); }

TEST(Judge, WhatIsExpectedAndComesPasses) {
    const auto result =
        judge(expects_twin(), {event(0, StepBegan{0}), event(3, publish("$iothub/twin/res/200/?$rid=1"))}, catalogue());
    EXPECT_EQ(result.verdict, Verdict::pass);
    EXPECT_EQ(result.checks_planned, 1u);
    EXPECT_EQ(result.checks_executed, 1u);
    EXPECT_EQ(result.checks_passed, 1u);
    EXPECT_EQ(result.steps[0].state, "passed");
    EXPECT_EQ(result.steps[0].trace_line, 1u);
}

TEST(Judge, WhatDoesNotComeFailsAndShowsTheClosest) {
    const auto result =
        judge(expects_twin(),
              {event(0, StepBegan{0}), event(3, publish("$iothub/twin/res/400/?$rid=1")), event(5000, StepExpired{0})},
              catalogue());
    ASSERT_EQ(result.verdict, Verdict::fail);
    ASSERT_EQ(result.findings.size(), 1u);
    const auto& finding = result.findings[0];
    EXPECT_EQ(finding.type, "conformance.must");
    EXPECT_EQ(finding.summary,
              "twin/example.yaml:7:5: expected hub: publish topic $iothub/twin/res/200/?$rid=1; closest: "
              "PUBLISH $iothub/twin/res/400/?$rid=1 QoS 0, 0 bytes");
    EXPECT_THAT(finding.differences,
                ElementsAre("topic: expected $iothub/twin/res/200/?$rid=1, got $iothub/twin/res/400/?$rid=1"));
    EXPECT_THAT(finding.requirements, ElementsAre("TWIN-04"));
    EXPECT_EQ(finding.trace_line, 1u);
}

TEST(Judge, SilenceIsSaidAsSuch) {
    const auto result = judge(expects_twin(), {event(0, StepBegan{0}), event(5000, StepExpired{0})}, catalogue());
    ASSERT_EQ(result.findings.size(), 1u);
    EXPECT_EQ(result.findings[0].summary,
              "twin/example.yaml:7:5: expected hub: publish topic $iothub/twin/res/200/?$rid=1; nothing came");
}

TEST(Judge, AShouldThatIsMissedWarns) {
    const auto result =
        judge(expects_twin(), {event(0, StepBegan{0}), event(5000, StepExpired{0})}, catalogue(Level::should));
    EXPECT_EQ(result.verdict, Verdict::warn);
    EXPECT_EQ(result.findings[0].type, "conformance.should");
}

TEST(Judge, AClosedConnectionEndsTheWaiting) {
    const auto result = judge(expects_twin(), {event(0, StepBegan{0}), event(3, closes())}, catalogue());
    ASSERT_EQ(result.verdict, Verdict::fail);
    EXPECT_EQ(result.findings[0].actual, "the hub closed (TCP FIN)");
}

TEST(Judge, NoTransportIsAnErrorAndNoFailure) {
    const auto result = judge(expects_twin(), {event(0, StepBegan{0}), event(3, closes(false))}, catalogue());
    EXPECT_EQ(result.verdict, Verdict::error);
    EXPECT_EQ(result.findings[0].type, "infra.connect");
}

// `hub: opens` asks about TLS itself, so there it is the hub's failure; a port where nobody listens stays an error.
TEST(Judge, TlsThatFailsIsAFailureOfALineThatAsksForTls) {
    const auto opens = plan({step(hub("opens", {}), 7)});
    const auto ended = [](const std::string& how) { return ConnectionClosed{"main", true, false, how}; };
    const auto refused = judge(
        opens, {event(0, StepBegan{0}), event(3, ended("certificate refused: IP address mismatch"))}, catalogue());
    EXPECT_EQ(refused.verdict, Verdict::fail);
    const auto nobody = judge(opens, {event(0, StepBegan{0}), event(3, ended("connection refused"))}, catalogue());
    EXPECT_EQ(nobody.verdict, Verdict::error);
    EXPECT_EQ(nobody.findings[0].type, "infra.connect");
}

TEST(Judge, AnUnexpectedCloseFailsThoughAllElseHeld) {
    const auto result = judge(
        expects_twin(), {event(0, StepBegan{0}), event(3, publish("$iothub/twin/res/200/?$rid=1")), event(4, closes())},
        catalogue());
    ASSERT_EQ(result.verdict, Verdict::fail);
    EXPECT_EQ(result.findings[0].summary,
              "twin/example.yaml:7:5: the hub closed the connection and no line expects it: the hub closed (TCP FIN)");
}

TEST(Judge, ACloseAfterOurDisconnectIsNobodysFault) {
    const auto result = judge(expects_twin(),
                              {event(0, StepBegan{0}), event(3, publish("$iothub/twin/res/200/?$rid=1")),
                               event(4, PacketSent{"main", mqtt::Disconnect{}, {}}), event(5, closes())},
                              catalogue());
    EXPECT_EQ(result.verdict, Verdict::pass);
}

TEST(Judge, WhatComesEarlyIsKeptForALaterLine) {
    auto two = plan(
        {step(hub("publish", {field("topic", text("b"))}), 7), step(hub("publish", {field("topic", text("a"))}), 8)});
    const auto result =
        judge(two, {event(0, StepBegan{0}), event(1, publish("a")), event(2, publish("b")), event(3, StepBegan{1})},
              catalogue());
    EXPECT_EQ(result.verdict, Verdict::pass);
    EXPECT_EQ(result.steps[1].trace_line, 1u);
}

TEST(Judge, OneObservationSatisfiesOneLine) {
    auto two = plan(
        {step(hub("publish", {field("topic", text("a"))}), 7), step(hub("publish", {field("topic", text("a"))}), 8)});
    const auto result =
        judge(two, {event(0, StepBegan{0}), event(1, publish("a")), event(2, StepBegan{1}), event(3, StepExpired{1})},
              catalogue());
    EXPECT_EQ(result.verdict, Verdict::fail);
    EXPECT_EQ(result.findings[0].step, 1u);
}

TEST(Judge, ChecksAfterAFailureAreCountedAsNeverRun) {
    auto two = plan({step(hub("publish"), 7), step(hub("pingresp"), 8)});
    const auto result = judge(two, {event(0, StepBegan{0}), event(3, StepExpired{0})}, catalogue());
    EXPECT_EQ(result.checks_planned, 2u);
    EXPECT_EQ(result.checks_executed, 1u);
    EXPECT_EQ(result.checks_passed, 0u);
    EXPECT_EQ(result.steps[1].state, "not run");
}

TEST(Judge, AnInterruptedCaseIsInconclusive) {
    const auto result = judge(expects_twin(), {event(0, StepBegan{0})}, catalogue());
    EXPECT_EQ(result.verdict, Verdict::inconclusive);
    EXPECT_EQ(result.reason, "the run was interrupted before the last step");
}

TEST(Judge, WithoutAnExecutedCheckNothingPasses) {
    auto none = plan({step(Action{Speaker::device, "disconnect", {}}, 7)});
    const auto result = judge(none, {event(0, StepBegan{0})}, catalogue());
    EXPECT_EQ(result.verdict, Verdict::inconclusive);
    EXPECT_EQ(result.reason, "no check was executed");
}

TEST(Judge, NeverHoldsWhenItsWindowEnds) {
    auto silent = plan({step(Never{hub("publish"), std::chrono::seconds(2)}, 7)});
    EXPECT_EQ(judge(silent, {event(0, StepBegan{0}), event(9, StepExpired{0})}, catalogue()).verdict, Verdict::pass);
    const auto broken = judge(silent, {event(0, StepBegan{0}), event(1, publish("a"))}, catalogue());
    ASSERT_EQ(broken.verdict, Verdict::fail);
    EXPECT_EQ(broken.findings[0].summary,
              "twin/example.yaml:7:5: expected never hub: publish; it came: PUBLISH a QoS 0, 0 bytes");
}

TEST(Judge, AnyOrderTakesAllOfThem) {
    AnyOrder group{{hub("publish", {field("topic", text("a"))}), hub("pingresp")}};
    auto both = plan({step(group, 7)});
    const EventForm ping = PacketReceived{"main", mqtt::Pingresp{}};
    EXPECT_EQ(judge(both, {event(0, StepBegan{0}), event(1, ping), event(2, publish("a"))}, catalogue()).verdict,
              Verdict::pass);
    EXPECT_EQ(judge(both, {event(0, StepBegan{0}), event(1, ping), event(2, StepExpired{0})}, catalogue()).verdict,
              Verdict::fail);
}

TEST(Judge, AKnownOtherOutcomeWarnsWithItsSource) {
    Outcomes outcomes{
        {Outcome{hub("closes"), Verdict::pass, ""}, Outcome{hub("puback"), Verdict::warn, "paho.mqtt.c#1617 (2025)"}}};
    auto known = plan({step(outcomes, 7)});
    EXPECT_EQ(judge(known, {event(0, StepBegan{0}), event(1, closes())}, catalogue()).verdict, Verdict::pass);
    const auto result =
        judge(known, {event(0, StepBegan{0}), event(1, PacketReceived{"main", mqtt::Puback{1}})}, catalogue());
    ASSERT_EQ(result.verdict, Verdict::warn);
    EXPECT_EQ(result.findings[0].summary,
              "twin/example.yaml:7:5: documented is hub: closes; seen was PUBACK 1 (known: paho.mqtt.c#1617 (2025))");
}

TEST(Judge, OfSeveralOutcomesThatAreHereTheEarliestDecides) {
    Outcomes outcomes{{Outcome{hub("publish", {field("topic", text("new"))}), Verdict::pass, ""},
                       Outcome{hub("publish", {field("topic", text("old"))}), Verdict::warn, "seen"}}};
    auto both = plan({step(outcomes, 7)});
    EXPECT_EQ(
        judge(both, {event(0, publish("old")), event(1, publish("new")), event(2, StepBegan{0})}, catalogue()).verdict,
        Verdict::warn);
    EXPECT_EQ(
        judge(both, {event(0, publish("new")), event(1, publish("old")), event(2, StepBegan{0})}, catalogue()).verdict,
        Verdict::pass);
}

TEST(Judge, ADeviceLineWaitsForItsAcknowledgement) {
    auto connects = plan({step(Action{Speaker::device, "connect", {}}, 7), step(hub("pingresp"), 8)});
    const auto refused = judge(
        connects, {event(0, StepBegan{0}), event(1, PacketReceived{"main", mqtt::Connack{false, 5}})}, catalogue());
    ASSERT_EQ(refused.verdict, Verdict::fail);
    EXPECT_EQ(refused.findings[0].summary,
              "twin/example.yaml:7:5: expected hub: connack return_code 0; closest: CONNACK 5 (not authorized), "
              "session present 0");
}

TEST(Judge, AnAcknowledgementThatALaterLineExpectsIsLeftToIt) {
    auto first = step(Action{Speaker::device, "connect", {}}, 7);
    first.left_to_later = {"connack"};
    auto refused = plan({first, step(hub("connack", {field("return_code", number(5))}), 8)});
    const auto result = judge(
        refused,
        {event(0, StepBegan{0}), event(1, StepBegan{1}), event(2, PacketReceived{"main", mqtt::Connack{false, 5}})},
        catalogue());
    EXPECT_EQ(result.verdict, Verdict::pass);
}

TEST(Judge, ABackEndThatRefusesIsAnError) {
    auto asks = plan({step(Action{Speaker::service, "get_twin", {}}, 7), step(hub("pingresp"), 8)});
    const auto result =
        judge(asks, {event(0, StepBegan{0}), event(1, ServiceAnswered{"step 1", {404, {}, "{}"}})}, catalogue());
    EXPECT_EQ(result.verdict, Verdict::error);
    EXPECT_EQ(result.findings[0].type, "infra.service");
}

TEST(Judge, WhatTheHarnessCouldNotDoIsAnError) {
    const auto result =
        judge(expects_twin(), {event(0, StepBegan{0}), event(1, HarnessFailed{"infra.connect", "no route to host"})},
              catalogue());
    EXPECT_EQ(result.verdict, Verdict::error);
    EXPECT_EQ(result.reason, "no route to host");
}

TEST(Judge, BlamesNobodyWhileTheHarnessStoodStill) {
    const auto stood = event(1, HarnessStoodStill{std::chrono::seconds(163)});
    const Trace late{event(0, StepBegan{0}), stood, event(2, StepExpired{0})};
    const auto result = judge(expects_twin(), late, catalogue());
    EXPECT_EQ(result.verdict, Verdict::inconclusive);
    EXPECT_EQ(result.reason, "the harness itself stood still for 163 s (stopped, suspended or without a processor)");
    EXPECT_EQ(result.findings[0].verdict, Verdict::inconclusive);
    const Trace met{event(0, StepBegan{0}), stood, event(2, publish("$iothub/twin/res/200/?$rid=1"))};
    EXPECT_EQ(judge(expects_twin(), met, catalogue()).verdict, Verdict::pass);
}

TEST(Judge, WhatNobodyExpectedIsNoted) {
    const auto result =
        judge(expects_twin(),
              {event(0, StepBegan{0}), event(1, publish("x")), event(3, publish("$iothub/twin/res/200/?$rid=1"))},
              catalogue());
    EXPECT_EQ(result.verdict, Verdict::pass);
    EXPECT_THAT(result.notes, ElementsAre("nobody expected: PUBLISH x QoS 0, 0 bytes"));
}

// Where sources contradict each other the result says which of them the hub bears out.
TEST(Judge, AnOutcomeWithASourceIsNotedThoughItPasses) {
    const Outcomes outcomes{{Outcome{hub("publish", {field("topic", text("new"))}), Verdict::pass, "paper A (2023)"},
                             Outcome{hub("publish", {field("topic", text("old"))}), Verdict::warn, "paper B (2017)"}}};
    const auto known = plan({step(outcomes, 7)});
    const auto documented = judge(known, {event(0, StepBegan{0}), event(1, publish("new"))}, catalogue());
    EXPECT_EQ(documented.verdict, Verdict::pass);
    EXPECT_THAT(documented.notes, ElementsAre("seen was PUBLISH new QoS 0, 0 bytes (known: paper A (2023))"));
    const auto other = judge(known, {event(0, StepBegan{0}), event(1, publish("old"))}, catalogue());
    EXPECT_EQ(other.verdict, Verdict::warn);
    EXPECT_THAT(other.notes, testing::IsEmpty()) << "the finding says it";
}

TEST(Judge, CapturesCarryOver) {
    auto two = plan(
        {step(hub("publish", {field("topic", text("v/{{v:int}}"))}), 7),
         step(hub("publish", {field("json", {ObjectPattern{{field("$version", text("{{v}}"))}, false}, {}})}), 8)});
    const auto good = judge(two,
                            {event(0, StepBegan{0}), event(1, publish("v/6")), event(2, StepBegan{1}),
                             event(3, publish("t", R"({"$version":6})"))},
                            catalogue());
    EXPECT_EQ(good.verdict, Verdict::pass);
    const auto bad = judge(two,
                           {event(0, StepBegan{0}), event(1, publish("v/6")), event(2, StepBegan{1}),
                            event(3, publish("t", R"({"$version":7})")), event(4, StepExpired{1})},
                           catalogue());
    ASSERT_EQ(bad.verdict, Verdict::fail);
    EXPECT_THAT(bad.findings[0].differences, ElementsAre("json.$version: expected 6, got 7"));
}

// Whoever publishes a trace publishes no key, in whatever form its bytes are shown.
TEST(JudgeTrace, HidesKeysInTextAndInBytes) {
    const std::string secret = "sig=c2VjcmV0LXNpZ25hdHVyZQ%3D%3D";
    const std::string token = "SharedAccessSignature sr=h%2Fdevices%2Fd&" + secret + "&se=1700000000";
    const mqtt::Bytes bytes(token.begin(), token.end());
    mqtt::Connect connect;
    connect.user_name = "h/d/?api-version=2021-04-12";
    connect.password = bytes;
    const auto result = judge(plan({step(Action{}, 5)}),
                              {event(0, StepBegan{0}), event(1, BytesSent{"main", bytes}),
                               event(2, PacketSent{"main", mqtt::Publish{"a", bytes, 0, false, false, 0}, {}}),
                               event(3, PacketSent{"main", connect, {}})},
                              catalogue());
    const std::string hidden = mqtt::hex(std::span(bytes).subspan(token.find("c2Vj"), 20));
    ASSERT_EQ(result.trace.size(), 4u);
    for (const auto& line : result.trace) {
        EXPECT_THAT(line.text, Not(HasSubstr("c2VjcmV0"))) << line.text;
        EXPECT_THAT(line.hex, Not(HasSubstr(hidden))) << line.hex;
    }
    EXPECT_THAT(result.trace[1].hex, HasSubstr(mqtt::hex(std::span(bytes).first(21))));
}

// Re-encoded with a packet id that nobody knows, the bytes would be invented.
TEST(JudgeTrace, ShowsNoBytesThatNobodySaw) {
    const auto result =
        judge(plan({step(Action{}, 5)}),
              {event(0, StepBegan{0}), event(1, PacketSent{"main", mqtt::Subscribe{0, {{"a", 0}}}, {}, true}),
               event(2, PacketReceived{"main", mqtt::Suback{1, {}}, true}),
               event(3, PacketReceived{"main", mqtt::Connack{false, 0}, true})},
              catalogue());
    EXPECT_EQ(result.trace[1].hex, "");
    EXPECT_EQ(result.trace[2].hex, "");
    EXPECT_EQ(result.trace[3].hex, "20 02 00 00");
}

}  // namespace
}  // namespace hubspec::run
