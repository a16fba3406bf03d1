#include "reports/granularity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/junit.hpp"
#include "tests/reports/support/sample.hpp"

namespace hubspec::reports {
namespace {

using namespace model;
using test::sample_run;

std::vector<std::string> described(const RunResult& run) {
    std::vector<std::string> all;
    for (const auto& one : run.cases)
        all.push_back(std::string(to_string(one.verdict)) + " " + one.name + ": " + one.title.substr(0, 6));
    return all;
}

TEST(Granularity, AScenarioIsWhatItWas) { EXPECT_EQ(regroup(sample_run(), Granularity::scenario), sample_run()); }

TEST(Granularity, AStepIsATestOfItsOwn) {
    const auto run = regroup(sample_run(), Granularity::step);
    EXPECT_THAT(
        described(run),
        testing::ElementsAre(
            "pass connect/documented-form-is-accepted: step 2", "fail reported/patch-is-answered-204: step 2",
            "not applicable reported/patch-is-answered-204: step 3", "pass reported/stale-version-is-refused: step 2",
            "warn reported/stale-version-is-refused: A stal", "expected failure reported/array-is-refused: step 2",
            "not applicable reported/array-is-refused: step 3", "pass connect/expiry: step 2",
            "inconclusive connect/expiry: Someth", "pass connect/unreachable: step 2",
            "error connect/unreachable: Someth", "not applicable keep_alive/cap: Someth",
            "pass reported/version [qos=1]: step 2"));
    EXPECT_EQ(run.cases[2].reason, "not run: the case ended before this step");
    EXPECT_EQ(run.cases[5].reason, "the firmware of 2025 takes arrays (HUB-17)");
}

TEST(Granularity, ARequirementHasTheWorstOfItsCases) {
    const auto run = regroup(sample_run(), Granularity::requirement);
    ASSERT_THAT(described(run), testing::ElementsAre("fail requirements/REPORTED/REPORTED-11: Status"));
    EXPECT_EQ(run.cases.front().title, "Status 204 = success, no content.");
    EXPECT_EQ(run.cases.front().checks_planned, count(sample_run().cases).checks_planned + 1);
}

TEST(Granularity, EachFormIsAJunitDocument) {
    for (const auto granularity : {Granularity::step, Granularity::requirement})
        EXPECT_THAT(to_junit(regroup(sample_run(), granularity), {}), testing::HasSubstr("<failure "));
}

TEST(Granularity, WordsAreReadOrRefused) {
    EXPECT_EQ(granularity_of("step"), Granularity::step);
    EXPECT_EQ(granularity_of("steps"), std::nullopt);
}

}  // namespace
}  // namespace hubspec::reports
