#include "harness/model/value.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hubspec::model {
namespace {

TEST(Value, IsTheSameJsonWhateverTheOrderOfMembersAndTheKindOfNumber) {
    EXPECT_EQ(parse_json(R"({"a": 1, "b": [true, null]})"), parse_json(R"({"b": [true, null], "a": 1.0})"));
    EXPECT_NE(parse_json(R"({"a": 1})"), parse_json(R"({"a": 1, "b": 1})"));
    EXPECT_NE(parse_json(R"({"a": 1, "b": 1})"), parse_json(R"({"a": 1})"));
    EXPECT_NE(parse_json(R"({"a": 1})"), parse_json(R"({"b": 1})"));
    EXPECT_NE(parse_json("[1, 2]"), parse_json("[2, 1]"));
    EXPECT_FALSE(Value(1) == Value(true));
    EXPECT_FALSE(Value(1) == Value("1"));
    EXPECT_FALSE(Value(nullptr) == Value(0));
    EXPECT_FALSE(Value(nullptr) == Value(Object{}));
}

TEST(Value, TellsIntegersFromOtherNumbers) {
    const auto integer = parse_json("9223372036854775807");
    ASSERT_TRUE(integer && integer->integer() != nullptr);
    EXPECT_EQ(*integer->integer(), INT64_MAX);
    EXPECT_EQ(parse_json("1.0")->integer(), nullptr);
    // Beyond 64 bits with a sign there is no integer to keep it in.
    EXPECT_EQ(parse_json("9223372036854775808")->integer(), nullptr);
    EXPECT_EQ(*parse_json("9223372036854775808"), Value(9223372036854775808.0));
}

TEST(Value, KeepsTheOrderThatMembersWereWrittenIn) {
    EXPECT_EQ(to_json(*parse_json(R"({"z": 1, "a": {"y": "", "b": []}})")), R"({"z":1,"a":{"y":"","b":[]}})");
    EXPECT_EQ(to_json(Value(Object{{"a", Value(1)}}), 2), "{\n  \"a\": 1\n}");
}

TEST(Value, FindsMembersOfObjectsOnly) {
    const auto value = *parse_json(R"({"a": null})");
    ASSERT_NE(value.find("a"), nullptr);
    EXPECT_TRUE(value.find("a")->is_null());
    EXPECT_EQ(value.find("b"), nullptr);
    EXPECT_EQ(Value("a").find("a"), nullptr);
}

TEST(Value, WritesTextThatIsNoUtf8AsReplacements) {
    EXPECT_EQ(to_json(Value(std::string("a\xff\n"))), "\"a\xef\xbf\xbd\\n\"");
}

TEST(ParseJson, RefusesWhatIsNoJson) {
    for (const auto* text :
         {"", " ", "{", "[1,]", "{\"a\": }", "nul", "'a'", "1 2", "\"\xff\"", "01", "1e999", "\xef\xbb"})
        EXPECT_FALSE(parse_json(text)) << text;
}

// The parser takes a NUL for the end of the text, so parse_json accepts what follows it. Enable with the correction.
TEST(ParseJson, RefusesANul) {
    EXPECT_FALSE(parse_json(std::string_view("{}\0", 3)));
    EXPECT_FALSE(parse_json(std::string_view("{}\0garbage", 10)));
}

TEST(ParseJson, RefusesDeepNesting) {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    EXPECT_TRUE(parse_json(nested(128)));
    EXPECT_FALSE(parse_json(nested(130)));
    EXPECT_FALSE(parse_json(nested(200'000)));
    EXPECT_FALSE(parse_json(std::string(200'000, '[')));
}

}  // namespace
}  // namespace hubspec::model
