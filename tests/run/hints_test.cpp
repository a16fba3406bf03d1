#include "harness/run/hints.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "harness/run/judge.hpp"
#include "tests/run/support/told.hpp"

namespace hubspec::run {
namespace {

using namespace model;
using namespace test;
using testing::HasSubstr;

std::string read_all(const std::string& folder, const std::string& beginning) {
    std::string text;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (!entry.path().filename().string().starts_with(beginning)) continue;
        std::ifstream file(entry.path());
        text.append(std::istreambuf_iterator<char>(file), {});
    }
    return text;
}

TEST(Hints, AreManyAndEachIsNamedOnce) {
    std::set<std::string_view> ids;
    for (const auto& one : all_hints()) EXPECT_TRUE(ids.insert(one.id).second) << one.id;
    EXPECT_GE(ids.size(), 40u);
}

TEST(Hints, LeadToRequirementsThatExist) {
    const auto catalogue = read_all(HUBSPEC_SOURCE_DIR "/scenarios/requirements", "");
    for (const auto& one : all_hints())
        EXPECT_THAT(catalogue, HasSubstr("- id: " + std::string(one.requirement) + "\n")) << one.id;
}

TEST(Hints, AreEachTested) {
    const auto tests = read_all(HUBSPEC_SOURCE_DIR "/tests/run", "hints_");
    for (const auto& one : all_hints()) EXPECT_THAT(tests, HasSubstr('"' + std::string(one.id) + '"'));
}

TEST(Hints, AreSentences) {
    for (const auto& one : all_hints()) {
        EXPECT_TRUE(one.text.ends_with('.') || one.text.ends_with('?')) << one.id;
        EXPECT_LE(one.text.size(), 240u) << one.id;
    }
}

TEST(Hints, StandInTheFinding) {
    const auto result = judge(plan({step(Action{Speaker::device, "connect", {}}, 7), step(hub("pingresp"), 8)}),
                              {event(0, StepBegan{0}), event(1, PacketSent{"main", connect_of(), {}}),
                               event(2, PacketReceived{"main", mqtt::Connack{false, 0}}), event(3, StepBegan{1}),
                               event(4, PacketSent{"main", message(events, 2), {}}), event(5, closes())},
                              catalogue());
    ASSERT_EQ(result.findings.size(), 1u);
    EXPECT_EQ(result.findings[0].hint,
              "A PUBLISH with QoS 2 came before: hubs do not support it and close the connection. [D2C-10]");
}

TEST(Hints, AreLeftOutWhereNothingIsKnown) {
    const auto result =
        judge(plan({step(hub("pingresp"), 8)}), {event(0, StepBegan{0}), event(9, StepExpired{0})}, catalogue());
    ASSERT_EQ(result.findings.size(), 1u);
    EXPECT_EQ(result.findings[0].hint, "");
}

}  // namespace
}  // namespace hubspec::run
