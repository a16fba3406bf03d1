#include "harness/run/bindings.hpp"

#include <gtest/gtest.h>

namespace hubspec::run {
namespace {

using model::Value;

TEST(Template, IsCutIntoTextAndNames) {
    const auto parts = parse_template("$iothub/twin/res/204/?$rid={{rid}}&$version={{version:int}}");
    ASSERT_EQ(parts.size(), 4u);
    EXPECT_EQ(std::get<std::string>(parts[0]), "$iothub/twin/res/204/?$rid=");
    EXPECT_EQ(std::get<NameReference>(parts[1]), (NameReference{"rid", ""}));
    EXPECT_EQ(std::get<std::string>(parts[2]), "&$version=");
    EXPECT_EQ(std::get<NameReference>(parts[3]), (NameReference{"version", "int"}));
}

TEST(Template, AnUnclosedNameIsText) { EXPECT_EQ(std::get<std::string>(parse_template("a{{b").front()), "a{{b"); }

TEST(Interpolate, FillsBoundNamesAndLeavesOthers) {
    const Bindings bindings{{"rid", "7"}, {"n", 3}};
    EXPECT_EQ(interpolate_text("r={{rid}} n={{n}} x={{x}}", bindings), "r=7 n=3 x={{x}}");
}

TEST(Interpolate, ALoneNameKeepsItsType) {
    EXPECT_EQ(interpolate("{{n}}", {{"n", 3}}), Value(3));
    EXPECT_EQ(interpolate("{{n}} ", {{"n", 3}}), Value("3 "));
}

TEST(MatchTemplate, CapturesWhatIsUnbound) {
    Bindings bindings;
    ASSERT_TRUE(match_template("res/{{status:int}}/?$rid={{rid}}", Value("res/204/?$rid=abc"), bindings));
    EXPECT_EQ(bindings.at("status"), Value(204));
    EXPECT_EQ(bindings.at("rid"), Value("abc"));
}

TEST(MatchTemplate, ComparesWhatIsBound) {
    Bindings bindings{{"rid", "abc"}};
    EXPECT_TRUE(match_template("r={{rid}}", Value("r=abc"), bindings));
    EXPECT_FALSE(match_template("r={{rid}}", Value("r=abd"), bindings));
}

TEST(MatchTemplate, LeavesBindingsAloneWhenItFails) {
    Bindings bindings;
    EXPECT_FALSE(match_template("{{a:int}}/x", Value("12/y"), bindings));
    EXPECT_TRUE(bindings.empty());
}

TEST(MatchTemplate, ATypeRefusesOtherText) {
    Bindings bindings;
    EXPECT_FALSE(match_template("v={{v:int}}", Value("v=twelve"), bindings));
    EXPECT_FALSE(match_template("{{v:int}}", Value("twelve"), bindings));
    EXPECT_FALSE(match_template("{{v:int}}", Value(1.5), bindings));
}

TEST(MatchTemplate, ALoneNameTakesNumbersAndComparesThemWithText) {
    Bindings bindings;
    ASSERT_TRUE(match_template("{{v}}", Value(6), bindings));
    EXPECT_EQ(bindings.at("v"), Value(6));
    EXPECT_TRUE(match_template("{{v}}", Value("6"), bindings));
    EXPECT_FALSE(match_template("{{v}}", Value(7), bindings));
}

TEST(MatchTemplate, WhateverIsNotRemembered) {
    Bindings bindings;
    EXPECT_TRUE(match_template("a/{{_}}/b", Value("a/x/y/b"), bindings));
    EXPECT_TRUE(bindings.empty());
}

TEST(UnboundNames, AreListedInOrder) {
    EXPECT_EQ(unbound_names("{{b}}{{a}}{{k}}", {{"k", 1}}), (std::vector<std::string>{"b", "a"}));
}

}  // namespace
}  // namespace hubspec::run
