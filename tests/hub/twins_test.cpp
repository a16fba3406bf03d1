#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/hub/support/client.hpp"

namespace hubspec::hub {
namespace {

using namespace test;
using testing::SizeIs;

const std::string patch = "$iothub/twin/PATCH/properties/reported/?$rid=";

class Twins : public testing::Test {
protected:
    Twins() { client_.connect().subscribe("$iothub/twin/res/#", 0); }

    mqtt::Publish ask(const std::string& topic, const std::string& payload = {}) {
        client_.publish(topic, payload);
        const auto packets = client_.take();
        return packets.size() == 1 ? publish(packets[0]) : mqtt::Publish{};
    }
    std::string twin() { return text(ask("$iothub/twin/GET/?$rid=g").payload); }

    World world_;
    Client client_{world_};
};

TEST_F(Twins, ANewOneIsEmptyWithVersions) {
    const auto answer = ask("$iothub/twin/GET/?$rid=a-1");
    EXPECT_EQ(answer.topic, "$iothub/twin/res/200/?$rid=a-1");
    EXPECT_EQ(text(answer.payload), R"({"desired":{"$version":1},"reported":{"$version":1}})");
}

TEST_F(Twins, PatchesMergeAndNullRemoves) {
    EXPECT_EQ(ask(patch + "1", R"({"a":1,"n":{"x":1,"y":2}})").topic, "$iothub/twin/res/204/?$rid=1&$version=2");
    EXPECT_EQ(ask(patch + "2", R"({"b":2,"n":{"x":null,"z":3}})").topic, "$iothub/twin/res/204/?$rid=2&$version=3");
    EXPECT_EQ(twin(), R"({"desired":{"$version":1},"reported":{"a":1,"n":{"y":2,"z":3},"b":2,"$version":3}})");
    ask(patch + "3", R"({"a":null,"absent":null})");
    EXPECT_EQ(twin(), R"({"desired":{"$version":1},"reported":{"n":{"y":2,"z":3},"b":2,"$version":4}})");
}

TEST_F(Twins, ArraysAreReplacedWhole) {
    ask(patch + "1", R"({"a":[1,2]})");
    ask(patch + "2", R"({"a":[3]})");
    EXPECT_EQ(twin(), R"({"desired":{"$version":1},"reported":{"a":[3],"$version":3}})");
}

TEST_F(Twins, BadBodiesAreRefusedAndChangeNothing) {
    std::string deep = "1";
    for (int i = 0; i < 12; ++i) deep = R"({"d":)" + deep + "}";
    for (const std::string& body :
         {std::string("{"), std::string("not json"), std::string("[]"), std::string("1"), std::string(""),
          std::string("{\"a\":\"\xff\"}"), std::string(R"({"a.b":1})"), std::string(R"({"$version":5})"),
          std::string(R"({"a b":1})"), std::string(R"({"a":[1,null]})"), std::string(R"({"a":4503599627370496})"),
          std::string(R"({"a\u0007b":1})"), std::string(R"({"a\u007fb":1})"), std::string(R"({"a\u0085b":1})"),
          R"({"a":)" + std::string(11, '[') + std::string(11, ']') + "}", R"({"a":")" + std::string(4097, 'x') + "\"}",
          deep}) {
        const auto answer = ask(patch + "9", body);
        EXPECT_EQ(answer.topic, "$iothub/twin/res/400/?$rid=9") << body.substr(0, 40);
        EXPECT_EQ(*model::parse_json(text(answer.payload))->find("errorCode"), model::Value(400004));
    }
    EXPECT_EQ(twin(), R"({"desired":{"$version":1},"reported":{"$version":1}})");
    EXPECT_FALSE(client_.closed());
}

TEST_F(Twins, NamesAndListsWithinTheLimitsAreTaken) {
    for (const std::string& body :
         {std::string(R"({"a\u00a0b":1})"), R"({"a":)" + std::string(10, '[') + std::string(10, ']') + "}",
          "{\"" + std::string(1024, 'n') + "\":1}"})
        EXPECT_THAT(ask(patch + "9", body).topic, testing::StartsWith("$iothub/twin/res/204/")) << body.substr(0, 40);
}

TEST_F(Twins, SizeCountsCharactersWithoutControlCharacters) {
    const auto member = [](const std::string& name, const std::string& value) {
        return R"({")" + name + R"(":")" + value + "\"}";
    };
    std::string umlauts, controls;
    for (int i = 0; i < 2047; ++i) umlauts += "\u00fc";  // 2 bytes each
    for (int i = 0; i < 2047; ++i) controls += "\\u0001\\u0085";
    for (char name = 'a'; name < 'p'; ++name)
        ASSERT_THAT(ask(patch + "1", member({name}, umlauts)).topic, testing::StartsWith("$iothub/twin/res/204/"))
            << name;
    ASSERT_THAT(ask(patch + "2", member("p", umlauts)).topic, testing::StartsWith("$iothub/twin/res/204/"))
        << "32768 of 32768 characters";
    EXPECT_EQ(ask(patch + "3", member("q", "")).topic, "$iothub/twin/res/413/?$rid=3");
    EXPECT_THAT(ask(patch + "4", member("p", controls.substr(0, 12 * 1023))).topic,
                testing::StartsWith("$iothub/twin/res/204/"));
    EXPECT_THAT(ask(patch + "5", member("q", std::string(2046, 'x'))).topic,
                testing::StartsWith("$iothub/twin/res/204/"))
        << "control characters count nothing";
    EXPECT_EQ(ask(patch + "6", member("r", "")).topic, "$iothub/twin/res/413/?$rid=6");
}

