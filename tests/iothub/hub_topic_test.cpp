#include <gtest/gtest.h>

#include "harness/iothub/topic.hpp"

namespace hubspec::iothub {
namespace {

TEST(HubTopic, CloudToDeviceLooksLikeALiveOne) {  // X-TOPIC-04
    EXPECT_EQ(cloud_to_device_topic("D", {{"$.mid", "eeb1ad40-4f6d-4b2a-9f7e-25d8ad0fe1a9"},
                                          {"$.to", "/devices/D/messages/devicebound"},
                                          {"$.ce", "utf-8"},
                                          {"iothub-ack", "none"}}),
              "devices/D/messages/devicebound/%24.mid=eeb1ad40-4f6d-4b2a-9f7e-25d8ad0fe1a9"
              "&%24.to=%2Fdevices%2FD%2Fmessages%2Fdevicebound&%24.ce=utf-8&iothub-ack=none");
}

TEST(HubTopic, CloudToDeviceTellsNullFromEmpty) {  // C2D-15 to C2D-18
    EXPECT_EQ(cloud_to_device_topic("D", {{"prop1", std::nullopt}, {"prop2", ""}, {"prop3", "a string"}}),
              "devices/D/messages/devicebound/prop1&prop2=&prop3=a%20string");
    EXPECT_EQ(cloud_to_device_topic("D", {}), "devices/D/messages/devicebound/");
}

TEST(HubTopic, CloudToDeviceHasTheIdRawAndThePropertiesEncoded) {  // C2D-11
    EXPECT_EQ(cloud_to_device_topic("a%41:b", {{"#+/", "&=%"}}),
              "devices/a%41:b/messages/devicebound/%23%2B%2F=%26%3D%25");
}

TEST(HubTopic, ModuleInputHasIdsRawAndTheInputEncoded) {  // X-MOD-02, X-MOD-10
    EXPECT_EQ(module_input_topic("D", "$edgeHub", "in+1", {{"$.cdid", "L"}, {"a", std::nullopt}}),
              "devices/D/modules/$edgeHub/inputs/in%2B1/%24.cdid=L&a");
    EXPECT_EQ(module_input_topic("D", "M", "in", {}), "devices/D/modules/M/inputs/in/");
}

TEST(HubTopic, TwinResponse) {  // REPORTED-16
    EXPECT_EQ(twin_response_topic(204, "1", 6), "$iothub/twin/res/204/?$rid=1&$version=6");
    EXPECT_EQ(twin_response_topic(200, "get_twin", std::nullopt), "$iothub/twin/res/200/?$rid=get_twin");
    EXPECT_EQ(twin_response_topic(429, "a%20b", std::nullopt),
              "$iothub/twin/res/429/?$rid=a%20b");  // as the device wrote it
}

TEST(HubTopic, Desired) {  // DESIRED-01
    EXPECT_EQ(desired_topic(8), "$iothub/twin/PATCH/properties/desired/?$version=8");
    EXPECT_EQ(desired_topic(18446744073709551615U),
              "$iothub/twin/PATCH/properties/desired/?$version=18446744073709551615");
}

TEST(HubTopic, MethodRequest) {  // METHOD-02, X-METH-06
    EXPECT_EQ(method_request_topic("reboot", "1a"), "$iothub/methods/POST/reboot/?$rid=1a");
    EXPECT_EQ(method_request_topic("a#b+c%d", "1"), "$iothub/methods/POST/a%23b%2Bc%25d/?$rid=1");
}

TEST(TopicFilter, TheSupportedOnes) {  // X-SUB-03
    EXPECT_EQ(channel_of_filter("devices/D/messages/devicebound/#", "D", std::nullopt), Channel::cloud_to_device);
    for (const std::optional<std::string>& module_id :
         {std::optional<std::string>(), std::optional<std::string>("M")}) {
        EXPECT_EQ(channel_of_filter("$iothub/twin/res/#", "D", module_id), Channel::twin_responses);
        EXPECT_EQ(channel_of_filter("$iothub/twin/PATCH/properties/desired/#", "D", module_id),
                  Channel::desired_properties);
        EXPECT_EQ(channel_of_filter("$iothub/methods/POST/#", "D", module_id), Channel::methods);
    }
}

TEST(TopicFilter, TheToleratedOnesOpenCloudToDevice) {  // B-04, X-SUB-06
    for (const char* filter : {"#", "devices/D/#", "devices/D/messages/#", "devices/+/messages/devicebound/#"}) {
        EXPECT_EQ(channel_of_filter(filter, "D", std::nullopt), Channel::cloud_to_device) << filter;
    }
}

TEST(TopicFilter, TheOnesOfAModule) {  // X-MOD-01
    for (const char* filter :
         {"devices/D/modules/M/#", "devices/D/modules/M/inputs/#", "devices/D/modules/M/messages/devicebound/#", "#"}) {
        EXPECT_EQ(channel_of_filter(filter, "D", "M"), Channel::module_inputs) << filter;
    }
    for (const char* filter :
         {"devices/D/modules/N/#", "devices/E/modules/M/#", "devices/D/messages/devicebound/#", "devices/D/#",
          "devices/+/messages/devicebound/#", "devices/D/modules/M", "devices/D/modules/M2/#"}) {
        EXPECT_EQ(channel_of_filter(filter, "D", "M"), Channel::unsupported) << filter;
    }
}

TEST(TopicFilter, AllOthersAreUnsupported) {  // C2D-03, C2D-04, X-TOPIC-25
    for (const char* filter : {"",
                               "+",
                               "foo/bar",
                               "+/#",
                               "/#",
                               "devices/#",
                               "devices/+/#",
                               "devices/E/messages/devicebound/#",
                               "devices/D2/messages/devicebound/#",
                               "devices/d/messages/devicebound/#",
                               "devices/D/messages/devicebound/",
                               "devices/D/messages/devicebound/+",
                               "devices/D/messages/devicebound/?",
                               "devices/D/messages/devicebound/a=1/#",
                               "devices/D/messages/events/#",
                               "devices/D/modules/M/#",
                               "/devices/D/messages/devicebound/#",
                               "devices/D/messages/deviceBound/#",
                               "$iothub/#",
                               "$iothub/twin/#",
                               "$iothub/twin/res/200/#",
                               "$iothub/twin/res/+",
                               "$iothub/methods/POST/reboot/#",
                               "$IOTHUB/twin/res/#",
                               "$SYS/#"}) {
        EXPECT_EQ(channel_of_filter(filter, "D", std::nullopt), Channel::unsupported) << filter;
    }
}

TEST(SplitTopic, TwinResponse) {
    EXPECT_EQ(split_topic("$iothub/twin/res/204/?$rid=1&$version=6"),
              (SplitTopic{"$iothub/twin/res/204/", {{"$rid", "1"}, {"$version", "6"}}, true}));
    EXPECT_EQ(split_topic("$iothub/twin/res/204/"), (SplitTopic{"$iothub/twin/res/204/", {}, false}));
    EXPECT_EQ(split_topic("$iothub/twin/res/204/?"), (SplitTopic{"$iothub/twin/res/204/", {}, true}));
    EXPECT_EQ(split_topic("$iothub/twin/GET/?%24rid=a%20b"),
              (SplitTopic{"$iothub/twin/GET/", {{"$rid", "a b"}}, true}));
    EXPECT_EQ(split_topic("$iothub/twin/GET?$rid=1"), (SplitTopic{"$iothub/twin/GET?$rid=1", {}, false}));
}

TEST(SplitTopic, CloudToDeviceWithAndWithoutQuestionMark) {  // C2D-18
    const PropertyBag bag{{"prop1", std::nullopt}, {"prop2", ""}, {"prop3", "a string"}};
    const std::string path = "devices/D/messages/devicebound/";
    EXPECT_EQ(split_topic(path + "?prop1&prop2=&prop3=a%20string"), (SplitTopic{path, bag, true}));
    EXPECT_EQ(split_topic(path + "prop1&prop2=&prop3=a%20string"), (SplitTopic{path, bag, false}));
    EXPECT_EQ(split_topic(path), (SplitTopic{path, {}, false}));
    EXPECT_EQ(split_topic(path + "a=1/"), (SplitTopic{path, {{"a", "1/"}}, false}));
}

TEST(SplitTopic, Telemetry) {
    EXPECT_EQ(split_topic("devices/D/messages/events/$.ct=application%2Fjson&a=1/"),
              (SplitTopic{"devices/D/messages/events/", {{"$.ct", "application/json"}, {"a", "1"}}, false}));
    EXPECT_EQ(split_topic("devices/D/modules/M/messages/events/%24.on=out1/"),
              (SplitTopic{"devices/D/modules/M/messages/events/", {{"$.on", "out1"}}, false}));
    EXPECT_EQ(split_topic("devices/D/messages/events/?a=1"),
              (SplitTopic{"devices/D/messages/events/", {{"?a", "1"}}, false}));  // X-TOPIC-08
    EXPECT_EQ(split_topic("devices/D/messages/events"), (SplitTopic{"devices/D/messages/events", {}, false}));
}

TEST(SplitTopic, ModuleInput) {  // X-MOD-02
    EXPECT_EQ(split_topic("devices/D/modules/M/inputs/in1/%24.cdid=D&a=1"),
              (SplitTopic{"devices/D/modules/M/inputs/in1/", {{"$.cdid", "D"}, {"a", "1"}}, false}));
    EXPECT_EQ(split_topic("devices/D/inputs/in1/a=1"), (SplitTopic{"devices/D/inputs/in1/a=1", {}, false}));
}

TEST(SplitTopic, OthersHaveNoBag) {
    for (const char* topic : {"", "foo/?a=1", "foo/a=1", "devices/D/other/a=1", "/devices/D/messages/events/a=1"}) {
        EXPECT_EQ(split_topic(topic), (SplitTopic{topic, {}, false}));
    }
}

TEST(SystemProperty, HasTheKeysOfTheTable) {  // X-TOPIC-01, X-TOPIC-02
    const std::vector<std::pair<std::string, std::string>> table{{"messageId", "$.mid"},
                                                                 {"correlationId", "$.cid"},
                                                                 {"userId", "$.uid"},
                                                                 {"to", "$.to"},
                                                                 {"expiryTimeUtc", "$.exp"},
                                                                 {"contentType", "$.ct"},
                                                                 {"contentEncoding", "$.ce"},
                                                                 {"creationTimeUtc", "$.ctime"},
                                                                 {"outputName", "$.on"},
                                                                 {"connectionDeviceId", "$.cdid"},
                                                                 {"connectionModuleId", "$.cmid"},
                                                                 {"interfaceId", "$.ifid"},
                                                                 {"subject", "$.sub"},
                                                                 {"messageSchema", "$.schema"},
                                                                 {"diagnosticId", "$.diagid"},
                                                                 {"diagnosticCorrelation", "$.diagctx"},
                                                                 {"ack", "iothub-ack"},
                                                                 {"operation", "iothub-operation"}};
    for (const auto& [name, key] : table) {
        EXPECT_EQ(system_property_key(name), key);
        EXPECT_EQ(system_property_name(key), name);
    }
    EXPECT_EQ(system_property_name("iothub-creation-time-utc"), "creationTimeUtc");
    EXPECT_EQ(system_property_name("iothub-message-schema"), "messageSchema");
}

TEST(SystemProperty, OthersAreNone) {
    for (const char* key : {"", "mid", "$.MID", "%24.mid", "$.foo", "iothub-MessageType", "messageId"}) {
        EXPECT_EQ(system_property_name(key), std::nullopt) << key;
    }
    for (const char* name : {"", "MessageId", "$.mid", "foo"})
        EXPECT_EQ(system_property_key(name), std::nullopt) << name;
}

}  // namespace
}  // namespace hubspec::iothub
