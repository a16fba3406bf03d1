#include "reports/live_progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/reports/support/sample.hpp"

namespace hubspec::reports {
namespace {

using std::chrono::milliseconds;
using test::sample_run;
using testing::HasSubstr;
using testing::Not;

constexpr ConsoleStyle plain{};

ConsoleStyle terminal(int width) { return {false, true, width, 0}; }

/// What a progress writes, at a time that the test moves.
struct Screen {
    std::ostringstream out;
    milliseconds now{};
    int width = 0;
    Watch watch() {
        Watch watch{[this] { return now; }};
        if (width > 0) watch.width = [this] { return width; };
        return watch;
    }
    std::string take() {
        auto text = out.str();
        out.str("");
        return text;
    }
};

model::CaseResult named(const std::string& name) {
    auto one = sample_run().cases.front();
    one.name = name;
    return one;
}

TEST(LiveProgress, WithoutATerminalEachCaseIsALine) {
    Screen screen;
    const auto run = sample_run();
    LiveProgress progress(screen.out, plain, run.cases.size(), false, screen.watch());
    std::string lines;
    for (const auto& one : run.cases) {
        progress.began(one.name);
        screen.now += milliseconds(40'000);
        progress.finished(one);
        lines += format_case_line(one, {}) + "\n";
    }
    EXPECT_EQ(screen.take(), lines);
}

TEST(LiveProgress, QuietShowsOnlyWhatDidNotPass) {
    Screen screen;
    const auto run = sample_run();
    LiveProgress progress(screen.out, plain, run.cases.size(), true, screen.watch());
    for (const auto& one : run.cases) progress.began(one.name), progress.finished(one);
    const auto text = screen.take();
    EXPECT_THAT(text, Not(HasSubstr("PASS")));
    EXPECT_THAT(text, HasSubstr("FAIL  reported/patch-is-answered-204"));
}

TEST(LiveProgress, QuietWithoutATerminalGivesASignOfLifeNowAndThen) {
    Screen screen;
    LiveProgress progress(screen.out, plain, 100, true, screen.watch());
    for (int i = 0; i < 10; ++i) {
        screen.now += milliseconds(6'000);
        progress.began("a");
        progress.finished(named("a"));
    }
    EXPECT_EQ(screen.take(), "[4/100] 12:00 left\n[9/100] 10:07 left\n");
}

TEST(LiveProgress, OnATerminalTheLineIsRewrittenAndFitsIt) {
    Screen screen;
    LiveProgress progress(screen.out, terminal(40), 2, false, screen.watch());
    progress.began(std::string(200, 'x'));
    const auto text = screen.take();
    EXPECT_THAT(text, testing::StartsWith("\r\x1b[K[0/2] xxx"));
    EXPECT_EQ(text.size(), std::string("\r\x1b[K").size() + 39);
    progress.clear();
    EXPECT_EQ(screen.take(), "\r\x1b[K");
}

TEST(LiveProgress, FollowsTheTerminalsWidth) {
    Screen screen;
    screen.width = 12;
    LiveProgress progress(screen.out, terminal(100), 3, false, screen.watch());
    progress.began(std::string(200, 'x'));
    EXPECT_EQ(screen.take(), "\r\x1b[K[0/3] xxxxx");
    screen.width = 9;
    progress.began("y");
    EXPECT_EQ(screen.take(), "\r\x1b[K[0/3] xx");
}

TEST(LiveProgress, ATerminalSeesEachCaseAboveTheLineThatIsRewritten) {
    Screen screen;
    const auto run = sample_run();
    LiveProgress progress(screen.out, terminal(60), 2, false, screen.watch());
    progress.began(run.cases[1].name);
    progress.finished(run.cases[1]);
    progress.began("b");
    progress.finished(run.cases[0]);
    EXPECT_EQ(screen.take(),
              "\r\x1b[K[0/2] reported/patch-is-answered-204"
              "\r\x1b[KFAIL  reported/patch-is-answered-204  12 ms\n"
              "\r\x1b[K[1/2] 1 failed  "
              "\r\x1b[K[1/2] 1 failed  b"
              "\r\x1b[KPASS  connect/documented-form-is-accepted  12 ms\n");
}

TEST(LiveProgress, NamesWhatRunsLongestAndHowManyBesideIt) {
    Screen screen;
    LiveProgress progress(screen.out, terminal(60), 9, true, screen.watch());
    progress.began("slow");
    progress.began("quick");
    progress.began("other");
    EXPECT_THAT(screen.take(), testing::EndsWith("[0/9] slow +2"));
    progress.finished(named("quick"));
    EXPECT_THAT(screen.take(), testing::EndsWith("[1/9] slow +1"));
    progress.finished(named("slow"));
    EXPECT_THAT(screen.take(), testing::EndsWith("[2/9] other"));
}

TEST(LiveProgress, TellsTheTimeThatIsLeftOnceItKnowsThePace) {
    Screen screen;
    LiveProgress progress(screen.out, terminal(60), 200, true, screen.watch());
    screen.now = milliseconds(1'000);
    progress.finished(named("a"));
    EXPECT_THAT(screen.take(), Not(HasSubstr("left")));
    screen.now = milliseconds(10'000);
    progress.finished(named("a"));
    EXPECT_THAT(screen.take(), testing::EndsWith("[2/200] 16:30 left  "));
}

TEST(LiveProgress, ATerminalOfNoWidthIsSurvived) {
    for (const int width : {-1, 0, 1, 2}) {
        Screen screen;
        LiveProgress progress(screen.out, terminal(width), 2, false, screen.watch());
        progress.began(std::string(200, 'x'));
        EXPECT_LT(screen.take().size(), 8u) << width;
    }
}

TEST(LiveProgress, TheLineThatIsRewrittenIsTextAndNotCutWithinACharacter) {
    for (int width = 8; width < 16; ++width) {
        Screen screen;
        LiveProgress progress(screen.out, terminal(width), 2, false, screen.watch());
        progress.began("\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac");
        EXPECT_EQ((screen.take().size() - std::string("\r\x1b[K[0/2] ").size()) % 3, 0u) << width;
    }
    Screen screen;
    LiveProgress progress(screen.out, terminal(80), 2, false, screen.watch());
    progress.began("a\nb\x1b[2J");
    EXPECT_EQ(screen.take(), "\r\x1b[K[0/2] a\\nb\\x1b[2J");
}

}  // namespace
}  // namespace hubspec::reports
