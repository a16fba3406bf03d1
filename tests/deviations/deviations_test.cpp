// The table of deviations and faults: what holds for every line of it. That scenarios catch them is `hubspec selftest`.

#include "fixtures/deviations/deviations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "fixtures/deviations/topics.hpp"

namespace hubspec::deviations {

namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

hub::Policy policy_of(const Deviation& deviation) {
    hub::Policy policy;
    if (deviation.change != nullptr) deviation.change(policy);
    return policy;
}

/// The first word of every line that begins with this key, in all files of a folder.
std::set<std::string> words_after(const std::string& key, const std::filesystem::path& folder) {
    std::set<std::string> words;
    const std::regex pattern(key + R"(\s*([A-Z0-9.-]+))");
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path());
        std::smatch found;
        for (std::string line; std::getline(file, line);)
            if (std::regex_search(line, found, pattern)) words.insert(found[1]);
    }
    return words;
}

/// Ids that some scenario says it verifies.
std::set<std::string> verified_ids(const std::filesystem::path& scenarios) {
    std::set<std::string> ids;
    const std::regex list(R"(verifies: \[([^\]]*)\])"), id(R"([A-Z0-9.-]+)");
    for (const auto& entry : std::filesystem::recursive_directory_iterator(scenarios)) {
        if (entry.path().extension() != ".yaml") continue;
        std::ifstream file(entry.path());
        std::smatch found;
        for (std::string line; std::getline(file, line);)
            if (std::regex_search(line, found, list)) {
                const std::string inside = found[1];
                for (std::sregex_iterator one(inside.begin(), inside.end(), id), end; one != end; ++one)
                    ids.insert(one->str());
            }
    }
    return ids;
}

const std::filesystem::path& scenarios_folder() {
    static const auto folder = std::filesystem::path(HUBSPEC_SOURCE_DIR) / "scenarios";
    return folder;
}

class EachDeviation : public testing::TestWithParam<Deviation> {};

std::string test_name(const testing::TestParamInfo<Deviation>& info) {
    auto name = info.param.name;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

}  // namespace

// Shown instead of bytes when a test fails.
void PrintTo(const Deviation& deviation, std::ostream* out) { *out << deviation.name; }

TEST(Table, HasAtLeastSeventyDeviationsAndSomeFaults) {
    const auto count = [](Kind kind) {
        return std::count_if(all().begin(), all().end(), [&](const Deviation& one) { return one.kind == kind; });
    };
    EXPECT_GE(count(Kind::deviation), 70);
    EXPECT_GE(count(Kind::fault), 6);
}

TEST(Table, HasEveryNameOnce) {
    std::set<std::string> names;
    for (const auto& one : all()) EXPECT_TRUE(names.insert(one.name).second) << one.name << " is there twice";
}

TEST(Table, IsAllTopicsEachSortedByName) {
    std::size_t size = 0;
    for (const auto& topic : topics()) {
        size += topic.size();
        EXPECT_THAT(topic, Not(IsEmpty()));
        const auto unsorted = std::is_sorted_until(
            topic.begin(), topic.end(), [](const Deviation& a, const Deviation& b) { return a.name < b.name; });
        EXPECT_EQ(unsorted, topic.end()) << unsorted->name << " is not in its place";
    }
    EXPECT_EQ(size, all().size());
}

TEST(Table, HasNoTwoLinesThatAreTheSameHub) {
    const auto& table = all();
    for (auto one = table.begin(); one != table.end(); ++one)
        for (auto other = std::next(one); other != table.end(); ++other)
            EXPECT_FALSE(one->kind == other->kind && policy_of(*one) == policy_of(*other) && one->rules == other->rules)
                << one->name << " is " << other->name;
}

TEST(Find, GivesTheLineOfThatName) {
    const auto* found = find("reported-patch-answers-200");
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->name, "reported-patch-answers-200");
    EXPECT_EQ(policy_of(*found).reported_success, 200);
}

TEST(Find, GivesNothingForAnyOtherName) {
    EXPECT_EQ(find("no-such"), nullptr);
    EXPECT_EQ(find(""), nullptr);
    EXPECT_EQ(find("reported-patch-answers"), nullptr);
}

TEST_P(EachDeviation, HasAKebabCaseNameAndOneSentence) {
    const auto& one = GetParam();
    EXPECT_TRUE(std::regex_match(one.name, std::regex("[a-z0-9]+(-[a-z0-9]+)+"))) << one.name;
    EXPECT_TRUE(std::regex_match(one.summary, std::regex(R"([A-Z$].*[A-Za-z0-9]\.)"))) << one.summary;
}

TEST_P(EachDeviation, IsAnotherHub) {
    const auto& one = GetParam();
    EXPECT_TRUE(policy_of(one) != hub::Policy{} || !one.rules.empty()) << one.name << " changes nothing";
    EXPECT_EQ(one.change != nullptr, policy_of(one) != hub::Policy{})
        << one.name << " has a change that changes nothing";
}

TEST_P(EachDeviation, BreaksKnownRequirementsThatAScenarioVerifies) {
    static const auto catalogue = words_after("- id:", scenarios_folder() / "requirements");
    static const auto verified = verified_ids(scenarios_folder());
    const auto& one = GetParam();
    EXPECT_EQ(one.breaks.empty(), one.kind == Kind::fault) << "a deviation breaks something, a fault nothing";
    for (const auto& id : one.breaks) {
        EXPECT_THAT(catalogue, Contains(id));
        EXPECT_THAT(verified, Contains(id));
    }
}

INSTANTIATE_TEST_SUITE_P(Table, EachDeviation, testing::ValuesIn(all()), test_name);

}  // namespace hubspec::deviations
