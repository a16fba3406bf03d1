#include "reports/shelf.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "reports/event_stream.hpp"
#include "reports/html.hpp"
#include "reports/junit.hpp"
#include "reports/results_json.hpp"
#include "reports/write.hpp"
#include "tests/reports/support/sample.hpp"
#include "tests/reports/support/temporary_folder.hpp"

namespace hubspec::reports {
namespace {

namespace fs = std::filesystem;
using namespace model;
using testing::HasSubstr;

CaseResult passed() {
    auto run = test::sample_run();
    for (auto& one : run.cases)
        if (one.verdict == Verdict::pass && !one.trace.empty()) {
            one.record = Record{{{"payload", Value(std::string("bytes"))}}, {}};
            return one;
        }
    throw std::logic_error("the sample has no such case");
}

class ShelfTest : public testing::Test {
protected:
    test::TemporaryFolder temporary_;
    const std::string& folder_ = temporary_.path();
};

TEST_F(ShelfTest, GivesBackWhatItTook) {
    Shelf shelf(folder_, 0);
    const auto whole = passed();
    std::vector<CaseResult> cases(3, whole);
    cases[1].trace.push_back({std::chrono::microseconds(7), "hub", "note", std::string(100'000, 'x'), "00ff", 1});
    const auto second = cases[1];
    for (auto& one : cases) shelf.take(one);
    for (const auto& one : cases) {
        EXPECT_TRUE(one.put_away);
        EXPECT_EQ(one.steps.capacity() + one.trace.capacity(), 0U);
        EXPECT_FALSE(one.record);
    }
    EXPECT_TRUE(*Whole(cases[0]) == whole);
    EXPECT_TRUE(*Whole(cases[1]) == second);
    EXPECT_TRUE(*Whole(cases[2]) == whole);
    EXPECT_TRUE(fs::is_empty(folder_)) << "the file has a name";
}

TEST_F(ShelfTest, LeavesTheFirstAndWhatPeopleAreToldAbout) {
    Shelf shelf(folder_, 1);
    auto first = passed(), second = passed(), third = passed();
    third.verdict = Verdict::fail;
    for (auto* one : {&first, &second, &third}) shelf.take(*one);
    EXPECT_FALSE(first.put_away);
    EXPECT_TRUE(second.put_away);
    EXPECT_FALSE(third.put_away);
}

TEST_F(ShelfTest, ReportsAreTheSame) {
    const auto put_away = [&](RunResult run) {
        Shelf shelf(folder_, 0);
        for (auto& one : run.cases) shelf.take(one);
        return run;
    };
    const auto whole = test::sample_run(), run = put_away(whole);
    EXPECT_EQ(to_results_json(run), to_results_json(whole));
    EXPECT_EQ(to_events(run), to_events(whole));
    EXPECT_EQ(to_html(run, {}), to_html(whole, {}));
    for (const auto granularity : {Granularity::scenario, Granularity::step, Granularity::requirement}) {
        const JunitOptions options{JunitFlavor::rich, false, granularity};
        EXPECT_EQ(to_junit(run, options), to_junit(whole, options));
    }
    EXPECT_EQ(to_results_json(put_away(test::hostile_run())), to_results_json(test::hostile_run()));
}

TEST_F(ShelfTest, OneThatCannotBeMadeTakesNothing) {
    Shelf shelf(folder_ + "/none", 0);
    const auto whole = passed();
    auto one = whole;
    shelf.take(one);
    EXPECT_TRUE(one == whole);
}

struct Lost : DetailStore {
    CaseDetails read(std::size_t) const override { throw std::runtime_error("it is cut"); }
};

TEST_F(ShelfTest, WhatIsLostMakesNoHalfOfAReport) {
    auto run = test::sample_run();
    run.cases.back().put_away = PutAway{std::make_shared<Lost>(), 0};
    for (const auto format : {Format::json, Format::ndjson, Format::junit, Format::html}) {
        std::ofstream(folder_ + "/r") << "of an earlier run";
        EXPECT_EQ(write_report({format, folder_ + "/r"}, run, {}),
                  "cannot write the report '" + folder_ + "/r': it is cut");
        std::ostringstream left;
        left << std::ifstream(folder_ + "/r").rdbuf();
        EXPECT_EQ(left.str(), "of an earlier run");
        EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
        EXPECT_THAT(write_report({format, "/dev/null"}, run, {}).value_or(""), HasSubstr("it is cut"));
    }
}

}  // namespace
}  // namespace hubspec::reports
