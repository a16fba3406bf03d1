// The plain device when it is right.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/iothub/sas_token.hpp"
#include "tests/devices/support/scene.hpp"

namespace hubspec::devices::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Device, GreetsFirst) {
    Scene scene;
    ASSERT_EQ(scene.all.size(), 1u);
    EXPECT_THAT(model::to_json(std::get<Say>(scene.all.front()).line), HasSubstr("\"hello\":1"));
}

TEST(Device, WithACertificateHasNoTokenToRenew) {
    auto who = station();
    EXPECT_THAT(model::to_json(std::get<Say>(Scene({}, who).all.front()).line), HasSubstr("renew_token"));
    who.has_certificate = true;
    EXPECT_THAT(model::to_json(std::get<Say>(Scene({}, who).all.front()).line), Not(HasSubstr("renew_token")));
}

TEST(Device, DoesNothingForWhichItWouldNeedAConnection) {
    Scene scene;
    scene.ask({{"do", "telemetry"}, {"payload", "too early"}});
    EXPECT_EQ(scene.said("failed"), "\"there is no connection\"");
    scene.come_up();
    EXPECT_EQ(scene.messages("devices/"), "");
}

TEST(Device, DoesNotConnectUnasked) {
    Scene scene;
    scene.pass(1h);
    EXPECT_EQ(scene.count<Open>(), 0);
}

