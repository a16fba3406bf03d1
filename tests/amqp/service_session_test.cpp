// The hub's AMQP on bytes and a chosen time.

#include "fixtures/hub/amqp/service_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/amqp/support/world.hpp"

namespace hubspec::hub {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ServiceSession, TakesATokenAndMessages) {
    World world;
    EXPECT_EQ(world.put(world.token()), 200);
    EXPECT_EQ(world.send("/devices/D/messages/devicebound"), "accepted");
    EXPECT_EQ(world.send("/devices/D/messages/deviceBound"), "accepted");
}

TEST(ServiceSession, SaysWhyATokenIsRefused) {
    World world;
    EXPECT_EQ(world.put("no token"), 401);
    EXPECT_EQ(world.put(world.token("iothubowner", "other.azure-devices.net")), 401);
    EXPECT_EQ(world.put(world.token("iothubowner", host, -1)), 401);
    EXPECT_EQ(world.put(world.token(), "take-token"), 400);
}

TEST(ServiceSession, LinksNeedARight) {
    World unknown;
    EXPECT_EQ(unknown.send("/devices/D/messages/devicebound"), "sender amqp:unauthorized-access");
    World reader;
    EXPECT_EQ(reader.put(reader.token("registryRead")), 200);
    EXPECT_EQ(reader.send("/devices/D/messages/devicebound"), "sender amqp:unauthorized-access");
}

TEST(ServiceSession, RejectsWithConditions) {
    World world;
    world.put(world.token());
    EXPECT_EQ(world.send("/devices/X/messages/devicebound"), "rejected amqp:not-found");
    EXPECT_EQ(world.send("nobody"), "rejected com.microsoft:argument-error");
    EXPECT_EQ(world.send("/devices/D/modules/M/messages/devicebound"), "rejected com.microsoft:argument-error");
    EXPECT_EQ(world.send("/devices/D/messages/devicebound", 70'000), "rejected amqp:link:message-size-exceeded");
    for (int i = 0; i < 50; ++i) EXPECT_EQ(world.send("/devices/D/messages/devicebound"), "accepted");
    EXPECT_EQ(world.send("/devices/D/messages/devicebound"), "rejected amqp:resource-limit-exceeded");
}

TEST(ServiceSession, KnowsNoOtherNodes) {
    World world;
    world.put(world.token());
    world.engine->connection().open_sender("/messages/elsewhere");
    world.engine->connection().open_receiver("/elsewhere");
    world.engine->connection().open_receiver("/messages/serviceBound/filenotifications");
    world.settle();
    EXPECT_THAT(world.client.said, testing::UnorderedElementsAre("sender amqp:not-found", "receiver amqp:not-found",
                                                                 "receiver amqp:not-implemented"));
}

TEST(ServiceSession, RedirectsReadersOfTelemetry) {
    World world;
    world.put(world.token());
    const auto link = world.engine->connection().open_receiver("messages/events/ConsumerGroups/$Default/Partitions/0");
    world.settle();
    EXPECT_THAT(world.client.said, ElementsAre("receiver amqp:link:redirect"));
    std::map<proton::symbol, proton::value> where;
    proton::get(link.error().properties(), where);
    EXPECT_EQ(proton::get<std::string>(where.at("hostname")), "events.example");
    EXPECT_EQ(proton::get<std::string>(where.at("address")),
              "amqps://events.example:5671/entity/ConsumerGroups/$Default/Partitions/0");
}

TEST(ServiceSession, PlainTakesAPolicyWithItsKeyAndNothingElse) {
    const auto as = [](const std::string& user, const std::string& password) {
        return proton::connection_options().sasl_allowed_mechs("PLAIN").user(user).password(password);
    };
    const World probe;  // of the same keys
    World right(as("service", probe.key("service"))), wrong(as("service", probe.key("device") + "x"));
    right.engine->connection().open_receiver("entity/ConsumerGroups/$Default/Partitions/0");
    right.settle();
    EXPECT_THAT(right.client.said, IsEmpty());
    EXPECT_THAT(wrong.client.said, testing::Contains(HasSubstr("transport ")));
}

TEST(ServiceSession, ClosesWhenItsTokenHasExpired) {
    World world;
    world.put(world.token());
    world.now += std::chrono::minutes(30);
    EXPECT_EQ(world.put(world.token()), 200) << "another one in time";
    world.now += std::chrono::minutes(59);
    EXPECT_EQ(world.send("/devices/D/messages/devicebound"), "accepted");
    EXPECT_EQ(world.session->next_due(), world.now + std::chrono::minutes(1));
    world.now += std::chrono::minutes(1);
    world.settle();
    EXPECT_THAT(world.client.said, testing::Contains("connection amqp:unauthorized-access"));
    EXPECT_TRUE(world.session->is_over());
}

}  // namespace
}  // namespace hubspec::hub
