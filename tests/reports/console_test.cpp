#include "reports/console.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/reports/support/sample.hpp"

namespace hubspec::reports {
namespace {

using test::golden;
using test::sample_run;
using testing::HasSubstr;
using testing::Not;

std::string everything(const ConsoleStyle& style) {
    const auto run = sample_run();
    std::string text;
    for (const auto& one : run.cases) text += format_case_line(one, style) + "\n";
    for (const auto& one : run.cases) text += "\n" + format_failure(one, run, style) + format_trace(one, style);
    return text + "\n" + format_summary(run, "hubspec run --match reported/patch-is-answered-204", style);
}

TEST(Console, PlainIsWhatWasAgreed) { EXPECT_EQ(everything({}), golden("console.txt", everything({}))); }

TEST(Console, ColourAddsEscapesAndNothingElse) {
    const auto coloured = everything({true, false, 100, 0});
    EXPECT_THAT(coloured, HasSubstr("\x1b["));
    std::string stripped;
    for (std::size_t i = 0; i < coloured.size(); ++i) {
        if (coloured[i] == '\x1b')
            i = coloured.find('m', i);
        else
            stripped += coloured[i];
    }
    EXPECT_EQ(stripped, everything({}));
}

TEST(Console, BytesAreShownWhenAskedForTwice) {
    EXPECT_THAT(everything({false, false, 100, 2}), HasSubstr("20 02 00 00"));
    EXPECT_THAT(everything({false, false, 100, 1}), Not(HasSubstr("20 02 00 00")));
}

TEST(Console, CasesThatFailAlikeAreToldOnce) {
    auto run = sample_run();
    const auto failed = *std::find_if(run.cases.begin(), run.cases.end(),
                                      [](const model::CaseResult& one) { return one.verdict == model::Verdict::fail; });
    auto again = failed, otherwise = failed;
    again.name += " [transport=wss]";
    again.findings[0].actual += "7";
    run.cases = {failed, again};
    run.cases[0].findings[0].actual += "1";
    const auto told = format_failures(run, {});
    EXPECT_THAT(told, HasSubstr("FAIL " + failed.name + "\n"));
    EXPECT_THAT(told, Not(HasSubstr(again.name)));
    EXPECT_THAT(told, HasSubstr("  1 more case of this scenario ended alike (-v shows them)\n"));
    EXPECT_THAT(format_failures(run, {false, false, 100, 1}), HasSubstr("FAIL " + again.name + "\n"));
    otherwise.name += " [identity=module]";
    otherwise.findings[0].actual = "something else";
    run.cases = {failed, otherwise};
    EXPECT_THAT(format_failures(run, {}), HasSubstr("FAIL " + otherwise.name + "\n")) << "that is another failure";
}

TEST(Console, EachVerdictHasItsWordAndItsColour) {
    std::vector<std::string> lines;
    for (const auto& one : sample_run().cases) lines.push_back(format_case_line(one, {true, false, 100, 0}));
    EXPECT_THAT(
        lines,
        testing::ElementsAre(
            "\x1b[32mPASS \x1b[0m connect/documented-form-is-accepted  12 ms",
            "\x1b[31mFAIL \x1b[0m reported/patch-is-answered-204  12 ms",
            "\x1b[33mWARN \x1b[0m reported/stale-version-is-refused  12 ms",
            "\x1b[36mXFAIL\x1b[0m reported/array-is-refused  12 ms  (the firmware of 2025 takes arrays (HUB-17))",
            "\x1b[35mOPEN \x1b[0m connect/expiry  12 ms  (no check was executed)",
            "\x1b[35mERROR\x1b[0m connect/unreachable  12 ms  (the hub cannot be reached at 127.0.0.1:1: "
            "refused)",
            "\x1b[2mN/A  \x1b[0m keep_alive/cap  (the target offers no 'clock')",
            "\x1b[32mPASS \x1b[0m reported/version [qos=1]  12 ms"));
}

// Whoever asks for colour has read the environment.
TEST(Console, NoColorIsTheCallersBusiness) {
    ::setenv("NO_COLOR", "1", 1);
    const auto line = format_case_line(sample_run().cases.front(), {true, false, 100, 0});
    ::unsetenv("NO_COLOR");
    EXPECT_THAT(line, HasSubstr("\x1b[32m"));
}

TEST(Console, RetriesAreCounted) {
    auto one = sample_run().cases.front();
    one.earlier_attempts = {"refused", "reset"};
    EXPECT_EQ(format_case_line(one, {}), "PASS  connect/documented-form-is-accepted  12 ms  (attempt 3)");
}

// What a peer sends must not move the cursor, colour the screen, hide a line or make one up.
TEST(Console, HostileBytesAreTextOnATerminalToo) {
    const auto run = test::hostile_run();
    std::string text = format_summary(run, "hubspec run", {});
    for (const auto& one : run.cases) {
        const auto line = format_case_line(one, {});
        EXPECT_THAT(line, Not(HasSubstr("\n")));
        text += line + format_failure(one, run, {}) + format_trace(one, {false, false, 100, 2});
    }
    EXPECT_EQ(std::count_if(text.begin(), text.end(),
                            [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f; }),
              0);
    for (const auto* bad : {"\xff", "\xed\xa0", "\xc2\x9b", "\xe2\x80\xae", "\xe2\x80\xa8", "\n[[ATTACHMENT"})
        EXPECT_EQ(text.find(bad), std::string::npos) << testing::PrintToString(bad);
    EXPECT_NE(text.find("\\x1b[31m <&\"'> ]]> \\x01 "), std::string::npos);
}

TEST(Console, OnePacketIsOneLine) {
    auto one = test::hostile_run().cases.front();
    const auto text = format_trace(one, {});
    EXPECT_EQ(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')), one.trace.size());
}

TEST(Console, ALongTraceIsShownAroundTheClosestActual) {
    auto run = sample_run();
    auto& one = run.cases[1];
    one.trace.clear();
    for (int i = 0; i < 20; ++i)
        one.trace.push_back(
            {std::chrono::milliseconds(i), "device", "received", "packet " + std::to_string(i), "", {}});
    one.findings.front().trace_line = 10;
    EXPECT_THAT(format_failure(one, run, {}), HasSubstr("  packets\n"
                                                        "    ... 4 earlier\n"
                                                        "        4.000 ms  device   <- packet 4\n"
                                                        "        5.000 ms  device   <- packet 5\n"
                                                        "        6.000 ms  device   <- packet 6\n"
                                                        "        7.000 ms  device   <- packet 7\n"
                                                        "        8.000 ms  device   <- packet 8\n"
                                                        "        9.000 ms  device   <- packet 9\n"
                                                        "  >    10.000 ms  device   <- packet 10\n"
                                                        "       11.000 ms  device   <- packet 11\n"
                                                        "       12.000 ms  device   <- packet 12\n"
                                                        "       13.000 ms  device   <- packet 13\n"
                                                        "    ... 6 later\n"));
    one.findings.front().trace_line = 1'000'000;  // a stored result can say anything
    EXPECT_THAT(format_failure(one, run, {}), HasSubstr("    ... 14 earlier\n       14.000 ms"));
}

TEST(Console, MoreChecksThanPlannedAreNoNegativeNumber) {
    auto one = sample_run().cases.front();
    one.checks_executed = 5;
    EXPECT_THAT(format_failure(one, sample_run(), {}), Not(HasSubstr("never ran")));
}

TEST(Console, ASummaryOfNothingAndOfAnInterruptedRun) {
    model::RunResult run;
    run.target = "my hub";
    EXPECT_EQ(format_summary(run, "", {}), "0 cases against my hub in 0 ms\n  0 of 0 checks ran, 0 held\n");
    run.interrupted = true;
    run.duration = std::chrono::seconds(12);
    EXPECT_EQ(format_summary(run, "", {}),
              "0 cases against my hub in 12.0 s\n  0 of 0 checks ran, 0 held\nThe run was interrupted.\n");
}

TEST(Console, ASummaryCountsTheRequirementsOfAnArea) {
    EXPECT_THAT(format_summary(sample_run(), "", {false, false, 100, 1}),
                HasSubstr("  REPORTED     0 held, 1 broken\n"));
}

}  // namespace
}  // namespace hubspec::reports