TEST(Device, SaysWhoItIsAsTheDocumentHasIt) {
    Scene scene;
    scene.open();
    const auto connect = scene.packets<mqtt::Connect>().at(0);
    EXPECT_FALSE(connect.clean_session);
    EXPECT_EQ(connect.keep_alive, 60);
    EXPECT_EQ(connect.client_id, "d1");
    EXPECT_EQ(connect.user_name, "hub.example/d1/?api-version=2021-04-12&DeviceClientType=hubspec-plain-device");
    EXPECT_EQ(connect.will->topic, "devices/d1/messages/events/");
    const auto parsed = iothub::parse_sas_token(text_of(connect.password.value()));
    const auto& token = std::get<iothub::SasToken>(parsed);
    EXPECT_EQ(token.expiry, 1'700'003'600);
    EXPECT_TRUE(iothub::covers(token, "hub.example/devices/d1"));
    EXPECT_TRUE(iothub::verify_signature(token, *iothub::base64_decode(station().key)));
}

TEST(Device, WithACertificateHasNoPassword) {
    auto who = station();
    who.has_certificate = true;
    Scene scene({}, who);
    scene.open();
    EXPECT_EQ(scene.packets<mqtt::Connect>().at(0).password, std::nullopt);
}

TEST(Device, AsAModuleNamesBoth) {
    auto who = station();
    who.module_id = "m1";
    Scene scene({}, who);
    scene.come_up();
    const auto connect = scene.packets<mqtt::Connect>().at(0);
    EXPECT_EQ(connect.client_id, "d1/m1");
    EXPECT_THAT(*connect.user_name, HasSubstr("hub.example/d1/m1/?api-version="));
    EXPECT_EQ(scene.packets<mqtt::Subscribe>().at(0).subscriptions.at(0).filter, "devices/d1/modules/m1/#");
    scene.ask({{"do", "telemetry"}, {"payload", "x"}, {"output", "o 1"}});
    EXPECT_EQ(scene.messages("devices/"), "devices/d1/modules/m1/messages/events/%24.on=o%201 x");
    scene.publish("devices/d1/modules/m1/inputs/i1/a=1", "hi", 1, 3);
    EXPECT_THAT(model::to_json(std::get<Say>(scene.all.back()).line), HasSubstr("\"input\":\"i1\""));
}

TEST(Device, SubscribesThenReadsItsTwinThenIsConnected) {
    Scene scene;
    scene.open();
    scene.accept();
    EXPECT_EQ(scene.names(), "CONNECT SUBSCRIBE");
    EXPECT_EQ(scene.said("done"), "");
    scene.grant();
    EXPECT_EQ(scene.names(), "CONNECT SUBSCRIBE PUBLISH");
    EXPECT_EQ(scene.messages("$iothub"), "$iothub/twin/GET/?$rid=1 ");
    EXPECT_EQ(scene.said("done"), "true");
}

TEST(Device, PingsWhenItIsQuiet) {
    Scene scene;
    scene.come_up();
    scene.pass(29s);
    EXPECT_EQ(scene.packets<mqtt::Pingreq>().size(), 0u);
    scene.pass(1s);
    EXPECT_EQ(scene.packets<mqtt::Pingreq>().size(), 1u);
    scene.give(mqtt::Packet(mqtt::Pingresp{}));
    scene.pass(30s);
    EXPECT_EQ(scene.packets<mqtt::Pingreq>().size(), 2u);
}

TEST(Device, GivesUpAConnectionWithoutPingresp) {
    Scene scene;
    scene.come_up();
    scene.pass(39s);
    EXPECT_EQ(scene.count<Reset>(), 0);
    scene.pass(1s);
    EXPECT_EQ(scene.count<Reset>(), 1);
    scene.lose();
    EXPECT_EQ(scene.packets<mqtt::Connect>().size(), 2u);
}

TEST(Device, GivesUpAConnectionWithoutConnackOrSubackOrPuback) {
    Scene connack, suback, puback;
    connack.open();
    suback.open(), suback.accept();
    puback.come_up(), puback.ask({{"do", "telemetry"}, {"payload", "x"}});
    for (auto* scene : {&connack, &suback, &puback}) {
        scene->pass(9'999ms);
        EXPECT_EQ(scene->count<Reset>(), 0);
        scene->pass(1ms);
        EXPECT_EQ(scene->count<Reset>(), 1);
        scene->pass(1h);
        EXPECT_EQ(scene->count<Reset>(), 1) << "once is enough";
    }
}

TEST(Device, SendsUnacknowledgedTelemetryAgainAsItWasWithDup) {
    Scene scene;
    scene.come_up();
    for (const auto* payload : {"first", "second"}) scene.ask({{"do", "telemetry"}, {"payload", payload}});
    const auto first = scene.packets<mqtt::Publish>();
    scene.give(mqtt::Packet(mqtt::Puback{first.at(1).packet_id}));
    scene.lose();
    scene.accept(true);
    const auto again = scene.packets<mqtt::Publish>().at(3);
    EXPECT_TRUE(again.dup);
    EXPECT_EQ(again.packet_id, first.at(2).packet_id);
    EXPECT_EQ(text_of(again.payload), "second");
    scene.give(mqtt::Packet(mqtt::Puback{again.packet_id}));
    EXPECT_EQ(scene.said("done"), "true\ntrue\ntrue");
}

TEST(Device, WithASessionDoesNotSubscribeAgainButReadsItsTwin) {
    Scene scene;
    scene.come_up();
    scene.lose();
    scene.accept(true);
    EXPECT_EQ(scene.packets<mqtt::Subscribe>().size(), 1u);
    EXPECT_EQ(scene.messages("$iothub"), "$iothub/twin/GET/?$rid=1 \n$iothub/twin/GET/?$rid=2 ");
}

// Twenty losses before CONNACK: pauses grow to 2 s, stay there, and differ.
TEST(Device, BacksOffWithJitter) {
    Scene scene;
    scene.open();
    std::vector<std::chrono::milliseconds> pauses;
    for (int i = 0; i < 20; ++i) {
        scene.give(Closed{});
        pauses.push_back(scene.next().value() - scene.now);
        scene.pass(pauses.back());
    }
    EXPECT_THAT(pauses.front(), testing::AllOf(testing::Ge(100ms), testing::Le(200ms)));
    for (std::size_t i = 4; i < pauses.size(); ++i)
        EXPECT_THAT(pauses[i], testing::AllOf(testing::Ge(1s), testing::Le(2s)));
    EXPECT_NE(pauses[10], pauses[11]);
    EXPECT_EQ(scene.count<Open>(), 21);
}

TEST(Device, GivesUpAfterThreeRefusalsAndSaysSo) {
    Scene scene;
    scene.open();
    for (int i = 0; i < 3; ++i) {
        scene.refuse(5);
        scene.pass(10s);
        scene.give(Opened{});
    }
    scene.pass(1h);
    EXPECT_EQ(scene.count<Open>(), 3);
    EXPECT_EQ(scene.said("failed"), "\"CONNACK 5\"");
}

TEST(Device, KeepsTryingWhenTheHubIsUnavailable) {
    Scene scene;
    scene.open();
    for (int i = 0; i < 20; ++i) {
        scene.refuse(3);
        scene.pass(10s);
        scene.give(Opened{});
    }
    EXPECT_EQ(scene.count<Open>(), 21);
}

TEST(Device, RenewsItsTokenBeforeItExpires) {
    Behaviour short_lived;
    short_lived.token_lifetime = 100s;
    Scene scene(short_lived);
    scene.come_up();
    scene.pass(30s), scene.give(mqtt::Packet(mqtt::Pingresp{}));
    scene.pass(30s), scene.give(mqtt::Packet(mqtt::Pingresp{}));
    scene.pass(24'999ms);
    EXPECT_EQ(scene.packets<mqtt::Disconnect>().size(), 0u);
    scene.pass(1ms);
    EXPECT_EQ(scene.packets<mqtt::Disconnect>().size(), 1u);
    scene.give(Closed{});
    scene.give(Opened{});
    const auto connects = scene.packets<mqtt::Connect>();
    ASSERT_EQ(connects.size(), 2u);
    EXPECT_THAT(text_of(connects[1].password.value()), HasSubstr("se=1700000185"));
}

TEST(Device, RenewsItsTokenWhenAsked) {
    Scene scene;
    scene.come_up();
    scene.ask({{"do", "renew_token"}});
    EXPECT_EQ(scene.said("done"), "true");
    scene.give(Closed{});
    scene.give(Opened{});
    scene.accept();
    scene.grant();
    EXPECT_EQ(scene.said("done"), "true\ntrue");
}

TEST(Device, TellsMessagesWithNullAndEmptyApart) {
    Scene scene;
    scene.come_up();
    scene.publish("devices/d1/messages/devicebound/%24.mid=m1&a=b%20c&none&empty=&sum=1+1", "hi", 1, 9);
    EXPECT_EQ(scene.packets<mqtt::Puback>(), (std::vector{mqtt::Puback{9}}));
    EXPECT_EQ(model::to_json(std::get<Say>(scene.all.back()).line),
              R"({"saw":"message","payload":"aGk=","properties":{"a":"b c","none":null,"empty":"","sum":"1+1"},)"
              R"("system":{"message_id":"m1"}})");
}

TEST(Device, AnswersCallsOutOfOrderEachWithItsOwnId) {
    Scene scene;
    scene.come_up();
    scene.ask({{"do", "answer_method"}, {"name", "slow"}, {"status", 201}, {"after_ms", 400}});
    scene.publish("$iothub/methods/POST/slow/?$rid=a%2F1", "1");
    scene.publish("$iothub/methods/POST/quick/?$rid=2", "{}");
    scene.pass(400ms);
    EXPECT_EQ(scene.messages("$iothub/methods"),
              "$iothub/methods/res/200/?$rid=2 {}\n$iothub/methods/res/201/?$rid=a%2F1 1");
}

TEST(Device, SurvivesWhatNoHubWouldSend) {
    Scene scene;
    scene.come_up();
    for (const auto* topic : {"", "$iothub/methods/POST/", "$iothub/methods/POST/x", "$iothub/methods/POST/x/?$rid",
                              "$iothub/twin/res/", "$iothub/twin/res/abc/?$rid=1", "$iothub/twin/res/200/", "devices/",
                              "devices/d1/messages/devicebound/%", "$iothub/twin/PATCH/properties/desired/"})
        scene.publish(topic, "\xff{", 1, 5);
    scene.give(mqtt::Packet(mqtt::Connack{true, 5}));
    scene.give(mqtt::Packet(mqtt::Puback{77}));
    scene.give(mqtt::Packet(mqtt::Suback{77, {}}));
    EXPECT_EQ(scene.packets<mqtt::Puback>().size(), 10u);
    EXPECT_EQ(scene.count<Crash>() + scene.count<Reset>() + scene.count<Close>(), 0);
    scene.give(NotMqtt{});
    scene.lose();
    EXPECT_EQ(scene.packets<mqtt::Connect>().size(), 2u);
}

TEST(Device, FailsWhatWasUnderWayWhenTheConnectionIsLost) {
    Scene scene;
    scene.come_up();
    scene.ask({{"do", "get_twin"}});
    scene.give(Closed{});
    EXPECT_EQ(scene.said("failed"), "\"the connection was lost\"");
}

TEST(Device, NeverUsesAPacketIdInUse) {
    Scene scene;
    scene.come_up();
    scene.ask({{"do", "telemetry"}, {"payload", "waits"}});
    const auto waiting = scene.packets<mqtt::Publish>().back().packet_id;
    for (int i = 0; i < 65'536; ++i) {
        scene.all.clear();
        scene.ask({{"do", "telemetry"}, {"payload", "x"}});
        const auto id = scene.packets<mqtt::Publish>().back().packet_id;
        ASSERT_NE(id, waiting);
        ASSERT_NE(id, 0);
        scene.give(mqtt::Packet(mqtt::Puback{id}));
    }
}

TEST(Device, LeavesWithDisconnectAndEnds) {
    Scene scene;
    scene.come_up();
    scene.all.clear();
    scene.ask({{"do", "quit"}});
    ASSERT_EQ(scene.all.size(), 4u);
    EXPECT_EQ(scene.all[0], Effect(Send{{mqtt::Disconnect{}}}));
    EXPECT_EQ(scene.all[1], Effect(Close{}));
    EXPECT_EQ(scene.all[3], Effect(Exit{0}));
}

TEST(Device, StaysAwayAfterItWasAskedToDisconnect) {
    Scene scene;
    scene.come_up();
    scene.ask({{"do", "disconnect"}});
    scene.give(Closed{});
    EXPECT_EQ(scene.said("reason"), "\"\"");
    scene.pass(1h);
    EXPECT_EQ(scene.count<Open>(), 1);
    scene.ask({{"do", "connect"}});
    EXPECT_EQ(scene.count<Open>(), 2);
}

}  // namespace
}  // namespace hubspec::devices::test
