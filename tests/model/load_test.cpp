#include "harness/model/load.hpp"

#include <gtest/gtest.h>

namespace hubspec::model {
namespace {

TEST(Load, WritesFiguresWithThreeDigits) {
    EXPECT_EQ(describe_time(0), "0 us");
    EXPECT_EQ(describe_time(7), "7 us");
    EXPECT_EQ(describe_time(999), "999 us");
    EXPECT_EQ(describe_time(1000), "1 ms");
    EXPECT_EQ(describe_time(12'345), "12.3 ms");
    EXPECT_EQ(describe_time(999'949), "1 s");
    EXPECT_EQ(describe_time(1'535'000), "1.54 s");
    EXPECT_EQ(describe_time(75'000'000), "75 s");
    EXPECT_EQ(describe_rate(0), "0/s");
    EXPECT_EQ(describe_rate(0.25), "0.25/s");
    EXPECT_EQ(describe_rate(99.96), "100/s");
    EXPECT_EQ(describe_rate(123'456), "123000/s");
    EXPECT_EQ(describe_percent(0), "0 %");
    EXPECT_EQ(describe_percent(0.01234), "0.0123 %");
    EXPECT_EQ(describe_percent(100), "100 %");
}

TEST(Load, NamesOperationsAndThresholds) {
    for (const auto one : all_operations) EXPECT_EQ(operation_named(to_string(one)), one);
    EXPECT_EQ(operation_named("telemtry"), std::nullopt);
    EXPECT_EQ(name_of({std::nullopt, Threshold::Kind::errors, 0, 0, ""}), "errors");
    EXPECT_EQ(name_of({Operation::telemetry, Threshold::Kind::percentile, 99.9, 0, ""}), "telemetry p99.9");
    EXPECT_EQ(name_of({Operation::connect, Threshold::Kind::most, 0, 0, ""}), "connect max");
    EXPECT_EQ(name_of({Operation::method, Threshold::Kind::rate, 0, 0, ""}), "method rate");
    EXPECT_EQ(describe_limit({{}, Threshold::Kind::errors, 0, 0.1, ""}), "at most 0.1 %");
    EXPECT_EQ(describe_limit({{}, Threshold::Kind::percentile, 99, 1500, ""}), "at most 1.5 ms");
    EXPECT_EQ(describe_limit({{}, Threshold::Kind::rate, 0, 90, ""}), "at least 90/s");
}

TEST(Load, CountsWhatWasThrottled) {
    LoadResult result;
    result.operations[number_of(Operation::twin_get)].causes = {{"status 429 (throttled)", 3}, {"status 500", 2}};
    result.operations[number_of(Operation::method)].causes = {{"HTTP 429 (throttled)", 4}};
    EXPECT_EQ(throttled_in(result), 7u);
}

TEST(Load, CountsARateToTheLastThatWasDone) {
    LoadResult result;
    result.mix_began = Micros(2'000'000);
    result.mix_lasted = Micros(10'000'000);
    result.duration = Micros(13'000'000);
    auto& telemetry = result.operations[number_of(Operation::telemetry)];
    telemetry.done = 1000;
    telemetry.last = Micros(11'990'000);
    EXPECT_DOUBLE_EQ(rate_of(result, Operation::telemetry), 100);
    telemetry.last = Micros(14'500'000);  // what came late does not count as if it had come in time
    EXPECT_DOUBLE_EQ(rate_of(result, Operation::telemetry), 80);
    auto& connect = result.operations[number_of(Operation::connect)];
    connect.done = 50;
    connect.last = Micros(2'500'000);
    EXPECT_DOUBLE_EQ(rate_of(result, Operation::connect), 20);
    EXPECT_EQ(rate_of(LoadResult{}, Operation::method), 0);
}

}  // namespace
}  // namespace hubspec::model
