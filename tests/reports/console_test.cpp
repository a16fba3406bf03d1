#include "reports/console.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

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

TEST(Console, WithoutATerminalEachCaseIsALine) {
    std::ostringstream out;
    const auto run = sample_run();
    LiveProgress progress(out, {}, run.cases.size(), false);
    for (const auto& one : run.cases) progress.began(one.name), progress.finished(one);
    std::string lines;
    for (const auto& one : run.cases) lines += format_case_line(one, {}) + "\n";
    EXPECT_EQ(out.str(), lines);
}

TEST(Console, QuietShowsOnlyWhatDidNotPass) {
    std::ostringstream out;
    const auto run = sample_run();
    LiveProgress progress(out, {}, run.cases.size(), true);
    for (const auto& one : run.cases) progress.began(one.name), progress.finished(one);
    EXPECT_THAT(out.str(), Not(HasSubstr("PASS")));
    EXPECT_THAT(out.str(), HasSubstr("FAIL  reported/patch-is-answered-204"));
}

TEST(Console, OnATerminalTheLineIsRewrittenAndFitsIt) {
    std::ostringstream out;
    LiveProgress progress(out, {false, true, 40, 0}, 2, false);
    progress.began(std::string(200, 'x'));
    EXPECT_THAT(out.str(), testing::StartsWith("\r\x1b[K[0/2] xxx"));
    EXPECT_LT(out.str().size(), 50u);
    progress.clear();
    EXPECT_THAT(out.str(), testing::EndsWith("\r\x1b[K"));
}

}  // namespace
}  // namespace hubspec::reports