TEST_F(Twins, AStaleVersionIsRefused) {
    EXPECT_EQ(ask(patch + "1&$version=1", R"({"a":1})").topic, "$iothub/twin/res/204/?$rid=1&$version=2");
    EXPECT_EQ(ask(patch + "2&$version=1", R"({"a":2})").topic, "$iothub/twin/res/412/?$rid=2");
}

TEST_F(Twins, DesiredChangesAreTold) {
    client_.subscribe("$iothub/twin/PATCH/properties/desired/#", 0);
    const auto answer = world_.call("PATCH", "/twins/D?api-version=2021-04-12",
                                    R"({"tags":{"t":1},"properties":{"desired":{"f":"5m","route":null}}})");
    EXPECT_EQ(answer.status, 200);
    const auto packets = client_.take();
    ASSERT_THAT(packets, SizeIs(1));
    EXPECT_EQ(publish(packets[0]).topic, "$iothub/twin/PATCH/properties/desired/?$version=2");
    EXPECT_EQ(text(publish(packets[0]).payload), R"({"f":"5m","route":null,"$version":2})");
    world_.call("PUT", "/twins/D?api-version=2021-04-12", R"({"properties":{"desired":{"g":1}}})");
    EXPECT_EQ(text(publish(client_.take().at(0)).payload), R"({"g":1,"$version":3})");
    EXPECT_EQ(twin(), R"({"desired":{"g":1,"$version":3},"reported":{"$version":1}})");
}

TEST_F(Twins, MetadataTellsWhenEachMemberWasWritten) {
    const auto write = [&](const std::string& method, const std::string& desired) {
        world_.pass(std::chrono::seconds(1));
        const auto answer =
            world_.call(method, "/twins/D?api-version=2021-04-12", R"({"properties":{"desired":)" + desired + "}}");
        return model::to_json(*model::parse_json(answer.body)->find("properties")->find("desired")->find("$metadata"));
    };
    const auto at = [](int second, int version, const std::string& members = "") {
        return R"({"$lastUpdated":"2023-11-14T22:13:2)" + std::to_string(second) + R"(.000Z","$lastUpdatedVersion":)" +
               std::to_string(version) + members + "}";
    };
    EXPECT_EQ(write("PATCH", R"({"a":1,"o":{"p":1,"q":1}})"),
              at(1, 2, R"(,"a":)" + at(1, 2) + R"(,"o":)" + at(1, 2, R"(,"p":)" + at(1, 2) + R"(,"q":)" + at(1, 2))));
    EXPECT_EQ(write("PATCH", R"({"b":1,"a":null,"o":{"q":2}})"),
              at(2, 3, R"(,"o":)" + at(2, 3, R"(,"p":)" + at(1, 2) + R"(,"q":)" + at(2, 3)) + R"(,"b":)" + at(2, 3)));
    EXPECT_EQ(write("PATCH", R"({"o":5})"), at(3, 4, R"(,"o":)" + at(3, 4) + R"(,"b":)" + at(2, 3)));
    EXPECT_EQ(write("PUT", R"({"c":1})"), at(4, 5, R"(,"c":)" + at(4, 5)));
}

