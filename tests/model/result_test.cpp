#include "harness/model/result.hpp"

#include <gtest/gtest.h>

namespace hubspec::model {
namespace {

RunResult run_of(std::vector<Verdict> verdicts) {
    RunResult run;
    for (const auto verdict : verdicts) {
        CaseResult one;
        one.verdict = verdict;
        one.checks_planned = 3;
        one.checks_executed = verdict == Verdict::not_applicable ? 0 : 2;
        one.checks_passed = 1;
        run.cases.push_back(one);
    }
    return run;
}

TEST(ExitStatus, IsTheContract) {
    EXPECT_EQ(exit_status(run_of({Verdict::pass, Verdict::not_applicable}), false), 0);
    EXPECT_EQ(exit_status(run_of({Verdict::pass, Verdict::fail, Verdict::error}), false), 1);
    EXPECT_EQ(exit_status(run_of({Verdict::pass, Verdict::error}), false), 2);
    EXPECT_EQ(exit_status(run_of({Verdict::pass, Verdict::inconclusive}), false), 2);
    EXPECT_EQ(exit_status(run_of({Verdict::not_applicable}), false), 4);
    EXPECT_EQ(exit_status(run_of({}), false), 4);
    EXPECT_EQ(exit_status(run_of({Verdict::warn}), false), 0);
    EXPECT_EQ(exit_status(run_of({Verdict::warn}), true), 1);
    EXPECT_EQ(exit_status(run_of({Verdict::expected_failure}), true), 0);
}

TEST(ExitStatus, AnInterruptionComesFirst) {
    auto run = run_of({Verdict::fail});
    run.interrupted = true;
    EXPECT_EQ(exit_status(run, false), 130);
}

TEST(Counts, AddUpWithoutTheChecksOfCasesThatDoNotApply) {
    const auto counts = count(run_of({Verdict::pass, Verdict::warn, Verdict::fail, Verdict::error,
                                      Verdict::inconclusive, Verdict::not_applicable, Verdict::expected_failure})
                                  .cases);
    EXPECT_EQ(counts, (Counts{1, 1, 1, 1, 1, 1, 1, 18, 12, 6}));
}

}  // namespace
}  // namespace hubspec::model
