#include "harness/run/shards.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace hubspec::run {
namespace {

using std::chrono::microseconds;
using testing::ElementsAre;

std::vector<microseconds> loads(const std::vector<std::string>& names, const Cut& made, std::size_t count,
                                const Durations& durations) {
    std::vector<microseconds> all(count);
    for (std::size_t i = 0; i < names.size(); ++i) all.at(made.shards.at(i) - 1) += durations.at(names[i]);
    return all;
}

struct Recorded {
    std::vector<std::string> names;
    Durations durations;
};

// Most cases are short, some take a thousand times as long: as in a suite with certifications.
Recorded recorded(std::size_t size) {
    Recorded all;
    std::mt19937 random(7);
    for (std::size_t i = 0; i < size; ++i) {
        all.names.push_back("folder/case-" + std::to_string(i));
        all.durations[all.names.back()] = microseconds(1000 + random() % 9000) * (i % 50 == 0 ? 100 : 1);
    }
    return all;
}

TEST(Cut, WithoutDurationsCasesTakeTurns) {
    EXPECT_THAT(cut({"a", "b", "c", "d", "e"}, 2).shards, ElementsAre(1, 2, 1, 2, 1));
    EXPECT_THAT(cut({"a", "b"}, 5).shards, ElementsAre(1, 2));
    EXPECT_THAT(cut({}, 3).shards, ElementsAre());
}

TEST(Cut, TheLongestComesFirstToTheShardWithLeast) {
    const Durations durations{{"a", microseconds(1)},
                              {"b", microseconds(2)},
                              {"c", microseconds(3)},
                              {"d", microseconds(4)},
                              {"e", microseconds(5)}};
    // e 5, d 4, c to d's, b to e's, a to the first of two that have 7.
    EXPECT_THAT(cut({"a", "b", "c", "d", "e"}, 2, durations).shards, ElementsAre(1, 1, 2, 2, 1));
}

TEST(Cut, WhatIsUnknownTakesAsLongAsTheMedian) {
    const Durations durations{{"a", microseconds(1)}, {"b", microseconds(10)}, {"c", microseconds(100)}};
    // c 100, b 10, x 10 and y 10 beside each other, then a.
    EXPECT_THAT(cut({"a", "b", "c", "x", "y"}, 2, durations).shards, ElementsAre(2, 2, 1, 2, 2));
    EXPECT_THAT(cut({"x", "y", "z"}, 3, durations).shards, ElementsAre(1, 2, 3));
}

TEST(Cut, CasesThatTakeNoTimeAreSpread) {
    const Durations durations{{"a", {}}, {"b", {}}, {"c", {}}, {"d", {}}};
    EXPECT_THAT(cut({"a", "b", "c", "d"}, 2, durations).shards, ElementsAre(1, 2, 1, 2));
}

TEST(Cut, IsBalanced) {
    const auto [names, durations] = recorded(2000);
    for (const std::size_t count : {2U, 7U, 16U}) {
        const auto all = loads(names, cut(names, count, durations), count, durations);
        const auto [least, most] = std::minmax_element(all.begin(), all.end());
        // No shard is longer than another by more than its last case, which is one of the shortest here.
        EXPECT_LE(*most - *least, microseconds(10'000)) << count;
    }
}

TEST(Cut, NamesAndDurationsAloneDecide) {
    const auto [names, durations] = recorded(300);
    auto shuffled = names;
    std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(3));
    const auto made = cut(names, 4, durations), other = cut(shuffled, 4, durations);
    std::map<std::string, std::size_t> shard;
    for (std::size_t i = 0; i < names.size(); ++i) shard[names[i]] = made.shards[i];
    for (std::size_t i = 0; i < shuffled.size(); ++i) EXPECT_EQ(other.shards[i], shard[shuffled[i]]);
}

TEST(Cut, ItsIdTellsOneCutFromAnother) {
    const auto [names, durations] = recorded(50);
    EXPECT_EQ(cut(names, 4, durations), cut(names, 4, durations));
    EXPECT_EQ(cut(names, 4).id.size(), 12u);
    EXPECT_NE(cut(names, 4).id, cut(names, 4, durations).id);
    EXPECT_NE(cut(names, 4).id, cut({names.begin(), names.end() - 1}, 4).id);
}

}  // namespace
}  // namespace hubspec::run
