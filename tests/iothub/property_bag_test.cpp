#include "harness/iothub/property_bag.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hubspec::iothub {
namespace {

TEST(PropertyBag, DecodesTheBaseDocumentsExample) {
    const PropertyBag expected{{"prop1", std::nullopt}, {"prop2", ""}, {"prop3", "a string"}};
    EXPECT_EQ(parse_property_bag("prop1&prop2=&prop3=a%20string"), expected);
    EXPECT_EQ(format_property_bag(expected), "prop1&prop2=&prop3=a%20string");
}

TEST(PropertyBag, TellsNullEmptyAndAbsentApart) {
    const PropertyBag bag = parse_property_bag("null&empty=");
    ASSERT_NE(find(bag, "null"), nullptr);
    EXPECT_EQ(find(bag, "null")->value, std::nullopt);
    ASSERT_NE(find(bag, "empty"), nullptr);
    EXPECT_EQ(find(bag, "empty")->value, "");
    EXPECT_EQ(find(bag, "absent"), nullptr);
}

TEST(PropertyBag, OfNoTextIsEmpty) {
    EXPECT_EQ(parse_property_bag(""), PropertyBag{});
    EXPECT_EQ(format_property_bag({}), "");
}

TEST(PropertyBag, KeepsOrderAndDuplicatesAndFindsTheFirst) {
    const PropertyBag bag = parse_property_bag("b=1&a=2&b=3&B=4");
    EXPECT_EQ(bag, (PropertyBag{{"b", "1"}, {"a", "2"}, {"b", "3"}, {"B", "4"}}));
    EXPECT_EQ(find(bag, "b")->value, "1");
    EXPECT_EQ(find(bag, "B")->value, "4");
}

TEST(PropertyBag, HasNoEntryBetweenTwoAmpersandsOrAfterTheLast) {
    EXPECT_EQ(parse_property_bag("&a=1&&b=2&"), (PropertyBag{{"a", "1"}, {"b", "2"}}));
}

TEST(PropertyBag, CutsAtTheFirstEqualsSign) {
    EXPECT_EQ(parse_property_bag("key=AAEC=="), (PropertyBag{{"key", "AAEC=="}}));
    EXPECT_EQ(parse_property_bag("=x"), (PropertyBag{{"", "x"}}));
    EXPECT_EQ(parse_property_bag("="), (PropertyBag{{"", ""}}));
}

TEST(PropertyBag, LeadingQuestionMarkIsPartOfTheName) {  // X-TOPIC-08
    EXPECT_EQ(parse_property_bag("?a=1&b=2"), (PropertyBag{{"?a", "1"}, {"b", "2"}}));
}

TEST(PropertyBag, PlusIsAPlus) {  // X-TOPIC-11
    EXPECT_EQ(parse_property_bag("a=1+2&b=1%2B2&c=1%202"), (PropertyBag{{"a", "1+2"}, {"b", "1+2"}, {"c", "1 2"}}));
    EXPECT_EQ(format_property_bag({{"a", "1+2"}, {"b", "1 2"}}), "a=1%2B2&b=1%202");
}

TEST(PropertyBag, DecodesNamesToo) {  // X-TOPIC-03: Node, Python and Go write %24, Java a raw '$', C lower-case escapes
    const PropertyBag expected{{"$.mid", "m/1"}};
    EXPECT_EQ(parse_property_bag("%24.mid=m%2F1"), expected);
    EXPECT_EQ(parse_property_bag("%24.mid=m%2f1"), expected);
    EXPECT_EQ(parse_property_bag("$.mid=m/1"), expected);
}

TEST(PropertyBag, DecodesTheContentTypeOfTheBaseDocument) {  // D2C-15
    EXPECT_EQ(parse_property_bag("$.ct=application%2Fjson%3Bcharset%3Dutf-8"),
              (PropertyBag{{"$.ct", "application/json;charset=utf-8"}}));
}

TEST(PropertyBag, EncodesSeparatorsInNamesAndValues) {  // D2C-03
    const PropertyBag bag{{"a&b", "c=d"}, {"e=f", "g&h"}, {"100%", "%41"}, {"h\xC3\xA9", "\xE6\xBC\xA2"}};
    const std::string text = "a%26b=c%3Dd&e%3Df=g%26h&100%25=%2541&h%C3%A9=%E6%BC%A2";
    EXPECT_EQ(format_property_bag(bag), text);
    EXPECT_EQ(parse_property_bag(text), bag);
}

TEST(PercentDecode, KeepsMalformedSequences) {
    EXPECT_EQ(percent_decode("100%"), "100%");
    EXPECT_EQ(percent_decode("%4"), "%4");
    EXPECT_EQ(percent_decode("%zz%41"), "%zzA");
    EXPECT_EQ(percent_decode("%%41"), "%A");
    EXPECT_EQ(percent_decode("%4g%g4%-1"), "%4g%g4%-1");
}

TEST(PercentDecode, IsDoneOnce) { EXPECT_EQ(percent_decode("%2541"), "%41"); }

TEST(PercentDecode, KnowsNulAndHighBytes) {
    EXPECT_EQ(percent_decode("a%00b"), std::string("a\0b", 3));
    EXPECT_EQ(percent_decode("%ff%FF"), "\xFF\xFF");
}

TEST(PercentEncode, LeavesUnreservedCharactersAlone) {
    const std::string unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    EXPECT_EQ(percent_encode(unreserved), unreserved);
    EXPECT_EQ(percent_encode(" !\"#$%&'()*+,/:;<=>?@[\\]^`{|}"),
              "%20%21%22%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E%60%7B%7C%7D");
}

TEST(PercentEncode, RoundTripsEveryByte) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    const std::string encoded = percent_encode(all);
    EXPECT_EQ(encoded.size(), 66 + 3 * (256 - 66));
    EXPECT_EQ(percent_decode(encoded), all);
}

}  // namespace
}  // namespace hubspec::iothub
