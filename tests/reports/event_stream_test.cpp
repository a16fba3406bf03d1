#include "reports/event_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "reports/results_json.hpp"
#include "tests/reports/support/sample.hpp"

namespace hubspec::reports {
namespace {

using model::RunResult;
using model::Verdict;
using test::hostile_run;
using test::sample_run;
using testing::HasSubstr;

RunResult read(const std::string& text) {
    const auto read = from_events(text);
    if (const auto* problem = std::get_if<std::string>(&read)) ADD_FAILURE() << *problem;
    const auto* run = std::get_if<RunResult>(&read);
    return run == nullptr ? RunResult{} : *run;
}

std::size_t lines_in(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(EventStream, IsWhatWasAgreed) {
    EXPECT_EQ(to_events(sample_run()), test::golden("events.ndjson", to_events(sample_run())));
}

TEST(EventStream, ComesBackAsTheRunThatItWas) {
    EXPECT_TRUE(read(to_events(sample_run())) == sample_run());
    const auto hostile = to_events(hostile_run());
    EXPECT_EQ(lines_in(hostile), hostile_run().cases.size() + 2) << "a line for each event, whatever is in it";
}

// Killed at any moment: every case that had ended is there, every other is named.
TEST(EventStream, CutAnywhereLosesNothingThatEnded) {
    const auto run = sample_run();
    const auto text = to_events(run);
    for (std::size_t size = text.find('\n') + 1; size < text.size(); size += 11) {
        const auto part = text.substr(0, size);
        const auto ended = lines_in(part) - 1;
        const auto left = read(part);
        ASSERT_EQ(left.cases.size(), run.cases.size());
        EXPECT_TRUE(left.interrupted);
        for (std::size_t i = 0; i < run.cases.size(); ++i) {
            if (i < ended) {
                EXPECT_TRUE(left.cases[i] == run.cases[i]);
                continue;
            }
            EXPECT_EQ(left.cases[i].name, run.cases[i].name);
            EXPECT_EQ(left.cases[i].verdict, Verdict::error);
            EXPECT_EQ(left.cases[i].reason, "the run's process ended before the case began");
        }
    }
}

TEST(EventStream, TellsWhatRanWhenTheProcessEnded) {
    const auto path = testing::TempDir() + "events-" + std::to_string(::getpid()) + ".ndjson";
    {
        auto opened = EventStream::open(path);
        ASSERT_TRUE(std::holds_alternative<EventStream>(opened));
        auto& stream = std::get<EventStream>(opened);
        auto head = sample_run();
        const auto cases = std::exchange(head.cases, {});
        stream.run_began(head, cases);
        stream.case_began(cases[0].name, "2026-01-15T10:00:00.250Z");
        stream.case_began(cases[1].name, "2026-01-15T10:00:00.250Z");
        stream.case_finished(cases[1]);
        EXPECT_EQ(stream.problem(), std::nullopt);
    }
    std::ifstream in(path, std::ios::binary);
    const auto left = read(std::string(std::istreambuf_iterator<char>(in), {}));
    std::filesystem::remove(path);
    EXPECT_EQ(left.cases[0].reason, "the run's process ended while the case ran");
    EXPECT_EQ(left.cases[0].findings.at(0).type, "infra.process");
    EXPECT_TRUE(left.cases[1] == sample_run().cases[1]);
    EXPECT_EQ(model::exit_status(left, false), 130);
}

// An interruption that was heard: what had not begun is left out, as in the results themselves.
TEST(EventStream, OfAnEndedRunHasWhatRan) {
    auto run = sample_run();
    auto text = to_events(run);
    const auto first = text.find('\n') + 1, second = text.find('\n', first) + 1,
               last = text.rfind('\n', text.size() - 2) + 1;
    const auto some = read(text.substr(0, second) + text.substr(last));
    EXPECT_EQ(some.cases.size(), 1u);
    EXPECT_FALSE(some.interrupted);
}

TEST(EventStream, SaysWhereItIsWrong) {
    const auto text = to_events(sample_run());
    EXPECT_EQ(std::get<std::string>(from_events("{}\n")), "this is no stream of hubspec's events");
    const auto first = text.substr(0, text.find('\n') + 1);
    EXPECT_EQ(std::get<std::string>(from_events(first + "{\n")), "line 2: this is no JSON: byte 2");
    EXPECT_THAT(std::get<std::string>(from_events(first + "{\"event\":\"case finished\"}\n")),
                HasSubstr("line 2: /case"));
    auto newer = text;
    newer.replace(newer.find("\"version\":2"), 11, "\"version\":9");
    EXPECT_THAT(std::get<std::string>(from_events(newer)), HasSubstr("the file has version 9"));
    EXPECT_TRUE(read(first + "{\"event\":\"of a later hubspec\"}\n").interrupted);
}

TEST(EventStream, SaysWhyItCannotBeWritten) {
    EXPECT_EQ(std::get<std::string>(EventStream::open("/nowhere/at/all")),
              "cannot write the events to '/nowhere/at/all': No such file or directory");
    auto full = EventStream::open("/dev/full");
    auto& stream = std::get<EventStream>(full);
    stream.run_ended(sample_run());
    EXPECT_EQ(stream.problem(), "cannot write the events to '/dev/full': No space left on device");
}

}  // namespace
}  // namespace hubspec::reports
