#include "reports/failures.hpp"

#include <gtest/gtest.h>

#include "tests/reports/support/sample.hpp"

namespace hubspec::reports {
namespace {

using namespace model;

TEST(Failures, WhatPassedOrFailedAsExpectedOrDidNotApplyIsNone) {
    RunResult run;
    run.cases.resize(3);
    run.cases[2].verdict = Verdict::expected_failure;
    run.cases[1].verdict = Verdict::not_applicable;
    EXPECT_EQ(failures_of(run), std::vector<Failure>{});
}

// Invented ids and numbers differ from case to case and say nothing.
TEST(Failures, CasesOfOneScenarioThatEndedAlikeAreOne) {
    auto run = test::sample_run();
    auto other = run.cases[1];
    other.findings[0].actual = "PUBLISH $iothub/twin/res/404/?$rid=2 QoS 0, 7 bytes";
    run.cases.insert(run.cases.begin() + 2, other);
    const auto failures = failures_of(run);
    ASSERT_EQ(failures.size(), 4u);
    EXPECT_EQ(failures[0], (Failure{1, {2}}));
    EXPECT_EQ(failures[1], (Failure{3, {}}));
}

TEST(Failures, AnotherPlaceScenarioOrVerdictIsAnother) {
    auto run = test::sample_run();
    run.cases = {run.cases[1], run.cases[1], run.cases[1], run.cases[1], run.cases[1]};
    run.cases[1].findings[0].place.line = 7;
    run.cases[2].scenario = "reported/other";
    run.cases[3].verdict = Verdict::error;
    EXPECT_EQ(failures_of(run), (std::vector<Failure>{{0, {4}}, {1, {}}, {2, {}}, {3, {}}}));
}

}  // namespace
}  // namespace hubspec::reports
