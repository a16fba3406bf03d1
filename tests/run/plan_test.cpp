#include "harness/run/plan.hpp"

#include <gtest/gtest.h>

namespace hubspec::run {
namespace {

model::Scenario scenario(const std::string& id) {
    model::Scenario one;
    one.id = id;
    one.verifies = {"REPORTED-11"};
    one.tags = {"twin"};
    return one;
}

TEST(Expand, WithoutAxesIsOneCase) {
    const auto cases = expand(scenario("reported/patch"));
    ASSERT_EQ(cases.size(), 1u);
    EXPECT_EQ(cases[0].name, "reported/patch");
}

TEST(Expand, MakesOneCaseForEachCombination) {
    auto one = scenario("a/b");
    one.axes = {{"qos", {0, 1}}, {"retain", {false, true}}};
    const auto cases = expand(one);
    ASSERT_EQ(cases.size(), 4u);
    EXPECT_EQ(cases[0].name, "a/b [qos=0, retain=false]");
    EXPECT_EQ(cases[3].name, "a/b [qos=1, retain=true]");
    EXPECT_EQ(cases[3].bindings.at("qos"), model::Value(1));
}

TEST(Expand, HowTheDeviceConnectsCanBeLeftOutOfTheName) {
    auto one = scenario("a/b");
    one.axes = {{"transport", {"tls", "wss"}}, {"qos", {0}}, {"identity", {"module"}}, {"auth", {"x509"}}};
    const auto cases = expand(one);
    EXPECT_EQ(cases[1].name, "a/b [transport=wss, qos=0, identity=module, auth=x509]");
    EXPECT_EQ(name_beside_connection(cases[1]), "a/b [qos=0]");
    EXPECT_EQ(name_beside_connection(expand(scenario("a/b"))[0]), "a/b");
}

TEST(Expand, AnAxisSaysWhatTheDevicesIdEndsIn) {
    auto one = scenario("a/b");
    one.axes = {{"id_suffix", {":x"}}};
    EXPECT_EQ(own_identity(expand(one)[0]).id_suffix, ":x");
    EXPECT_EQ(own_identity(expand(scenario("a/b"))[0]).id_suffix, "");
}

TEST(Glob, OneStarStaysInItsFolder) {
    EXPECT_TRUE(matches_glob("reported/*", "reported/patch"));
    EXPECT_FALSE(matches_glob("*", "reported/patch"));
    EXPECT_TRUE(matches_glob("**", "reported/patch"));
    EXPECT_TRUE(matches_glob("**patch*", "reported/patch [qos=1]"));
    EXPECT_FALSE(matches_glob("reported", "reported/patch"));
}

TEST(Glob, TellsWhetherANameThatBeginsSoMayMatch) {
    for (const auto* pattern :
         {"**", "**patch*", "reported/*", "reported/patch", "reported/patch [qos=1]", "r*/p*", "*/*"})
        EXPECT_TRUE(may_begin(pattern, "reported/patch")) << pattern;
    for (const auto* pattern : {"*", "reported", "desired/**", "reported/p", "r*/q*", ""})
        EXPECT_FALSE(may_begin(pattern, "reported/patch")) << pattern;
}

TEST(Selection, EveryFilterMustHold) {
    const auto one = expand(scenario("reported/patch")).front();
    EXPECT_TRUE(is_selected(one, {}, "must"));
    EXPECT_TRUE(is_selected(one,
                            {.match = {"reported/*"},
                             .skip = {},
                             .tags = {"twin"},
                             .requirements = {"REPORTED-11"},
                             .levels = {"must"},
                             .shard = {}},
                            "must"));
    EXPECT_FALSE(is_selected(
        one, {.match = {"twin/*"}, .skip = {}, .tags = {}, .requirements = {}, .levels = {}, .shard = {}}, "must"));
    EXPECT_FALSE(is_selected(
        one, {.match = {}, .skip = {"**patch"}, .tags = {}, .requirements = {}, .levels = {}, .shard = {}}, "must"));
    EXPECT_FALSE(is_selected(
        one, {.match = {}, .skip = {}, .tags = {"slow"}, .requirements = {}, .levels = {}, .shard = {}}, "must"));
    EXPECT_FALSE(is_selected(
        one, {.match = {}, .skip = {}, .tags = {}, .requirements = {"TWIN-01"}, .levels = {}, .shard = {}}, "must"));
    EXPECT_FALSE(is_selected(
        one, {.match = {}, .skip = {}, .tags = {}, .requirements = {}, .levels = {"should"}, .shard = {}}, "must"));
}

}  // namespace
}  // namespace hubspec::run