TEST_F(Twins, ReportedMetadataHasNoVersion) {
    world_.pass(std::chrono::seconds(1));
    ask(patch + "1", R"({"a":1})");
    world_.pass(std::chrono::seconds(1));
    ask(patch + "2", R"({"b":1})");
    const auto view = *model::parse_json(world_.call("GET", "/twins/D?api-version=2021-04-12").body);
    EXPECT_EQ(
        model::to_json(*view.find("properties")->find("reported")->find("$metadata")),
        R"({"$lastUpdated":"2023-11-14T22:13:22.000Z","a":{"$lastUpdated":"2023-11-14T22:13:21.000Z"},"b":{"$lastUpdated":"2023-11-14T22:13:22.000Z"}})");
}

TEST(TwinSubscription, WithoutItThePatchIsAppliedInSilence) {
    World world;
    Client client(world);
    client.connect().publish(patch + "1", R"({"a":1})");
    EXPECT_TRUE(client.take().empty());
    const auto view = *model::parse_json(world.call("GET", "/twins/D?api-version=2021-04-12").body);
    EXPECT_EQ(*view.find("properties")->find("reported")->find("a"), model::Value(1));
}

class Methods : public testing::Test {
protected:
    RequestId invoke(const std::string& more = "") {
        return world_.ask("POST", "/twins/D/methods?api-version=2021-04-12",
                          R"({"methodName":"reboot","payload":{"a":1})" + more + "}");
    }
    World world_;
    Client client_{world_};
};

TEST_F(Methods, RoundTrip) {
    client_.connect().subscribe("$iothub/methods/POST/#", 1);
    const auto id = invoke();
    const auto request = publish(client_.take().at(0));
    EXPECT_EQ(request.topic, "$iothub/methods/POST/reboot/?$rid=1");
    EXPECT_EQ(text(request.payload), R"({"a":1})");
    EXPECT_EQ(request.qos, 0);
    EXPECT_FALSE(world_.answered(id));
    client_.publish("$iothub/methods/res/200/?$rid=other", "{}");
    client_.publish("$iothub/methods/res/abc/?$rid=1", "{}");
    EXPECT_FALSE(world_.answered(id));
    client_.publish("$iothub/methods/res/-1/?$rid=1", R"({"b":2})");
    EXPECT_EQ(world_.answered(id)->body, R"({"status":-1,"payload":{"b":2}})");
}

TEST_F(Methods, AbsentDevices) {
    const auto answer = world_.answered(invoke());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 404);
    EXPECT_EQ(model::header(answer->headers, "iothub-errorcode"), "DeviceNotOnline");
    const auto waiting = invoke(R"(,"connectTimeoutInSeconds":20)");
    world_.pass(std::chrono::seconds(10));
    EXPECT_FALSE(world_.answered(waiting));
    client_.connect().send(mqtt::Subscribe{1, {{"$iothub/methods/POST/#", 0}}});
    EXPECT_EQ(client_.take().size(), 2u);
}

TEST_F(Methods, ErrorsNameTheTimeThatWasWaited) {
    const auto waited = [&](RequestId call) {
        const auto body = *model::parse_json(world_.answered(call)->body);
        const auto error = *model::parse_json(*body.find("Message")->text());
        return *error.find("info")->find("timeout")->text();
    };
    EXPECT_EQ(waited(invoke()), "00:00:00");
    const auto absent = invoke(R"(,"connectTimeoutInSeconds":75)");
    world_.pass(std::chrono::seconds(75));
    EXPECT_EQ(waited(absent), "00:01:15");  // X-METH-10
    Client fresh(world_);
    fresh.connect().subscribe("$iothub/methods/POST/#", 0);
    const auto silent = invoke(R"(,"responseTimeoutInSeconds":7)");
    world_.pass(std::chrono::seconds(7));
    EXPECT_EQ(waited(silent), "00:00:07");
    const auto cut = invoke();
    fresh.vanish();
    EXPECT_EQ(waited(cut), "00:00:30");
}

TEST_F(Methods, SilentAndVanishingDevices) {
    client_.connect().subscribe("$iothub/methods/POST/#", 0);
    const auto silent = invoke(R"(,"responseTimeoutInSeconds":5)");
    world_.pass(std::chrono::seconds(5));
    EXPECT_EQ(world_.answered(silent)->status, 504);
    const auto cut = invoke();
    client_.vanish();
    EXPECT_EQ(world_.answered(cut)->status, 404);
}

}  // namespace
}  // namespace hubspec::hub
