// TAP, Markdown, annotations, CSV and badges.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reports/annotations.hpp"
#include "reports/badge.hpp"
#include "reports/csv.hpp"
#include "reports/markdown.hpp"
#include "reports/tally.hpp"
#include "reports/tap.hpp"
#include "tests/reports/support/sample.hpp"
#include "tests/reports/support/xml.hpp"

namespace hubspec::reports {
namespace {

using model::RunResult;
using model::Verdict;
using test::golden;
using test::hostile_run;
using test::sample_run;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

RunResult passing_run() {
    auto run = sample_run();
    std::erase_if(run.cases, [](const model::CaseResult& one) { return one.verdict != Verdict::pass; });
    return run;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

// Nothing but printable ASCII, line ends and whole UTF-8: orders to a terminal or a log reader cannot get through.
void expect_tame(const std::string& text) {
    for (const unsigned char c : text) ASSERT_TRUE(c >= 0x20 || c == '\n' || c == '\r') << static_cast<int>(c);
    EXPECT_EQ(nlohmann::json::parse(nlohmann::json(text).dump()), text) << "it is UTF-8";
    EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae")));
}

TEST(Tap, IsWhatWasAgreed) {
    EXPECT_EQ(to_tap(sample_run(), false), golden("report.tap", to_tap(sample_run(), false)));
}

TEST(Tap, OfHostileTextHasATestPointForEachCaseAndNoMore) {
    const auto run = hostile_run();
    const auto text = to_tap(run, false);
    expect_tame(text);
    const auto lines = lines_of(text);
    EXPECT_EQ(lines[1], "1.." + std::to_string(run.cases.size()));
    EXPECT_EQ(
        std::count_if(lines.begin(), lines.end(),
                      [](const std::string& line) { return line.starts_with("ok ") || line.starts_with("not ok "); }),
        static_cast<std::ptrdiff_t>(run.cases.size()));
}

TEST(Tap, TellsWhatTheVerdictIs) {
    auto run = sample_run();
    EXPECT_THAT(to_tap(run, false), HasSubstr("\nok 3 - reported/stale-version-is-refused\n"));
    EXPECT_THAT(to_tap(run, true), HasSubstr("\nnot ok 3 - reported/stale-version-is-refused\n"));
    EXPECT_THAT(
        to_tap(run, false),
        HasSubstr("\nnot ok 4 - reported/array-is-refused # TODO the firmware of 2025 takes arrays (HUB-17)\n"));
    EXPECT_THAT(to_tap(run, false), HasSubstr(" # SKIP the target offers no 'clock'\n"));
    run.cases.front().name = "a # SKIP \\ b";
    EXPECT_THAT(to_tap(run, false), HasSubstr("\nok 1 - a \\# SKIP \\\\ b\n"));
    run.interrupted = true;
    EXPECT_THAT(to_tap(run, false), testing::EndsWith("\nBail out! the run was interrupted\n"));
    run.setup_failure = "no hub";
    EXPECT_THAT(to_tap(run, false), testing::EndsWith("\nBail out! no hub\n"));
}

TEST(Markdown, IsWhatWasAgreed) {
    EXPECT_EQ(to_markdown(sample_run(), false), golden("report.md", to_markdown(sample_run(), false)));
}

TEST(Markdown, SaysTheVerdictFirst) {
    EXPECT_THAT(to_markdown(passing_run(), false), StartsWith("# ✅ Everything held\n"));
    EXPECT_THAT(to_markdown(passing_run(), false), Not(HasSubstr("did not pass")));
    EXPECT_THAT(to_markdown(sample_run(), false), StartsWith("# ❌ Not conformant\n"));
    auto run = sample_run();
    run.interrupted = true;
    EXPECT_THAT(to_markdown(run, false), StartsWith("# ⏹ Interrupted\n"));
    run.cases.clear();
    run.interrupted = false;
    EXPECT_THAT(to_markdown(run, false), StartsWith("# ⚠️ Nothing was checked\n"));
}

TEST(Markdown, OfHostileTextHasNoMarkupOfItsOwn) {
    const auto text = to_markdown(hostile_run(), false);
    expect_tame(text);
    EXPECT_LT(text.size(), 1024u * 1024u);
    EXPECT_EQ(markdown_text("a*b_c`d<e>|f\n[g](h)&"), "a\\*b\\_c\\`d&lt;e\\>\\|f\\\\n\\[g\\]\\(h\\)&amp;");
    EXPECT_EQ(markdown_code("a|b</code>"), "<code>a&#124;b&lt;/code></code>");
    auto run = sample_run();
    run.cases[1].notes = {"``` and ````"};
    EXPECT_THAT(to_markdown(run, false), HasSubstr("\n`````text\n")) << "a fence that no text ends";
}

TEST(Annotations, AreWhatWasAgreed) {
    EXPECT_EQ(to_annotations(sample_run(), false), golden("annotations.txt", to_annotations(sample_run(), false)));
}

TEST(Annotations, OfHostileTextAreCommandsOfOursOnly) {
    const auto text = to_annotations(hostile_run(), true);
    expect_tame(text);
    for (const auto& line : lines_of(text))
        EXPECT_TRUE(line.starts_with("::error file=") || line.starts_with("::notice file=")) << line;
}

TEST(Annotations, EscapeWhatEndsAProperty) {
    auto run = sample_run();
    run.cases[1].file = "a:b,c%.yaml";
    EXPECT_THAT(to_annotations(run, false), HasSubstr("::error file=a%3Ab%2Cc%25.yaml,line=6,col=5,title="));
}

TEST(Csv, IsWhatWasAgreed) { EXPECT_EQ(to_csv(sample_run()), golden("report.csv", to_csv(sample_run()))); }

TEST(Csv, HasALineForEachCaseAndNoFormulas) {
    const auto run = hostile_run();
    const auto lines = lines_of(to_csv(run));
    EXPECT_EQ(lines.size(), run.cases.size() + 1);
    auto evil = sample_run();
    evil.cases.resize(1);
    evil.cases[0].title = "=cmd|' /C calc'!A0";
    evil.cases[0].reason = "a \"b\", c";
    EXPECT_THAT(to_csv(evil), testing::AllOf(HasSubstr(",'=cmd|' /C calc'!A0,"), HasSubstr(",\"a \"\"b\"\", c\",")));
}

TEST(Badge, SaysHowManyRequirementsHold) {
    EXPECT_THAT(to_badge_json(passing_run(), false), HasSubstr(R"("message":"1 requirements","color":"brightgreen")"));
    auto excused = passing_run();
    excused.cases.push_back(sample_run().cases[3]);
    EXPECT_THAT(to_badge_json(excused, false), HasSubstr(R"("message":"0 of 1 requirements","color":"yellowgreen")"));
    EXPECT_THAT(to_badge_json(sample_run(), false), HasSubstr(R"("message":"0 of 1 requirements","color":"red")"));
    EXPECT_THAT(to_badge_json(RunResult{}, false), HasSubstr(R"("message":"unknown","color":"lightgrey")"));
    const auto svg = to_badge_svg(sample_run(), false);
    EXPECT_EQ(svg, golden("badge.svg", svg));
    EXPECT_STREQ(test::parsed(svg).child("svg").child_value("title"), "IoT Hub conformance: 0 of 1 requirements");
}

TEST(Tally, ACaseThatABaselineListsAndThatPassesHasPassed) {
    auto run = passing_run();
    run.cases.resize(1);
    run.cases[0].verdict = Verdict::fail;
    run.cases[0].findings.resize(1);
    run.cases[0].findings[0].type = "baseline.stale";
    run.cases[0].findings[0].requirements = {"REPORTED-11"};
    EXPECT_EQ(found(run.cases[0]), Verdict::pass);
    EXPECT_EQ(tally_of(run).requirements.at("REPORTED-11"), Judgement::held);
    EXPECT_EQ(found(sample_run().cases[3]), Verdict::fail);
}

TEST(Tally, CountsWhatFindingsName) {
    auto run = passing_run();
    EXPECT_EQ(tally_of(run).requirements.at("REPORTED-11"), Judgement::held);
    run.cases.push_back(sample_run().cases[2]);
    EXPECT_EQ(tally_of(run).requirements.at("REPORTED-11"), Judgement::warned);
    run.cases.push_back(sample_run().cases[3]);
    EXPECT_EQ(tally_of(run).requirements.at("REPORTED-11"), Judgement::excused);
    auto failing = sample_run().cases[1];
    failing.requirements = {"REPORTED-11", "TWIN-01"};
    run.cases.push_back(failing);
    const auto tally = tally_of(run);
    EXPECT_EQ(tally.requirements.at("REPORTED-11"), Judgement::broken);
    EXPECT_EQ(tally.requirements.at("TWIN-01"), Judgement::open) << "the case failed before it could be seen";
    EXPECT_EQ(tally.broken, 1u);
    EXPECT_EQ(tally.open, 1u);
    const auto areas = areas_of(run);
    ASSERT_EQ(areas.size(), 2u);
    EXPECT_EQ(areas[0].name, "REPORTED");
    EXPECT_EQ(areas[0].broken, 1u);
    EXPECT_EQ(areas[1].name, "TWIN");
}

}  // namespace
}  // namespace hubspec::reports
