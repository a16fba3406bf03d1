#include "harness/model/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace hubspec::model {
namespace {

TEST(Histogram, IsEmptyAtFirst) {
    const Histogram none;
    EXPECT_EQ(none.count(), 0u);
    EXPECT_EQ(none.percentile(50), 0u);
    EXPECT_EQ(none.least(), 0u);
    EXPECT_EQ(none.most(), 0u);
    EXPECT_EQ(none.mean(), 0);
    EXPECT_TRUE(none.cells().empty());
}

TEST(Histogram, KeepsSmallValuesAsTheyAre) {
    Histogram histogram;
    for (std::uint64_t value = 1; value <= 100; ++value) histogram.add(value);
    EXPECT_EQ(histogram.count(), 100u);
    EXPECT_EQ(histogram.percentile(0), 1u);
    EXPECT_EQ(histogram.percentile(1), 1u);
    EXPECT_EQ(histogram.percentile(50), 50u);
    EXPECT_EQ(histogram.percentile(99), 99u);
    EXPECT_EQ(histogram.percentile(99.1), 100u);
    EXPECT_EQ(histogram.percentile(100), 100u);
    EXPECT_DOUBLE_EQ(histogram.mean(), 50.5);
}

TEST(Histogram, HasStepsWithoutGapsAndOverlaps) {
    std::uint64_t next = 0;
    for (std::uint32_t step = 0; step <= Histogram::step_of(Histogram::largest); ++step) {
        EXPECT_EQ(Histogram::step_of(next), step);
        const auto end = Histogram::end_of(step);
        ASSERT_GE(end, next);
        EXPECT_EQ(Histogram::step_of(end), step);
        if (next > 0) {
            EXPECT_LE(static_cast<double>(end - next), 0.008 * static_cast<double>(next));
        }
        next = end + 1;
    }
    EXPECT_EQ(next, Histogram::largest + 1);
}

TEST(Histogram, IsNotFurtherThanAStepFromTheTruth) {
    std::mt19937_64 random(7);
    std::lognormal_distribution<double> distribution(8, 2);
    std::vector<std::uint64_t> values(20'000);
    Histogram histogram;
    for (auto& value : values) histogram.add(value = static_cast<std::uint64_t>(distribution(random)));
    std::sort(values.begin(), values.end());
    for (const double percent : {1.0, 25.0, 50.0, 90.0, 99.0, 99.9, 99.99}) {
        const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * 20'000 - 1e-6)) - 1;
        const auto truth = static_cast<double>(values[rank]);
        EXPECT_GE(static_cast<double>(histogram.percentile(percent)), truth);
        EXPECT_LE(static_cast<double>(histogram.percentile(percent)), truth * 1.008 + 1);
    }
    EXPECT_EQ(histogram.least(), values.front());
    EXPECT_EQ(histogram.percentile(100), values.back());
}

TEST(Histogram, OfPartsIsThatOfTheWhole) {
    Histogram whole, one, other;
    for (std::uint64_t value = 0; value < 5000; ++value) {
        whole.add(value * value);
        (value % 3 == 0 ? one : other).add(value * value);
    }
    one.add(other);
    EXPECT_EQ(one.cells(), whole.cells());
    EXPECT_EQ(one.count(), whole.count());
    EXPECT_EQ(one.least(), 0u);
    EXPECT_EQ(one.most(), whole.most());
    EXPECT_EQ(one.percentile(99), whole.percentile(99));
    Histogram nothing;
    nothing.add(whole);
    EXPECT_EQ(nothing.cells(), whole.cells());
    whole.add(Histogram());
    EXPECT_EQ(nothing.count(), whole.count());
}

TEST(Histogram, IsStoredAndReadAgain) {
    Histogram histogram;
    histogram.add(3, 4);
    histogram.add(70'000, 2);
    histogram.add(12);
    EXPECT_EQ(Histogram::of(histogram.cells(), histogram.least(), histogram.most(), histogram.sum()), histogram);
    // A step that does not exist comes from a damaged file.
    EXPECT_EQ(Histogram::of({{4'000'000'000U, 5}, {1, 1}}, 1, 1, 1).count(), 1u);
}

TEST(Histogram, TakesWhatIsBeyondItsEndAsItsEnd) {
    Histogram histogram;
    histogram.add(Histogram::largest + 5);
    EXPECT_EQ(histogram.most(), Histogram::largest);
    EXPECT_EQ(histogram.percentile(50), Histogram::largest);
}

}  // namespace
}  // namespace hubspec::model
