#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "reports/line_chart.hpp"
#include "reports/load_csv.hpp"
#include "reports/load_html.hpp"
#include "reports/load_json.hpp"
#include "reports/load_junit.hpp"
#include "reports/load_live.hpp"
#include "reports/load_report.hpp"
#include "reports/load_text.hpp"
#include "tests/reports/support/sample.hpp"
#include "tests/reports/support/xml.hpp"

namespace hubspec::reports {
namespace {

using namespace model;
using namespace std::chrono_literals;
using test::golden;
using testing::HasSubstr;
using testing::Not;

/// Four seconds of telemetry and twins; one threshold is missed.
LoadResult sample_load() {
    LoadResult result;
    auto& plan = result.plan;
    plan.title = "A fleet of thermostats";
    plan.file = "fleet.yaml";
    plan.devices = 20;
    plan.duration = 4s;
    plan.mix = {{Operation::telemetry, 1s, 1, 200, 1}, {Operation::twin_get, 2s, 0, 0, 1}};
    plan.thresholds = {{std::nullopt, Threshold::Kind::errors, 0, 5, "fleet.yaml:9:3"},
                       {Operation::telemetry, Threshold::Kind::percentile, 99, 5000, "fleet.yaml:10:15"},
                       {Operation::telemetry, Threshold::Kind::rate, 0, 18, "fleet.yaml:10:27"}};
    result.tool_version = "1.0";
    result.target = "my hub";
    result.target_kind = "endpoint";
    result.started_at = "2026-01-02T03:04:05.678Z";
    result.host_name = "machine";
    result.shards = {{1, 1}};
    result.mix_began = 400ms;
    result.mix_lasted = 4s;
    result.duration = 4500ms;
    result.devices = result.most_connected = 20;
    auto& connect = result.operations[number_of(Operation::connect)];
    connect.done = 20;
    connect.latencies.add(2100, 20);
    connect.last = 402ms;
    connect.slices = {{20, 0, connect.latencies}};
    auto& telemetry = result.operations[number_of(Operation::telemetry)];
    for (std::uint64_t second = 0; second < 5; ++second) {
        LoadSlice slice;
        for (std::uint64_t i = 0; i < 16; ++i) slice.latencies.add(500 + 700 * i * (second == 2 ? 9 : 1));
        slice.done = 16;
        slice.errors = second == 2 ? 1 : 0;
        telemetry.latencies.add(slice.latencies);
        telemetry.done += slice.done;
        telemetry.slices.push_back(slice);
    }
    telemetry.errors = 1;
    telemetry.causes = {{"no answer in time", 1}};
    telemetry.last = 4390ms;
    auto& twin = result.operations[number_of(Operation::twin_get)];
    twin.errors = 3;
    twin.causes = {{"status 429 (throttled)", 3}};
    twin.slices = {{}, {0, 3, {}}};
    result.thresholds = {
        {plan.thresholds[0], true, "3.88 %"}, {plan.thresholds[1], false, "95 ms"}, {plan.thresholds[2], true, "20/s"}};
    return result;
}

/// Every text holds what terminals, XML and HTML cannot take as it is.
LoadResult hostile_load() {
    auto result = sample_load();
    const std::string bad = "</script><b>\x1b[2J\xff]]>&\"'\n=1+1";
    result.plan.title = result.target = result.host_name = result.started_at = bad;
    result.operations[number_of(Operation::telemetry)].causes = {{bad, 1}};
    result.thresholds[1].figure = bad;
    result.thresholds[1].threshold.place = bad;
    return result;
}

TEST(LoadReports, AreAsTheyWere) {
    const auto load = sample_load();
    EXPECT_EQ(to_load_json(load), golden("load.json", to_load_json(load)));
    EXPECT_EQ(to_load_html(load), golden("load.html", to_load_html(load)));
    EXPECT_EQ(to_load_junit(load), golden("load.xml", to_load_junit(load)));
    EXPECT_EQ(to_load_csv(load), golden("load.csv", to_load_csv(load)));
    EXPECT_EQ(format_load(load, {}), golden("load.txt", format_load(load, {})));
}

TEST(LoadReports, JsonIsReadAgainWhole) {
    const auto load = sample_load();
    const auto read = parse_load_json(to_load_json(load));
    ASSERT_TRUE(std::holds_alternative<LoadResult>(read)) << std::get<std::string>(read);
    EXPECT_EQ(std::get<LoadResult>(read), load);
}

TEST(LoadReports, JsonThatIsNoneIsRefusedInASentence) {
    const auto problem = [](const std::string& text) { return std::get<std::string>(parse_load_json(text)); };
    EXPECT_EQ(problem("{"), "it is no JSON, or not all of it");
    EXPECT_EQ(problem("[]"), "it is no result of hubspec load --report json:FILE");
    EXPECT_EQ(problem(R"({"kind": "hubspec load", "version": 9})"), "it is damaged: its version is 9, not 1");
    EXPECT_THAT(problem(R"({"kind": "hubspec load", "version": 1})"), HasSubstr("it is damaged: "));
    auto text = to_load_json(sample_load());
    text.replace(text.find("\"twin_get\""), 10, "\"twin_put\"");
    EXPECT_EQ(problem(text), "it is damaged: 'twin_put' is no operation");
}

TEST(LoadReports, TakeWhateverATitleHolds) {
    const auto load = hostile_load();
    const auto html = to_load_html(load);
    EXPECT_THAT(html, Not(HasSubstr("<b>")));
    EXPECT_THAT(html, Not(HasSubstr("</script>")));
    EXPECT_THAT(html, Not(HasSubstr("\x1b")));
    const auto document = test::parsed(to_load_junit(load));
    EXPECT_EQ(test::cases_of(document).size(), 4u);
    EXPECT_THAT(format_load(load, {}), Not(HasSubstr("\x1b")));
    EXPECT_TRUE(std::holds_alternative<LoadResult>(parse_load_json(to_load_json(load))));
}

TEST(LoadReports, JunitIsValidForStrictReaders) {
    EXPECT_EQ(test::validate(to_load_junit(sample_load())), 0);
    auto interrupted = sample_load();
    interrupted.interrupted = true;
    const auto document = test::parsed(to_load_junit(interrupted));
    EXPECT_STREQ(test::cases_of(document)[0].child("error").attribute("message").value(), "it was interrupted");
    EXPECT_EQ(test::validate(to_load_junit(interrupted)), 0);
}

TEST(LoadReports, SayWhatMakesFiguresDoubtful) {
    EXPECT_EQ(load_remarks(sample_load()), (std::vector<std::string>{"The hub throttled 3 operations."}));
    LoadResult load;
    load.devices = 5;
    load.most_connected = 3;
    load.interrupted = true;
    load.lateness.add(50'000, 10);
    EXPECT_EQ(load_remarks(load),
              (std::vector<std::string>{
                  "It was interrupted: these are the figures until then.",
                  "No more than 3 of 5 devices were connected at once.",
                  "This machine was late itself: 1 % of what was due was begun 50 ms or more after its time, which is "
                  "in all latencies. Use fewer devices, or shards on several machines."}));
}

TEST(LoadReports, HaveSomeOfTheFormats) {
    EXPECT_EQ(problem_with_load_format({Format::html, "a.html"}), std::nullopt);
    EXPECT_EQ(problem_with_load_format({Format::tap, "a.tap"}),
              "--report for 'a.tap': a load has the formats json, html, junit and csv");
}

TEST(LoadLive, RewritesItsLinesOnATerminal) {
    std::ostringstream out;
    LoadLive live(out, {false, true, 60, 0}, false, {[] { return 0ms; }, [] { return 60; }});
    const auto load = sample_load();
    live.told(load, 61s, 19);
    EXPECT_EQ(out.str(),
              "1:01 left, 19 of 20 connected, 3 throttled\n"
              "  connect                 20       0/s  p50   2.1 ms  p99  \n"
              "  telemetry               80      16/s  p50  6.82 ms  p99  \n"
              "  twin_get                 0       0/s  p50        -  p99  \n");
    out.str("");
    live.clear();
    EXPECT_EQ(out.str(), "\x1b[4A\x1b[J");
    out.str("");
    live.clear();
    EXPECT_EQ(out.str(), "");
}

TEST(LoadLive, SaysALineNowAndThenElsewhere) {
    std::ostringstream out;
    auto now = 0ms;
    LoadLive live(out, {}, false, {[&] { return now; }});
    auto load = sample_load();
    load.operations[number_of(Operation::twin_get)] = {};
    live.told(load, 5s, 20);
    EXPECT_EQ(out.str(), "");
    now = 10s;
    live.told(load, 4500ms, 20);
    EXPECT_EQ(out.str(),
              "0:05 left, 20 of 20 connected; connect 0/s, p50 2.1 ms, p99 2.1 ms, errors 0; telemetry 16/s, p50 "
              "6.82 ms, p99 95 ms, errors 1\n");
    out.str("");
    now = 11s;
    live.told(load, 4s, 20);
    live.clear();
    EXPECT_EQ(out.str(), "");
}

TEST(LoadLive, IsSilentWhenQuiet) {
    std::ostringstream out;
    LoadLive live(out, {false, true, 60, 0}, true, {[] { return 99s; }});
    live.told(sample_load(), 5s, 1);
    live.clear();
    EXPECT_EQ(out.str(), "");
}

TEST(LineChart, HasRoundTicks) {
    EXPECT_EQ(round_ticks(0), (std::vector<double>{0, 1}));
    EXPECT_EQ(round_ticks(10), (std::vector<double>{0, 2, 4, 6, 8, 10}));
    EXPECT_EQ(round_ticks(20), (std::vector<double>{0, 5, 10, 15, 20}));
    EXPECT_EQ(round_ticks(47), (std::vector<double>{0, 10, 20, 30, 40, 50}));
    for (double most = 0.003; most < 1e7; most *= 1.07) {
        const auto ticks = round_ticks(most);
        EXPECT_GE(ticks.back(), most * (1 - 1e-9));
        EXPECT_GE(ticks.size(), 3u) << most;
        EXPECT_LE(ticks.size(), 6u) << most;
    }
}

TEST(LineChart, OfNothingIsNothing) {
    LineChart chart;
    chart.label_y = [](double) { return std::string("x"); };
    chart.lines = {{"a", "first", {}}};
    EXPECT_EQ(to_svg(chart), "");
    chart.logarithmic = true;
    chart.lines[0].points = {{0, 0}};  // a logarithm has no place for it
    EXPECT_EQ(to_svg(chart), "");
    chart.lines[0].points = {{0, 5}};
    EXPECT_THAT(to_svg(chart), HasSubstr("<path class=\"first\" d=\"M"));
}

}  // namespace
}  // namespace hubspec::reports
