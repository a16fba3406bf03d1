#include "harness/load/judge.hpp"

#include <gtest/gtest.h>

#include "harness/load/merge.hpp"
#include "harness/load/tally.hpp"

namespace hubspec::load {
namespace {

using namespace model;
using namespace std::chrono_literals;
using Kind = Threshold::Kind;

/// Ten devices of which each sends once a second, for ten seconds.
LoadResult result_of(std::vector<Threshold> thresholds, const Tally& tally, LoadShard shard = {}) {
    LoadResult result;
    result.plan.devices = 10;
    result.plan.mix = {{Operation::telemetry, 1s, 1, 100, 1}};
    result.plan.thresholds = std::move(thresholds);
    result.shards = {shard};
    result.mix_lasted = 10s;
    result.duration = 10s;
    result.host_name = "machine-" + std::to_string(shard.index);
    result.operations = tally.operations();
    result.thresholds = judge(result);
    return result;
}

Tally tally_of(int done, std::uint64_t failed = 0) {
    Tally tally(1s);
    for (int i = 0; i < done; ++i) tally.done(Operation::telemetry, i * 1ms, i * 1ms + (i + 1) * 1ms);
    tally.failed(Operation::telemetry, "no answer in time", 1500ms, failed);
    return tally;
}

Threshold telemetry(Kind kind, double limit, double percent = 0) {
    return {Operation::telemetry, kind, percent, limit, "load.yaml:9:3"};
}

std::string figure(const Threshold& threshold, const Tally& tally) {
    const auto result = result_of({threshold}, tally);
    return result.thresholds.front().figure + (result.thresholds.front().held ? ", held" : ", missed");
}

TEST(Judge, ComparesLatencies) {
    EXPECT_EQ(figure(telemetry(Kind::percentile, 50'200, 50), tally_of(100)), "50.2 ms, held");
    EXPECT_EQ(figure(telemetry(Kind::percentile, 50'000, 50), tally_of(100)), "50.2 ms, missed");
    EXPECT_EQ(figure(telemetry(Kind::most, 100'000), tally_of(100)), "100 ms, held");
    EXPECT_EQ(figure(telemetry(Kind::most, 99'000), tally_of(100)), "100 ms, missed");
}

TEST(Judge, MissesALatencyOfWhichThereIsNone) {
    EXPECT_EQ(figure(telemetry(Kind::percentile, 50'000, 50), tally_of(0, 3)), "nothing was done, missed");
}

TEST(Judge, ComparesErrorsOfOneOperationAndOfAll) {
    EXPECT_EQ(figure(telemetry(Kind::errors, 1), tally_of(99, 1)), "1 %, held");
    EXPECT_EQ(figure(telemetry(Kind::errors, 0), tally_of(99, 1)), "1 %, missed");
    auto tally = tally_of(99, 1);
    tally.failed(Operation::connect, "refused", 0s, 25);
    EXPECT_EQ(figure({std::nullopt, Kind::errors, 0, 20, ""}, tally), "20.8 %, missed");
    EXPECT_EQ(figure({std::nullopt, Kind::errors, 0, 0, ""}, tally_of(5)), "0 %, held");
}

TEST(Judge, ComparesRatesAsTheyAreShown) {
    EXPECT_EQ(figure(telemetry(Kind::rate, 10), tally_of(100)), "10/s, held");
    EXPECT_EQ(figure(telemetry(Kind::rate, 10), tally_of(99)), "9.9/s, missed");
}

TEST(Judge, AsksOfAShardForItsShareOfARate) {
    const auto half = result_of({telemetry(Kind::rate, 10)}, tally_of(50), {1, 2});
    EXPECT_TRUE(all_held(half));
    EXPECT_EQ(describe_limit(half.thresholds.front().threshold), "at least 5/s");
}

TEST(Judge, NamesTheMainCauseOfNotConnecting) {
    Tally tally(1s);
    tally.failed(Operation::connect, "refused with CONNACK 5 (not authorized)", 0s, 3);
    tally.failed(Operation::connect, "no answer in time", 0s, 2);
    const auto result = result_of({}, tally);
    EXPECT_TRUE(nothing_done(result));
    EXPECT_EQ(main_cause(result), "refused with CONNACK 5 (not authorized)");
    EXPECT_EQ(main_cause(result_of({}, tally_of(1))), "");
}

TEST(Tally, CountsBySlicesOfTime) {
    Tally tally(1s);
    tally.done(Operation::telemetry, 900ms, 1100ms);
    tally.done(Operation::telemetry, 900ms, 2100ms);
    tally.failed(Operation::telemetry, "no answer in time", 2200ms, 2);
    const auto telemetry = tally.operations()[number_of(Operation::telemetry)];
    ASSERT_EQ(telemetry.slices.size(), 3u);
    EXPECT_EQ(telemetry.slices[0], LoadSlice{});
    EXPECT_EQ(telemetry.slices[1].done, 1u);
    EXPECT_EQ(telemetry.slices[1].latencies.most(), 200'000u);
    EXPECT_EQ(telemetry.slices[2].errors, 2u);
    EXPECT_EQ(telemetry.last, 2100ms);
    EXPECT_EQ(telemetry.latencies.most(), 1'200'000u);
}

TEST(Tally, DoesNotGrowWithWhatAHubInvents) {
    Tally tally(1s);
    for (int i = 0; i < 1000; ++i) tally.failed(Operation::method, "HTTP " + std::to_string(i), 0s);
    const auto causes = tally.operations()[number_of(Operation::method)].causes;
    EXPECT_EQ(causes.size(), 51u);
    EXPECT_EQ(causes.at("other causes"), 950u);
}

TEST(Merge, MakesOneLoadOfItsShards) {
    const std::vector<Threshold> thresholds{telemetry(Kind::rate, 10), telemetry(Kind::errors, 1)};
    const auto merged =
        merge({result_of(thresholds, tally_of(50, 2), {2, 2}), result_of(thresholds, tally_of(50), {1, 2})});
    const auto* sum = std::get_if<LoadResult>(&merged);
    ASSERT_NE(sum, nullptr) << std::get<std::string>(merged);
    EXPECT_EQ(sum->shards, (std::vector<LoadShard>{{1, 2}, {2, 2}}));
    EXPECT_EQ(sum->operations[number_of(Operation::telemetry)].done, 100u);
    EXPECT_EQ(sum->operations[number_of(Operation::telemetry)].latencies.count(), 100u);
    EXPECT_EQ(sum->operations[number_of(Operation::telemetry)].slices[1].errors, 2u);
    EXPECT_EQ(sum->thresholds[0].figure, "10/s");
    EXPECT_TRUE(sum->thresholds[0].held);
    EXPECT_EQ(sum->thresholds[1].figure, "1.96 %");
    EXPECT_FALSE(sum->thresholds[1].held);
    EXPECT_EQ(sum->host_name, "machine-2, machine-1");
    EXPECT_TRUE(missing_shards(*sum).empty());
}

TEST(Merge, SaysWhatDoesNotBelongTogether) {
    const auto problem = [](const LoadResult& a, const LoadResult& b) { return std::get<std::string>(merge({a, b})); };
    const auto one = result_of({}, tally_of(1), {1, 2});
    auto other = result_of({}, tally_of(1), {2, 2});
    EXPECT_EQ(problem(one, one), "shard 1/2 is there twice");
    EXPECT_EQ(problem(result_of({}, tally_of(1)), result_of({}, tally_of(1))),
              "each is the whole load already; shards are made with --shard I/N");
    EXPECT_EQ(problem(one, result_of({}, tally_of(1), {2, 3})), "shard 2/3 does not go with shard 1/2");
    other.target = "elsewhere";
    EXPECT_EQ(problem(one, other), "they are not of one target: '' and 'elsewhere'");
    other.plan.devices = 11;
    other.plan.title = "B";
    EXPECT_EQ(problem(one, other), "they are not of one load: '' and 'B' say different things");
    EXPECT_EQ(std::get<std::string>(merge({})), "there is nothing to merge");
}

TEST(Merge, DoesNotCareWhereAFileLies) {
    auto one = result_of({telemetry(Kind::rate, 1)}, tally_of(10), {1, 2});
    auto other = result_of({telemetry(Kind::rate, 1)}, tally_of(10), {2, 2});
    other.plan.file = "/elsewhere/load.yaml";
    other.plan.thresholds.front().place = "/elsewhere/load.yaml:9:3";
    EXPECT_TRUE(std::holds_alternative<LoadResult>(merge({one, other})));
}

TEST(Merge, KnowsWhatIsMissing) {
    const auto merged = merge({result_of({}, tally_of(1), {2, 3})});
    EXPECT_EQ(missing_shards(std::get<LoadResult>(merged)), (std::vector<std::string>{"1/3", "3/3"}));
}

}  // namespace
}  // namespace hubspec::load
