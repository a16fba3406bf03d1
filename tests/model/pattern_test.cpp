#include "harness/model/pattern.hpp"

#include <gtest/gtest.h>

namespace hubspec::model {
namespace {

Pattern text(const std::string& value) { return {TextPattern{value}, {}}; }
Pattern scalar(Value value) { return {ScalarPattern{std::move(value)}, {}}; }
Field field(const std::string& name, Pattern value) { return {name, std::move(value), {}}; }

TEST(DescribePattern, SpellsItAsAScenarioWould) {
    EXPECT_EQ(describe({AnyValue{}, {}}), "any");
    EXPECT_EQ(describe({AbsentValue{}, {}}), "absent");
    EXPECT_EQ(describe({EmptyValue{}, {}}), "empty");
    EXPECT_EQ(describe(scalar(nullptr)), "null");
    EXPECT_EQ(describe(scalar(true)), "true");
    EXPECT_EQ(describe(scalar(1.5)), "1.5");
    EXPECT_EQ(describe(text("$rid={{rid}}")), "$rid={{rid}}");
    EXPECT_EQ(describe({ArrayPattern{}, {}}), "[]");
    EXPECT_EQ(describe({ArrayPattern{{scalar(1), text("a")}}, {}}), "[1, a]");
    EXPECT_EQ(describe({ObjectPattern{}, {}}), "{}");
    EXPECT_EQ(describe({ObjectPattern{{field("a", scalar(1)), field("b", {AnyValue{}, {}})}, false}, {}}),
              "{a: 1, b: any}");
    EXPECT_EQ(describe({ObjectPattern{{field("a", {ArrayPattern{{text("x")}}, {}})}, true}, {}}), "exactly {a: [x]}");
}

TEST(DescribePattern, NamesEveryComparator) {
    const auto one = [](Comparator comparator) { return describe({ComparisonPattern{{{comparator, scalar(7)}}}, {}}); };
    EXPECT_EQ(one(Comparator::equals), "{equals: 7}");
    EXPECT_EQ(one(Comparator::ge), "{ge: 7}");
    EXPECT_EQ(one(Comparator::gt), "{gt: 7}");
    EXPECT_EQ(one(Comparator::le), "{le: 7}");
    EXPECT_EQ(one(Comparator::lt), "{lt: 7}");
    EXPECT_EQ(one(Comparator::one_of), "{one_of: 7}");
    EXPECT_EQ(one(Comparator::not_), "{not: 7}");
    EXPECT_EQ(one(Comparator::matches), "{matches: 7}");
    EXPECT_EQ(one(Comparator::contains), "{contains: 7}");
    EXPECT_EQ(one(Comparator::length), "{length: 7}");
    EXPECT_EQ(describe({ComparisonPattern{{{Comparator::ge, scalar(1)}, {Comparator::le, scalar(1177)}}}, {}}),
              "{ge: 1, le: 1177}");
}

TEST(Pattern, IsEqualWhereverItStands) {
    EXPECT_TRUE((Pattern{TextPattern{"a"}, {1, 2}} == Pattern{TextPattern{"a"}, {3, 4}}));
    EXPECT_FALSE((Pattern{TextPattern{"a"}, {}} == Pattern{TextPattern{"b"}, {}}));
    EXPECT_FALSE((Pattern{AnyValue{}, {}} == Pattern{EmptyValue{}, {}}));
    EXPECT_FALSE((Pattern{ObjectPattern{{}, true}, {}} == Pattern{ObjectPattern{{}, false}, {}}));
    EXPECT_FALSE((Pattern{ComparisonPattern{{{Comparator::ge, scalar(1)}}}, {}} ==
                  Pattern{ComparisonPattern{{{Comparator::gt, scalar(1)}}}, {}}));
}

TEST(FindField, IsByItsWholeName) {
    const std::vector<Field> fields{field("topic", text("a")), field("qos", scalar(1))};
    ASSERT_NE(find(fields, "qos"), nullptr);
    EXPECT_TRUE(*find(fields, "qos") == scalar(1));
    EXPECT_EQ(find(fields, "top"), nullptr);
    EXPECT_EQ(find({}, "topic"), nullptr);
}

}  // namespace
}  // namespace hubspec::model
