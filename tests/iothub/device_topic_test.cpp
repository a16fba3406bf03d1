#include <gtest/gtest.h>

#include "harness/iothub/topic.hpp"

namespace hubspec::iothub {
namespace {

DeviceTopic telemetry(PropertyBag bag) { return TelemetryTopic{"D", std::nullopt, std::move(bag)}; }

TEST(DeviceTopic, TelemetryWithoutABag) {  // D2C-01
    EXPECT_EQ(parse_device_topic("devices/D/messages/events/"), telemetry({}));
    EXPECT_EQ(parse_device_topic("devices/D/messages/events"), telemetry({}));  // X-TOPIC-09
}

TEST(DeviceTopic, TelemetryWithABag) {  // D2C-02, D2C-15
    EXPECT_EQ(parse_device_topic("devices/D/messages/events/$.ct=application%2Fjson%3Bcharset%3Dutf-8"),
              telemetry({{"$.ct", "application/json;charset=utf-8"}}));
    EXPECT_EQ(parse_device_topic("devices/D/messages/events/a&b=&c=1"),
              telemetry({{"a", std::nullopt}, {"b", ""}, {"c", "1"}}));
}

TEST(DeviceTopic, TelemetryAsClientsWriteIt) {
    EXPECT_EQ(parse_device_topic("devices/D/messages/events/%24.mid=1&%24.ct=application%2Fjson&foo=bar"),
              telemetry({{"$.mid", "1"}, {"$.ct", "application/json"}, {"foo", "bar"}}));  // Node, Python, Go
    EXPECT_EQ(parse_device_topic("devices/D/messages/events/$.mid=1&$.cdid=D&foo=bar"),
              telemetry({{"$.mid", "1"}, {"$.cdid", "D"}, {"foo", "bar"}}));  // Java
    EXPECT_EQ(parse_device_topic("devices/D/messages/events/foo=a%2fb&%24.ct=application%2fjson"),
              telemetry({{"foo", "a/b"}, {"$.ct", "application/json"}}));  // C
}

TEST(DeviceTopic, TelemetryOfAModule) {  // MODULE-05
    EXPECT_EQ(parse_device_topic("devices/D/modules/M/messages/events/"), DeviceTopic(TelemetryTopic{"D", "M", {}}));
    EXPECT_EQ(parse_device_topic("devices/D/modules/M/messages/events/%24.on=out1/"),  // Node: a slash after the bag
              DeviceTopic(TelemetryTopic{"D", "M", {{"$.on", "out1"}}}));
}

TEST(DeviceTopic, ASlashAfterTheBagDoesNoHarm) {  // X-TOPIC-09
    EXPECT_EQ(parse_device_topic("devices/D/messages/events/a=1/"), telemetry({{"a", "1"}}));
    EXPECT_EQ(parse_device_topic("devices/D/messages/events//"), telemetry({}));
}

TEST(DeviceTopic, ARawSlashCutsTheBagOff) {  // X-TOPIC-12
    EXPECT_EQ(parse_device_topic("devices/D/messages/events/a=1/2"), telemetry({{"a", "1"}}));
    EXPECT_EQ(parse_device_topic("devices/D/messages/events/a=1%2F2"), telemetry({{"a", "1/2"}}));
}

TEST(DeviceTopic, AQuestionMarkIsPartOfThePropertysName) {  // X-TOPIC-08
    EXPECT_EQ(parse_device_topic("devices/D/messages/events/?a=1"), telemetry({{"?a", "1"}}));
}

TEST(DeviceTopic, IdsAreRaw) {
    EXPECT_EQ(parse_device_topic("devices/a%41:b/messages/events/"),
              DeviceTopic(TelemetryTopic{"a%41:b", std::nullopt, {}}));
    EXPECT_EQ(parse_device_topic("devices/modules/messages/events/"),
              DeviceTopic(TelemetryTopic{"modules", std::nullopt, {}}));
}

TEST(DeviceTopic, TwinGet) {  // TWIN-02
    EXPECT_EQ(parse_device_topic("$iothub/twin/GET/?$rid=1"), DeviceTopic(TwinGetTopic{"1"}));
    EXPECT_EQ(parse_device_topic("$iothub/twin/GET/?%24rid=1"), DeviceTopic(TwinGetTopic{"1"}));
    EXPECT_EQ(parse_device_topic("$iothub/twin/GET/?foo=2&$rid=1&$rid=3"), DeviceTopic(TwinGetTopic{"1"}));
}

TEST(DeviceTopic, RequestIdsAreKeptAsWritten) {  // TWIN-05, TWIN-06, X-TOPIC-24
    for (const char* rid :
         {"get_twin", "06e1cd3e-4ba4-4b5f-8f4a-0f9a6f3c7f4f", "a%20b", "a%2fb", "100%", "a+b", "x=y", "1/"}) {
        EXPECT_EQ(parse_device_topic(std::string("$iothub/twin/GET/?$rid=") + rid), DeviceTopic(TwinGetTopic{rid}));
    }
}

TEST(DeviceTopic, AMissingRequestIdIsNotAnEmptyOne) {
    const DeviceTopic without = TwinGetTopic{std::nullopt};
    for (const char* topic : {"$iothub/twin/GET", "$iothub/twin/GET/", "$iothub/twin/GET/?", "$iothub/twin/GET/?$rid",
                              "$iothub/twin/GET/?$version=1", "$iothub/twin/GET/?rid=1", "$iothub/twin/GET/?$RID=1"}) {
        EXPECT_EQ(parse_device_topic(topic), without) << topic;
    }
    EXPECT_EQ(parse_device_topic("$iothub/twin/GET/?$rid="), DeviceTopic(TwinGetTopic{""}));
}

TEST(DeviceTopic, ReportedPatch) {  // REPORTED-04, X-TOPIC-23
    const std::string path = "$iothub/twin/PATCH/properties/reported/";
    EXPECT_EQ(parse_device_topic(path + "?$rid=1"), DeviceTopic(ReportedPatchTopic{"1", std::nullopt}));
    EXPECT_EQ(parse_device_topic(path + "?$rid=1&$version=6"), DeviceTopic(ReportedPatchTopic{"1", "6"}));
    EXPECT_EQ(parse_device_topic(path + "?$version=x&$rid=1"), DeviceTopic(ReportedPatchTopic{"1", "x"}));
    EXPECT_EQ(parse_device_topic(path + "?$rid=1&$version="), DeviceTopic(ReportedPatchTopic{"1", ""}));
    EXPECT_EQ(parse_device_topic(path), DeviceTopic(ReportedPatchTopic{}));
}

TEST(DeviceTopic, MethodResponse) {  // METHOD-04, METHOD-07
    EXPECT_EQ(parse_device_topic("$iothub/methods/res/200/?$rid=1"), DeviceTopic(MethodResponseTopic{"200", "1"}));
    EXPECT_EQ(parse_device_topic("$iothub/methods/res/-1/?$rid=a"), DeviceTopic(MethodResponseTopic{"-1", "a"}));
    EXPECT_EQ(parse_device_topic("$iothub/methods/res/abc/?$rid=1"), DeviceTopic(MethodResponseTopic{"abc", "1"}));
    EXPECT_EQ(parse_device_topic("$iothub/methods/res/200/"), DeviceTopic(MethodResponseTopic{"200", std::nullopt}));
    EXPECT_EQ(parse_device_topic("$iothub/methods/res/200"), DeviceTopic(MethodResponseTopic{"200", std::nullopt}));
}

TEST(DeviceTopic, EverythingElseIsUnsupported) {
    for (const char* topic : {"",
                              "/",
                              "foo",
                              "foo/bar",
                              "$SYS/broker",
                              "devices",
                              "devices/",
                              "devices/D",
                              "devices/D/",
                              "devices/D/messages",
                              "devices/D/messages/",
                              "devices/D/messages/devicebound/",
                              "devices/D/messages/eventsx",
                              "devices//messages/events/",
                              "devices/D/modules/M/",
                              "devices/D/modules//messages/events/",
                              "devices/D/modules/messages/events",
                              "devices/D/modules/M/inputs/in/",
                              "/devices/D/messages/events/",
                              "devices/D/x/messages/events/"}) {
        EXPECT_EQ(parse_device_topic(topic), DeviceTopic(UnsupportedTopic{})) << topic;
    }
}

TEST(DeviceTopic, OtherTopicsOfTheHubAreUnsupported) {
    for (const char* topic :
         {"$iothub", "$iothub/", "$iothub/twin/GET?$rid=1", "$iothub/twin/GET//?$rid=1", "$iothub/twin/GET/x?$rid=1",
          "$iothub/twin/GETx/?$rid=1", "$iothub/twin/res/200/?$rid=1", "$iothub/twin/PATCH/properties/desired/?$rid=1",
          "$iothub/twin/PATCH/properties/reported?$rid=1", "$iothub/methods/res", "$iothub/methods/res/",
          "$iothub/methods/res//?$rid=1", "$iothub/methods/res/200?$rid=1", "$iothub/methods/res/200/x/?$rid=1",
          "$iothub/methods/res/?$rid=1", "$iothub/methods/POST/reboot/?$rid=1"}) {
        EXPECT_EQ(parse_device_topic(topic), DeviceTopic(UnsupportedTopic{})) << topic;
    }
}

TEST(DeviceTopic, FixedPartsAreCaseSensitive) {  // X-TOPIC-25
    for (const char* topic : {"$IOTHUB/twin/GET/?$rid=1", "$iothub/twin/get/?$rid=1", "Devices/D/messages/events/",
                              "devices/D/messages/Events/", "$iothub/methods/RES/200/?$rid=1"}) {
        EXPECT_EQ(parse_device_topic(topic), DeviceTopic(UnsupportedTopic{})) << topic;
    }
}

}  // namespace
}  // namespace hubspec::iothub
