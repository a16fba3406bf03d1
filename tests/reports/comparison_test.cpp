#include "reports/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/reports/support/sample.hpp"

namespace hubspec::reports {
namespace {

using model::RunResult;
using model::Verdict;
using test::golden;
using test::hostile_run;
using test::sample_run;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(WithoutVolatile, KeepsWhatMeansSomething) {
    EXPECT_EQ(without_volatile("PUBLISH $iothub/twin/res/200/?$rid=17&$version=3 QoS 1, 12 bytes"),
              "PUBLISH $iothub/twin/res/200/?$rid=#&$version=# QoS 1, # bytes");
    EXPECT_EQ(without_volatile("CONNACK 5"), "CONNACK 5");
    EXPECT_EQ(without_volatile("the service API answered 404 at 2026-11-30T08:59:44.120Z"),
              "the service API answered 404 at #T#:#:#.#Z");
    EXPECT_EQ(without_volatile("devices/device-3f2a91c4-1/messages"), "devices/device-#/messages");
    EXPECT_EQ(without_volatile("id 6ba7b810-9dad-11d1-80b4-00c04fd430c8."), "id #.");
    EXPECT_EQ(without_volatile("id 6ba7b810-dead-11d1-beef-00c04fd430c8."), "id #.");
    EXPECT_EQ(without_volatile("x-ms-version, a-b"), "x-ms-version, a-b");
    EXPECT_EQ(without_volatile("v3 and q0s"), "v# and q#s");
    EXPECT_EQ(without_volatile(std::string(1'000'000, '7')), "#");
    EXPECT_EQ(without_volatile(""), "");
}

RunResult emulator() {
    auto run = sample_run();
    run.target = "emulator";
    return run;
}

TEST(Comparison, OfARunWithItselfIsEmpty) {
    const auto same = compare(sample_run(), emulator());
    EXPECT_TRUE(same.is_same());
    EXPECT_THAT(same.requirements, IsEmpty());
    EXPECT_EQ(same.judged, 1u);
    EXPECT_EQ(same.fidelity(), 1.0);
    EXPECT_EQ(same.left, "reference hub");
}

TEST(Comparison, IgnoresWhatDiffersFromRunToRun) {
    auto run = emulator();
    run.cases[1].findings[0].actual = "PUBLISH $iothub/twin/res/200/?$rid=99 QoS 0, 7 bytes";
    run.cases[0].duration = std::chrono::microseconds(1);
    EXPECT_TRUE(compare(sample_run(), run).is_same());
    run.cases[1].findings[0].actual = "PUBLISH $iothub/twin/res/400/?$rid=99 QoS 0, 7 bytes";
    const auto other = compare(sample_run(), run);
    ASSERT_EQ(other.cases.size(), 1u);
    EXPECT_EQ(other.cases[0].left, other.cases[0].right) << "both fail, in another way";
    ASSERT_EQ(other.requirements.size(), 1u);
    EXPECT_EQ(other.fidelity(), 0.0);
}

TEST(Comparison, NamesWhatChanged) {
    auto run = emulator();
    run.cases[1] = sample_run().cases[0];
    run.cases[1].scenario = run.cases[1].name = sample_run().cases[1].name;
    run.cases[0].notes = {"seen was CONNACK 0 (known: observed in 2024)"};
    run.cases.erase(run.cases.begin() + 2);
    const auto change = compare(sample_run(), run);
    ASSERT_EQ(change.cases.size(), 2u);
    EXPECT_EQ(change.cases[0].name, "connect/documented-form-is-accepted");
    EXPECT_EQ(change.cases[0].right_seen, "CONNACK 0 (known: observed in 2024)");
    EXPECT_EQ(change.cases[1].left, Verdict::fail);
    EXPECT_EQ(change.cases[1].right, Verdict::pass);
    EXPECT_THAT(change.only_left, ElementsAre("reported/stale-version-is-refused"));
    EXPECT_THAT(change.only_right, IsEmpty());
    ASSERT_EQ(change.requirements.size(), 1u);
    EXPECT_EQ(change.requirements[0].left, Judgement::broken);
    EXPECT_EQ(change.requirements[0].cases.size(), 2u);
}

TEST(Comparison, ACaseThatDidNotApplyIsAsIfItWereNotThere) {
    auto run = emulator();
    run.cases.back().verdict = Verdict::not_applicable;
    EXPECT_THAT(compare(sample_run(), run).only_left, ElementsAre("reported/version [qos=1]"));
}

TEST(Comparison, OfOneHubIsToldApartByTime) {
    auto later = sample_run();
    later.started_at = "2026-02-01T10:00:00.000Z";
    EXPECT_EQ(compare(sample_run(), later).right, "reference hub, 2026-02-01 10:00:00");
}

TEST(Comparison, IsWrittenAsAgreed) {
    auto run = emulator();
    run.cases[1] = sample_run().cases[0];
    run.cases[1].scenario = run.cases[1].name = sample_run().cases[1].name;
    run.cases.pop_back();
    const auto change = compare(sample_run(), run);
    EXPECT_EQ(comparison_text(change), golden("comparison.txt", comparison_text(change)));
    EXPECT_EQ(comparison_markdown(change), golden("comparison.md", comparison_markdown(change)));
    EXPECT_EQ(comparison_json(change), golden("comparison.json", comparison_json(change)));
    EXPECT_EQ(comparison_html(change), golden("comparison.html", comparison_html(change)));
}

TEST(Comparison, OfHostileTextIsTame) {
    const auto change = compare(sample_run(), hostile_run());
    for (const auto& text : {comparison_text(change), comparison_markdown(change)}) {
        EXPECT_EQ(text.find('\x1b'), std::string::npos);
        EXPECT_EQ(nlohmann::json::parse(nlohmann::json(text).dump()), text);
    }
    EXPECT_EQ(nlohmann::json::parse(comparison_json(change))["format"], "hubspec-comparison");
}

}  // namespace
}  // namespace hubspec::reports
