// Telemetry, read by AMQP: by one who wants it, and by several who share a reader.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/actors/amqp_back_end.hpp"
#include "harness/actors/wire.hpp"
#include "tests/actors/support/world.hpp"

namespace hubspec::actors {
namespace {

using namespace model;
using test::World;
using testing::ElementsAre;
using testing::IsEmpty;

/// Sends telemetry of "d1" with this body, and waits for its PUBACK.
void send(World& world, const std::string& body) {
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint(), {});
    wire.send({{world.connect_packet(), {}},
               {mqtt::Publish{"devices/d1/messages/events/", {body.begin(), body.end()}, 1, false, false, 7}, {}}});
    world.await_packet<mqtt::Puback>();
}

std::string next_body(Inbox& inbox) {
    while (const auto event = inbox.take(test::patience()))
        if (const auto* seen = std::get_if<TelemetrySeen>(&event->form)) return *seen->message.find("body")->text();
    return "nothing came";
}

auto of(const std::string& device) {
    return [device](const std::string& id) { return id == device; };
}

TEST(TelemetryReader, FollowsInOrderAndStopsAtOnce) {
    World world;
    {
        TelemetryReader reader(world.loop(), world.endpoint(), world.events(), world.service_access(), world.tell(),
                               {});
        Wire wire(world.loop(), world.inbox(), "main");
        wire.open(world.endpoint(), {});
        std::vector<WirePacket> packets{{world.connect_packet(), {}}};
        for (std::uint8_t i = 0; i < 20; ++i)
            packets.push_back(
                {mqtt::Publish{"devices/d1/messages/events/", {static_cast<std::uint8_t>('a' + i)}, 0, false, false, 0},
                 {}});
        wire.send(packets);
        std::string order;
        for (int i = 0; i < 20; ++i) {
            const auto message = world.await<TelemetrySeen>().message;
            order += *message.find("body")->text() + " ";
        }
        EXPECT_EQ(
            order,
            "YQ== Yg== Yw== ZA== ZQ== Zg== Zw== aA== aQ== ag== aw== bA== bQ== bg== bw== cA== cQ== cg== cw== dA== ");
    }
    world.drain();
    EXPECT_EQ(world.all_seen<TelemetrySeen>().size(), 20u);
    EXPECT_THAT(world.all_seen<HarnessFailed>(), IsEmpty());
}

TEST(TelemetryReader, GoesOnInAWebSocketWhereItsPortIsClosed) {
    World world;
    auto events = world.events();
    events.port = test::DeadPort().port();
    events.web_socket_port = world.endpoint().https_port;
    TelemetryReader reader(world.loop(), world.endpoint(), events, world.service_access(), world.tell(), {});
    send(world, "a");
    EXPECT_EQ(*world.await<TelemetrySeen>().message.find("body")->text(), "YQ==");
}

TEST(SharedTelemetry, TellsEachWhatItWants) {
    World world;
    auto endpoint = world.endpoint();
    endpoint.events = world.events();
    SharedTelemetry shared(endpoint, world.service_access());
    Inbox first, second, other;
    const auto a = shared.subscribe(first, of("d1"));
    auto b = shared.subscribe(second, of("d1"));
    const auto c = shared.subscribe(other, of("d2"));
    send(world, "a");
    EXPECT_EQ(next_body(first), "YQ==");
    EXPECT_EQ(next_body(second), "YQ==");
    b.reset();
    send(world, "b");
    EXPECT_EQ(next_body(first), "Yg==");
    EXPECT_FALSE(second.take({})) << "it has left";
    EXPECT_FALSE(other.take({})) << "it is of another device";
}

// As many as cases run side by side: a hub lets no more than five read a partition.
TEST(SharedTelemetry, IsOneReaderForAll) {
    World world;
    auto endpoint = world.endpoint();
    endpoint.events = world.events();
    SharedTelemetry shared(endpoint, world.service_access());
    std::vector<Inbox> inboxes(12);
    std::vector<std::unique_ptr<SharedTelemetry::Subscription>> all;
    for (auto& inbox : inboxes) all.push_back(shared.subscribe(inbox, of("d1")));
    send(world, "a");
    for (auto& inbox : inboxes) EXPECT_EQ(next_body(inbox), "YQ==");
}

TEST(SharedTelemetry, SaysWhyThereIsNone) {
    World world;
    auto endpoint = world.endpoint();
    SharedTelemetry homeless(endpoint, world.service_access());
    Inbox inbox;
    EXPECT_THROW(homeless.subscribe(inbox, of("d1")), std::runtime_error);
    endpoint.events = world.events();
    endpoint.events->port = test::DeadPort().port();
    SharedTelemetry closed(endpoint, world.service_access());
    EXPECT_THROW(closed.subscribe(inbox, of("d1")), std::runtime_error);
    EXPECT_THROW(closed.subscribe(inbox, of("d1")), std::runtime_error) << "tried anew, and no deadlock";
}

// Everybody is told, and who comes next tries anew.
TEST(SharedTelemetry, TellsThatTheHubIsGone) {
    auto world = std::make_unique<World>();
    auto endpoint = world->endpoint();
    endpoint.events = world->events();
    SharedTelemetry shared(endpoint, world->service_access());
    Inbox inbox;
    const auto first = shared.subscribe(inbox, of("d1"));
    world.reset();
    const auto event = inbox.take(test::patience());
    ASSERT_TRUE(event);
    EXPECT_TRUE(std::holds_alternative<HarnessFailed>(event->form));
    Inbox later;
    EXPECT_THROW(shared.subscribe(later, of("d1")), std::runtime_error);
}

}  // namespace
}  // namespace hubspec::actors
