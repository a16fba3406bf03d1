// Which acknowledgements a device line waits for itself, and which it leaves to a later line.

#include "harness/scenario/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/scenario/load.hpp"

namespace hubspec::scenario {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> left(std::size_t step, const std::string& steps) {
    const auto loaded = load_text(
        "x.yaml", "title: x\nverifies: [CONN-01]\nsteps:\n  - device: {connect: {}}\n  - hub: {connack: {}}\n" + steps);
    EXPECT_EQ(format(loaded.diagnostics), "");
    return loaded.scenarios.empty() ? std::vector<std::string>{"nothing was read"}
                                    : loaded.scenarios[0].steps.at(step + 2).left_to_later;
}

constexpr auto subscribe = "  - device: {subscribe: {filter: x}}\n";

TEST(Acknowledgements, ALineThatNobodySpeaksOfWaitsForItsOwn) {
    EXPECT_THAT(left(0, std::string(subscribe) + "  - hub: {publish: {topic: any}}\n"), IsEmpty());
}

TEST(Acknowledgements, ALaterLineThatExpectsOneTakesIt) {
    EXPECT_THAT(left(0, std::string(subscribe) + "  - service: {send: {payload: x}}\n  - hub: {suback: {}}\n"),
                ElementsAre("suback"));
}

TEST(Acknowledgements, AnEndThatFollowsTakesItsPlace) {
    EXPECT_THAT(left(0, std::string(subscribe) + "  - hub: {closes: {}}\n"), ElementsAre("suback"));
}

// The other line is what ends the connection: before it the acknowledgement must have come.
TEST(Acknowledgements, AnEndAfterAnotherActorsLineDoesNot) {
    EXPECT_THAT(left(0, std::string(subscribe) + "  - device: {connect: {}}\n    connection: newest\n" +
                            "  - hub: {closes: {}}\n"),
                IsEmpty());
    EXPECT_THAT(left(0, std::string(subscribe) + "  - service: {delete_identity: {}}\n  - hub: {closes: {}}\n"),
                IsEmpty());
}

TEST(Acknowledgements, TheConnectionsNextLineEndsTheSearch) {
    EXPECT_THAT(
        left(0, std::string(subscribe) + "  - device: {publish: {topic: x, payload: y}}\n  - hub: {suback: {}}\n"),
        IsEmpty());
}

}  // namespace
}  // namespace hubspec::scenario
