#include "harness/scenario/expression.hpp"

#include <gtest/gtest.h>

namespace hubspec::scenario {
namespace {

using model::Object;
using model::Value;

const Value target{Object{{"target", Object{{"tier", "standard"}, {"edge", false}, {"units", 3}}}}};

bool holds(const std::string& text) { return evaluate(text, target).holds; }

TEST(Expression, ComparesCapabilities) {
    EXPECT_TRUE(holds("target.tier == standard"));
    EXPECT_TRUE(holds("target.tier == \"standard\""));
    EXPECT_FALSE(holds("target.tier == basic"));
    EXPECT_TRUE(holds("target.tier != basic"));
    EXPECT_TRUE(holds("target.units >= 3 and target.units < 4"));
    EXPECT_FALSE(holds("target.units > 3"));
}

TEST(Expression, KnowsNotAndOrAndParentheses) {
    EXPECT_TRUE(holds("not target.edge"));
    EXPECT_TRUE(holds("target.edge or target.tier == standard"));
    EXPECT_FALSE(holds("not (target.edge or target.tier == standard)"));
    EXPECT_TRUE(holds("target.tier == standard and not target.edge"));
}

TEST(Expression, WhatATargetDoesNotSayDoesNotHold) {
    EXPECT_FALSE(holds("target.unheard"));
    EXPECT_FALSE(holds("target.unheard == 1"));
}

TEST(Expression, SaysWhyItDoesNotHold) {
    EXPECT_EQ(evaluate("target.tier == basic", target).reason, "target.tier is \"standard\", needed \"basic\"");
    EXPECT_EQ(evaluate("target.tier == standard", target).reason, "");
    EXPECT_NE(evaluate("target.unheard", target).reason, "");
}

TEST(Expression, WhatIsNoneIsRefusedWithItsPlace) {
    for (const auto* text : {"", "target.", "target.tier ==", "(target.edge", "target.edge)", "== 5",
                             "target.tier = basic", "and", "target..tier", "not"}) {
        const auto parsed = parse_expression(text);
        ASSERT_TRUE(std::holds_alternative<ExpressionError>(parsed)) << text;
        EXPECT_FALSE(std::get<ExpressionError>(parsed).message.empty());
        EXPECT_LE(std::get<ExpressionError>(parsed).offset, std::string_view(text).size());
    }
    EXPECT_TRUE(std::holds_alternative<ExpressionError>(parse_expression(std::string(100'000, '('))));
}

}  // namespace
}  // namespace hubspec::scenario
