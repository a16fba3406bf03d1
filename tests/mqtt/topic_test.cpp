#include "harness/mqtt/topic.hpp"

#include <gtest/gtest.h>

#include <string>

#include "harness/mqtt/decode.hpp"

namespace hubspec::mqtt {
namespace {

struct Match {
    std::string_view filter;
    std::string_view topic;
    bool expected;
};

TEST(Topic, FiltersMatchAsSection47Says) {
    const Match table[] = {
        {"a", "a", true},
        {"a", "A", false},
        {"a", "ab", false},
        {"ab", "a", false},
        {"a/b", "a/b", true},
        {"a/b", "a", false},
        {"a", "a/b", false},
        {"/a", "a", false},
        {"a/", "a", false},
        {"a", "a/", false},
        {"a/", "a/", true},
        {"/", "/", true},
        {"a//b", "a//b", true},
        {"a/b", "a//b", false},
        // '#', section 4.7.1.2
        {"#", "a", true},
        {"#", "a/b/c", true},
        {"#", "/", true},
        {"a/#", "a", true},
        {"a/#", "a/", true},
        {"a/#", "a/b/c", true},
        {"a/#", "ab", false},
        {"a/#", "b/a", false},
        {"a/b/#", "a", false},
        {"/#", "/a", true},
        {"/#", "a", false},
        // '+', section 4.7.1.3
        {"+", "a", true},
        {"+", "/a", false},
        {"+", "a/b", false},
        {"+/+", "/a", true},
        {"/+", "/a", true},
        {"a/+", "a", false},
        {"a/+", "a/", true},
        {"a/+", "a/b", true},
        {"a/+", "a/b/c", false},
        {"a/+/c", "a/b/c", true},
        {"a/+/c", "a//c", true},
        {"a/+/c", "a/b/d", false},
        {"+/b/#", "a/b", true},
        {"+/b/#", "a/b/c/d", true},
        {"+/#", "a", true},
        {"+/+/#", "a", false},
        // '$', section 4.7.2 [MQTT-4.7.2-1]
        {"#", "$iothub/twin/res/200/?$rid=1", false},
        {"+/twin", "$iothub/twin", false},
        {"+", "$a", false},
        {"$iothub/#", "$iothub/twin/res/200/?$rid=1", true},
        {"$iothub/twin/res/#", "$iothub/twin/res/200/?$rid=1", true},
        {"$iothub/+/res/#", "$iothub/twin/res/204/", true},
        {"$iothub/methods/POST/#", "$iothub/methods/POST/reboot/?$rid=a", true},
        {"a/#", "a/$b", true},
        {"a/+", "a/$b", true},
        // section 4.7.3: at least one character, and no more than that is special
        {"", "a", false},
        {"#", "", false},
        {"a b", "a b", true},
        {"\xC3\xA9/+", "\xC3\xA9/x", true},
    };
    for (const auto& [filter, topic, expected] : table) {
        EXPECT_EQ(matches(filter, topic), expected) << "filter '" << filter << "', topic '" << topic << "'";
    }
}

TEST(Topic, NamesOfManyLevelsAreMatchedInOneWalk) {
    std::string filter = "a";
    std::string topic = "a";
    for (int i = 0; i < 30'000; ++i) {
        filter += "/+";
        topic += "/b";
    }
    EXPECT_TRUE(matches(filter, topic));
    EXPECT_TRUE(matches(filter + "/#", topic));
    EXPECT_FALSE(matches(filter + "/+", topic));
}

TEST(Topic, Names) {
    for (const char* legal : {"a", "/", "//", "a b", "$iothub/twin/GET/?$rid=1", "\xC3\xA9", "\xEF\xBB\xBF"}) {
        EXPECT_TRUE(is_topic_name(legal)) << legal;
    }
    for (const char* illegal : {"", "#", "+", "a/#", "a/+/b", "a+", "a#", "\xC3", "\xED\xA0\x80"}) {
        EXPECT_FALSE(is_topic_name(illegal)) << illegal;
    }
    EXPECT_FALSE(is_topic_name(std::string_view("a\0b", 3)));
    EXPECT_TRUE(is_topic_name(std::string(65'535, 'a')));
    EXPECT_FALSE(is_topic_name(std::string(65'536, 'a'))) << "[MQTT-4.7.3-3]";
}

TEST(Topic, Filters) {
    for (const char* legal :
         {"a", "/", "#", "+", "+/+", "/+", "+/", "a/#", "+/a/#", "a/+/b", "/#", "$share/#", "\xC3\xA9/#"}) {
        EXPECT_TRUE(is_topic_filter(legal)) << legal;
    }
    for (const char* illegal : {"", "a#", "#/", "#/a", "a/#/b", "##", "a/##", "#+", "+#", "a+", "+a", "a/b+", "a/+b",
                                "++", "a/+b/c", "+\xC3\xA9", "\xC3"}) {
        EXPECT_FALSE(is_topic_filter(illegal)) << illegal;
    }
    EXPECT_FALSE(is_topic_filter(std::string_view("a\0", 2)));
    EXPECT_TRUE(is_topic_filter(std::string(65'533, 'a') + "/#"));
    EXPECT_FALSE(is_topic_filter(std::string(65'534, 'a') + "/#"));
}

TEST(Utf8, EveryBoundaryOfTheTableOfWellFormedSequences) {
    const char* legal[] = {"",
                           "a",
                           "\x01\x7F",
                           "\xC2\x80",
                           "\xDF\xBF",
                           "\xE0\xA0\x80",
                           "\xE1\x80\x80",
                           "\xEC\xBF\xBF",
                           "\xED\x80\x80",
                           "\xED\x9F\xBF",
                           "\xEE\x80\x80",
                           "\xEF\xBF\xBF",
                           "\xEF\xBB\xBF",
                           "\xF0\x90\x80\x80",
                           "\xF3\xBF\xBF\xBF",
                           "\xF4\x8F\xBF\xBF"};
    for (const char* text : legal) EXPECT_TRUE(is_mqtt_utf8(text)) << testing::PrintToString(text);
    const char* illegal[] = {"\x80",
                             "\xBF",
                             "\xC0\x80",
                             "\xC1\xBF",
                             "\xC2",
                             "\xC2\x7F",
                             "\xC2\xC0",
                             "\xE0\x9F\xBF",
                             "\xE0\xA0",
                             "\xE1\x80\x7F",
                             "\xED\xA0\x80",
                             "\xED\xBF\xBF",
                             "\xEF\xBF\xC0",
                             "\xF0\x8F\xBF\xBF",
                             "\xF0\x90\x80",
                             "\xF4\x90\x80\x80",
                             "\xF1\x80\x80\xC0",
                             "\xF5\x80\x80\x80",
                             "\xFF",
                             "a\xFE"};
    for (const char* text : illegal) EXPECT_FALSE(is_mqtt_utf8(text)) << testing::PrintToString(text);
}

TEST(Utf8, NullIsForbiddenAnywhere) {
    EXPECT_FALSE(is_mqtt_utf8(std::string_view("\0", 1)));
    EXPECT_FALSE(is_mqtt_utf8(std::string_view("abc\0", 4)));
}

TEST(Utf8, EndsAt65535Bytes) {
    EXPECT_TRUE(is_mqtt_utf8(std::string(65'535, 'a')));
    EXPECT_FALSE(is_mqtt_utf8(std::string(65'536, 'a')));
}

TEST(Topic, AFilterCoversAnother) {
    const auto yes = [](std::string_view wide, std::string_view narrow) { EXPECT_TRUE(covers(wide, narrow)) << wide; };
    const auto no = [](std::string_view wide, std::string_view narrow) { EXPECT_FALSE(covers(wide, narrow)) << wide; };
    yes("a/b/#", "a/b/#");
    yes("#", "a/b/#");
    yes("a/#", "a/b/#");
    yes("a/#", "a");
    yes("a/+/c/#", "a/b/c/#");
    yes("+/b", "+/b");
    yes("$iothub/twin/res/#", "$iothub/twin/res/#");
    no("#", "$iothub/twin/res/#");
    no("a/b", "a/#");
    no("a/+", "a/#");
    no("a/b", "a/+");
    no("a/b/#", "a/#");
    no("a", "a/b");
    no("a/b", "a");
    no("", "a");
    no("a", "");
}

}  // namespace
}  // namespace hubspec::mqtt
