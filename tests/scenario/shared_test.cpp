// One text for both seats: what each of them makes of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/scenario/load.hpp"
#include "harness/scenario/requirements.hpp"

namespace hubspec::scenario {
namespace {

using namespace model;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Catalogue& catalogue() {
    static const auto loaded = load_catalogue(HUBSPEC_SOURCE_DIR "/scenarios/requirements");
    return loaded.catalogue;
}

Loaded read(const std::string& head, const std::string& steps) {
    return load_text("x.yaml", "title: x\nseat: both\n" + head + "steps:\n" + steps, &catalogue());
}

constexpr auto twin = "verifies: [TWIN-03, TWIN-04]\napplies: ics.twin\n";
constexpr auto conversation =
    "  - device: {connect: {clean_session: false, keep_alive: 30}}\n"
    "  - device: {opens: {}}\n"
    "  - app: {get_twin: {}}\n"
    "  - device: {publish: {topic: \"$iothub/twin/GET/?$rid={{rid}}\", qos: 1}}\n"
    "  - hub: {publish: {topic: \"$iothub/twin/res/200/?$rid={{rid}}\"}}\n";

std::vector<std::string> names_of(const std::vector<Field>& fields) {
    std::vector<std::string> names;
    for (const auto& field : fields) names.push_back(field.name);
    return names;
}

TEST(SharedText, TheDeviceSeatSendsAndPassesOverWhatIsOfTheDevice) {
    const auto loaded = read(twin, conversation);
    ASSERT_EQ(format(loaded.diagnostics), "");
    ASSERT_EQ(loaded.scenarios.size(), 2U);
    const auto& scenario = loaded.scenarios[0];
    EXPECT_EQ(scenario.seat, Seat::device);
    EXPECT_EQ(scenario.applies, "");
    ASSERT_EQ(scenario.steps.size(), 3U);
    EXPECT_THAT(names_of(std::get<Action>(scenario.steps[0].form).fields), ElementsAre("clean_session", "keep_alive"));
    EXPECT_EQ(std::get<Action>(scenario.steps[1].form).verb, "publish");
}

TEST(SharedText, TheHubSeatExpectsWhatADeviceIsHeldTo) {
    const auto loaded = read(twin, conversation);
    ASSERT_EQ(loaded.scenarios.size(), 2U);
    const auto& scenario = loaded.scenarios[1];
    EXPECT_EQ(scenario.seat, Seat::hub);
    EXPECT_EQ(scenario.id, loaded.scenarios[0].id);
    EXPECT_EQ(scenario.applies, "ics.twin");
    ASSERT_EQ(scenario.steps.size(), 5U);
    EXPECT_THAT(std::get<Expectation>(scenario.steps[0].form).fields, IsEmpty());
    EXPECT_EQ(std::get<Action>(scenario.steps[2].form).speaker, Speaker::app);
    EXPECT_THAT(names_of(std::get<Expectation>(scenario.steps[3].form).fields), ElementsAre("topic"));
    EXPECT_THAT(scenario.needs, IsEmpty());
}

TEST(SharedText, EachSeatProvesWhatBindsTheOther) {
    const auto loaded = read("verifies: [D2C-01, SAMPLE-13, D2C-16]\n",
                             "  - device: {connect: {}}\n  - hub: {connack: {}}\n    verifies: [D2C-16]\n");
    ASSERT_EQ(format(loaded.diagnostics), "");
    for (const auto& scenario : loaded.scenarios)
        for (const auto& id : scenario.verifies) {
            const auto binds = catalogue().find(id)->binds;
            EXPECT_TRUE(binds == Binds::both || (binds == Binds::hub) == (scenario.seat == Seat::device)) << id;
        }
    EXPECT_NE(loaded.scenarios[0].verifies, loaded.scenarios[1].verifies);
}

// A payload of its own choosing can be asked of an adapter only.
TEST(SharedText, APayloadNeedsAnAdapter) {
    const auto loaded = read("verifies: [D2C-01]\n",
                             "  - device: {connect: {}}\n"
                             "  - device: {publish: {topic: \"devices/{{device.id}}/messages/events/\", payload: x}}\n"
                             "  - service: {telemetry: {payload: x}}\n");
    ASSERT_EQ(format(loaded.diagnostics), "");
    EXPECT_THAT(loaded.scenarios[1].needs, testing::Contains("adapter"));
    EXPECT_THAT(loaded.scenarios[0].needs, testing::Not(testing::Contains("adapter")));
}

TEST(SharedText, TheDeviceIsWhatItIs) {
    const auto loaded = read("verifies: [CONN-08]\nover: {transport: [tls, wss]}\n",
                             "  - device: {connect: {}}\n  - hub: {connack: {}}\n");
    ASSERT_EQ(format(loaded.diagnostics), "");
    EXPECT_EQ(loaded.scenarios[0].axes.size(), 1U);
    EXPECT_THAT(loaded.scenarios[1].axes, IsEmpty());
}

TEST(SharedText, WhatServesOneSeatOnlyIsRefusedOnce) {
    const auto said = [](const std::string& head, const std::string& steps) {
        return format(read(head, "  - device: {connect: {}}\n  - hub: {connack: {}}\n" + steps).diagnostics);
    };
    EXPECT_THAT(said(twin, "  - hub: {drop: {}}\n"), HasSubstr("that is a line of the hub seat alone"));
    EXPECT_THAT(said(twin, "  - device: {drop: {}}\n"), HasSubstr("that is a line of the device seat alone"));
    EXPECT_THAT(said("verifies: [TWIN-03]\napplies: target.tier == standard\n", ""),
                HasSubstr("'applies' speaks of the device's statement, as in 'ics.twin', not of 'target.tier'"));
    EXPECT_THAT(said("verifies: [CONN-10]\n", ""), HasSubstr("none of these binds the device"));
    EXPECT_THAT(said("verifies: [TWIN-03]\nover: {qos: [0, 1]}\n", ""),
                HasSubstr("'over' has transport, identity and auth, not 'qos'"));
    const auto twice = said(twin, "  - hub: {puback: {id: 1}}\n");
    EXPECT_EQ(twice.find("unknown key"), twice.rfind("unknown key")) << twice;
}

}  // namespace
}  // namespace hubspec::scenario
