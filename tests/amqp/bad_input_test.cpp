// Whatever a client sends: it hears of it or its connection ends, memory stays bounded, nobody else notices.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/amqp/support/world.hpp"

namespace hubspec::hub {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::span<const std::uint8_t> bytes_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// True when the connection is over with these bytes.
bool ends_with(Service& service, const std::string& bytes) {
    ServiceSession session(service.hub, {}, service.readers, Time{});
    session.received(bytes_of(bytes), Time{});
    session.advance(Time{});
    session.take_output();
    return session.is_over();
}

const std::string header("AMQP\0\1\0\0", 8);

TEST(BadAmqp, BytesThatAreNoneEndTheConnection) {
    Service service;
    for (const std::string text :
         {"GET / HTTP/1.1\r\n\r\n", "AMQP\x09\x09\x09\x09", "\xff\xff\xff\xff\xff\xff\xff\xff"})
        EXPECT_TRUE(ends_with(service, text)) << text;
}

const std::vector<std::string> malformed{
    std::string("\0\0\0\x04\x02\0\0\0", 8),                             // shorter than its own header
    std::string("\0\0\0\x08\x01\0\0\0", 8),                             // its data begins too early
    std::string("\0\0\0\x0c\x02\0\0\0\xff\xff\xff\xff", 12),            // no performative
    std::string("\0\0\0\x0c\x02\0\0\0\0\x53\x11\xc0", 12),              // cut off
    std::string("\0\x20\0\0\x02\0\0\0", 8) + std::string(70'000, 'x'),  // larger than was announced
};

TEST(BadAmqp, MalformedFramesEndTheConnection) {
    Service service;
    for (const auto& frame : malformed)
        EXPECT_TRUE(ends_with(service, header + frame)) << testing::PrintToString(frame.substr(0, 12));
}

TEST(BadAmqp, WhoHasOpenedAConnectionHearsOfMalformedFrames) {
    for (const auto& frame : malformed) {
        World world;
        world.session->received(bytes_of(frame), world.now);
        world.settle();
        EXPECT_THAT(world.client.said, ElementsAre(HasSubstr("connection amqp:")))
            << testing::PrintToString(frame.substr(0, 12));
        EXPECT_TRUE(world.session->is_over());
    }
}

TEST(BadAmqp, WhoOnlyBeginsIsNotWaitedFor) {
    Service service;
    for (const auto& begin : {header, std::string("AMQP\3\1\0\0", 8)}) {
        ServiceSession session(service.hub, {}, service.readers, Time{});
        session.received(bytes_of(begin), Time{});
        session.advance(Time{});
        EXPECT_FALSE(session.is_over());
        EXPECT_LE(session.until_tick(), std::chrono::minutes(4)) << "its silence is measured";
    }
}

TEST(BadAmqp, ValuesOfWrongTypesAreAnswered) {
    World world;
    world.put(world.token());
    const std::map<std::string, proton::value> map{{"a", 1}};
    const auto ask = [&](const std::string& node, const proton::message& request) {
        world.engine->connection().open_receiver(node);
        auto link = world.engine->connection().open_sender(node);
        world.settle();
        world.client.received.clear();
        link.send(request);
        world.settle();
        return world.client.received.empty()
                   ? "nothing"
                   : proton::to_string(world.client.received.back().properties().get("status-code"));
    };
    proton::message put(proton::value{map});
    put.id(std::uint64_t{7});
    net::set_properties(put, {{"operation", "put-token"}, {"type", "servicebus.windows.net:sastoken"}});
    EXPECT_EQ(ask("$cbs", put), "401");
    put.properties().put("operation", 5);
    EXPECT_EQ(ask("$cbs", put), "400");
    proton::message facts;
    facts.id(proton::uuid::random());
    facts.properties().put("operation", "READ");
    facts.properties().put("type", "com.microsoft:partition");
    facts.properties().put("partition", 2.5);
    EXPECT_EQ(ask("$management", facts), "404");
    proton::message message(proton::value{map});
    message.to("/devices/D/messages/devicebound");
    message.properties().put("iothub-ack", 1);
    auto sender = world.engine->connection().open_sender("/messages/devicebound");
    sender.send(message);
    world.settle();
    EXPECT_EQ(world.client.said.back(), "rejected com.microsoft:argument-error");
}

TEST(BadAmqp, RequestsWhoseAnswersNobodyReadsAreGivenBack) {
    World world;
    auto link = world.engine->connection().open_sender("$cbs");
    world.settle();
    for (int i = 0; i < 250; ++i) {
        link.send(proton::message("no token"));
        if (i % 50 == 49) world.settle();
    }
    EXPECT_EQ(std::count(world.client.said.begin(), world.client.said.end(), "accepted"), 100);
    EXPECT_EQ(std::count(world.client.said.begin(), world.client.said.end(), "released"), 150);
    world.engine->connection().open_receiver("$cbs", proton::receiver_options().credit_window(200));
    world.settle();
    EXPECT_THAT(world.client.received, SizeIs(100));
}

TEST(BadAmqp, AMessageThatIsTooLargeEndsItsLink) {
    World world;
    world.put(world.token());
    EXPECT_EQ(world.send("/devices/D/messages/devicebound", 1'000'000), "sender amqp:link:message-size-exceeded");
    world.sender = {};
    EXPECT_EQ(world.send("/devices/D/messages/devicebound"), "accepted") << "the connection goes on";
}

TEST(BadAmqp, LinksWithoutEndEndTheConnection) {
    World world;
    for (int i = 0; i < 300; ++i) world.engine->connection().open_receiver("nowhere");
    world.settle();
    EXPECT_THAT(world.client.said, testing::Contains("connection amqp:resource-limit-exceeded"));
    EXPECT_TRUE(world.session->is_over());
}

TEST(BadAmqp, WhoDoesNotReadIsGivenNoMore) {
    World world;
    world.put(world.token());
    for (int i = 0; i < 100; ++i) world.store_event(100'000);
    auto link = world.engine->connection().open_receiver(
        "entity/ConsumerGroups/$Default/Partitions/" + std::to_string(world.partition_of_events()),
        proton::receiver_options().credit_window(1000));
    world.engine->dispatch();
    world.session->received(world.engine->take_output(), world.now);
    world.session->advance(world.now);
    std::size_t unread = 0;
    for (auto output = world.session->take_output(); !output.empty(); output = world.session->take_output()) {
        unread += output.size();
        world.engine->feed(output);
        world.session->received(world.engine->take_output(), world.now);
        world.session->advance(world.now, unread);
    }
    EXPECT_GT(unread, 1'000'000u);
    EXPECT_LT(unread, 4'000'000u) << "of 10 MB that are there";
    world.settle();
    EXPECT_THAT(world.client.received, SizeIs(100)) << "when it reads again";
}

/// Bytes of a client that is right: it puts a token, sends a message, reads events and feedback.
mqtt::Bytes right_bytes() {
    World world;
    world.put(world.token());
    world.send("/devices/D/messages/devicebound");
    world.read(0);
    world.engine->connection().open_receiver("/messages/serviceBound/feedback");
    world.settle();
    return world.sent;
}

TEST(BadAmqp, NobodyElseNotices) {
    World witness;
    witness.put(witness.token());
    const auto right = right_bytes();
    std::mt19937 random(2026);
    const auto below = [&](std::size_t bound) { return random() % bound; };
    for (int round = 0; round < 3'000; ++round) {
        auto bytes = right;
        for (std::size_t count = 1 + below(4); count > 0; --count) {
            const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(8 + below(bytes.size() - 8));
            if (below(3) == 0)
                bytes.erase(at, at + static_cast<std::ptrdiff_t>(std::min<std::size_t>(
                                         1 + below(3), static_cast<std::size_t>(bytes.end() - at))));
            else
                *at = static_cast<std::uint8_t>(below(256));
        }
        ServiceSession session(witness.hub, EventsEndpoint{}, witness.service->readers, witness.now);
        session.received(bytes, witness.now);
        session.advance(witness.now);
        session.take_output();
        session.ended(witness.now);
    }
    EXPECT_EQ(witness.put(witness.token()), 200);
    EXPECT_EQ(witness.send("/devices/E/messages/devicebound"), "rejected amqp:not-found");
}

}  // namespace
}  // namespace hubspec::hub
