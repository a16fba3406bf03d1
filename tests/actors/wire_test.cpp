// The wire actor on real sockets: what goes out byte by byte, what comes back, how it ends.

#include "harness/actors/wire.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/actors/support/world.hpp"

namespace hubspec::actors {
namespace {

using namespace model;
using mqtt::Bytes;
using test::DeadPort;
using test::Peer;
using test::World;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Bytes pingreq{0xC0, 0x00}, disconnect{0xE0, 0x00};

void stay_silent(net::Socket&, const Bytes&) {}

/// Answers the first record with these bytes.
Peer::Script answer_with(const Bytes& bytes) {
    return [bytes](net::Socket& socket, const Bytes& received) {
        if (!received.empty()) socket.send(bytes);
    };
}

/// Opens, and makes sure that the peer has completed the handshake as well.
void open_fully(World& world, Wire& wire, std::uint16_t port) {
    wire.open(world.endpoint_at(port), {});
    wire.send({{mqtt::Pingreq{}, {}}});
    world.await_packet<mqtt::Pingresp>();
}

const Peer::Script pong = [](net::Socket& socket, const Bytes& received) {
    if (received == pingreq) socket.send(Bytes{0xD0, 0x00});
};

class TlsVersions : public testing::TestWithParam<std::pair<net::TlsVersion, const char*>> {};

TEST_P(TlsVersions, AreSpoken) {
    World world;
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint(), {true, GetParam().first});
    EXPECT_EQ(world.await<ConnectionOpened>(), (ConnectionOpened{"main", GetParam().second}));
    wire.send({{world.connect_packet(), {}}});
    EXPECT_EQ(world.await_packet<mqtt::Connack>().return_code, 0);
}

INSTANTIATE_TEST_SUITE_P(All, TlsVersions,
                         testing::Values(std::pair{net::TlsVersion::tls_1_2, "TLSv1.2"},
                                         std::pair{net::TlsVersion::tls_1_3, "TLSv1.3"}));

TEST(Wire, SpeaksWithoutTls) {
    World world;
    const DeadPort listening(true);
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint_at(listening.port()), {false, net::TlsVersion::any});
    EXPECT_EQ(world.await<ConnectionOpened>(), (ConnectionOpened{"main", ""}));
    wire.send({{mqtt::Pingreq{}, {}}});
    const int peer = listening.accept();
    Bytes got(2);
    EXPECT_EQ(::recv(peer, got.data(), got.size(), MSG_WAITALL), 2);
    EXPECT_EQ(got, pingreq);
    const Bytes pingresp{0xD0, 0x00};
    EXPECT_EQ(::send(peer, pingresp.data(), pingresp.size(), 0), 2);
    world.await_packet<mqtt::Pingresp>();
    ::close(peer);
    EXPECT_EQ(world.await<ConnectionClosed>(), (ConnectionClosed{"main", true, true, "the hub closed (TCP FIN)"}));
}

TEST(Wire, WhatIsSentBeforeTheTransportStandsWaitsForIt) {
    World world;
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint(), {});
    wire.send({{world.connect_packet(), {}}, {mqtt::Pingreq{}, {}}});
    world.await_packet<mqtt::Connack>();
    world.await_packet<mqtt::Pingresp>();
}

TEST(Wire, ALineIsARecord) {
    World world;
    Peer peer(world.loop(), stay_silent);
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint_at(peer.port()), {});
    wire.send({{mqtt::Pingreq{}, {}}});
    world.await<ConnectionOpened>();
    wire.send({{mqtt::Pingreq{}, {}}});
    wire.send({{mqtt::Pingreq{}, {}}, {mqtt::Disconnect{}, {}}, {mqtt::Pingreq{}, {}}});
    wire.send_bytes({0xF0});
    wire.send_bytes({0x00});
    EXPECT_THAT(peer.await_records(5),
                ElementsAre(pingreq, pingreq, Bytes{0xC0, 0, 0xE0, 0, 0xC0, 0}, Bytes{0xF0}, Bytes{0x00}));
    world.drain();
    EXPECT_EQ(world.all_seen<PacketSent>().size(), 5u);
    EXPECT_THAT(world.all_seen<BytesSent>(), ElementsAre(BytesSent{"main", {0xF0}}, BytesSent{"main", {0x00}}));
}

TEST(Wire, PiecesAreRecords) {
    World world;
    Peer peer(world.loop(), stay_silent);
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint_at(peer.port()), {});
    wire.send({{mqtt::Pingreq{}, {}}});
    world.await<ConnectionOpened>();
    const mqtt::Puback puback{0x0102};
    wire.send({{puback, {}, {1}}});
    wire.send({{puback, {}, {3, 9}}, {mqtt::Pingreq{}, {}}, {puback, {}, {1, 2}}});
    EXPECT_THAT(peer.await_records(9), ElementsAre(pingreq, Bytes{0x40}, Bytes{2}, Bytes{1}, Bytes{2},
                                                   Bytes{0x40, 2, 1}, Bytes{2, 0xC0, 0, 0x40}, Bytes{2, 1}, Bytes{2}));
    EXPECT_EQ(wire.bytes_sent(), 16u);
}

TEST(Wire, KeepsTheRestOfAPacket) {
    World world;
    Peer peer(world.loop(), stay_silent);
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint_at(peer.port()), {});
    wire.send({{mqtt::Pingreq{}, {}}});
    world.await<ConnectionOpened>();
    wire.send_first({mqtt::Puback{0x0102}, {}}, 2);
    wire.send_rest(1);
    wire.send_rest(std::nullopt);
    wire.send_rest(std::nullopt);
    wire.send({{mqtt::Disconnect{}, {}}});
    EXPECT_THAT(peer.await_records(5), ElementsAre(pingreq, Bytes{0x40, 2}, Bytes{1}, Bytes{2}, disconnect));
}

TEST(Wire, DistortsWhatItIsTold) {
    World world;
    Peer peer(world.loop(), stay_silent);
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint_at(peer.port()), {});
    mqtt::Distortion flags, length, trailing, no_id, type;
    flags.flags = 0x0F;
    length.remaining_length = 300;
    trailing.trailing = {0xAA, 0xBB};
    no_id.omit_packet_id = true;
    type.packet_type = 15;
    const mqtt::Subscribe subscribe{5, {{"a", 1}}};
    const std::vector<std::pair<WirePacket, Bytes>> all{
        {{mqtt::Pingreq{}, flags}, {0xCF, 0x00}},
        {{mqtt::Pingreq{}, length}, {0xC0, 0xAC, 0x02}},
        {{mqtt::Pingreq{}, trailing}, {0xC0, 0x02, 0xAA, 0xBB}},
        {{subscribe, no_id}, {0x82, 0x04, 0x00, 0x01, 'a', 0x01}},
        {{mqtt::Pingreq{}, type}, {0xF0, 0x00}},
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
        wire.send({all[i].first});
        EXPECT_EQ(world.await<PacketSent>(), (PacketSent{"main", all[i].first.packet, all[i].first.distortion}));
        EXPECT_EQ(peer.await_records(i + 1).back(), all[i].second);
    }
}

TEST(Wire, WhatCannotBeWrittenIsNotToldAsSent) {
    World world;
    Peer peer(world.loop(), stay_silent);
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint_at(peer.port()), {});
    world.await<ConnectionOpened>();
    const mqtt::Publish impossible{std::string(70'000, 't'), {}, 0, false, false, 0};
    EXPECT_THROW(wire.send({{mqtt::Pingreq{}, {}}, {impossible, {}}}), mqtt::EncodeError);
    world.drain();
    EXPECT_THAT(world.all_seen<PacketSent>(), IsEmpty());
    wire.send({{mqtt::Disconnect{}, {}}});
    EXPECT_EQ(peer.await_records(1).front(), disconnect);
}

TEST(Wire, CountsWhatItReceived) {
    World world;
    Peer peer(world.loop(), answer_with({0xD0, 0x00, 0x30, 0x03, 0x00, 0x01, 'a', 0xD0, 0x00}));
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint_at(peer.port()), {});
    wire.send({{mqtt::Pingreq{}, {}}});
    EXPECT_EQ(world.await_packet<mqtt::Publish>().topic, "a");
    EXPECT_FALSE(wire.received().closed);
    wire.close();
    world.await<ConnectionClosed>();
    EXPECT_EQ(wire.received().packets, 3u);
    EXPECT_EQ(wire.received().publishes, 1u);
}

// --- what is no MQTT ---

TEST(Wire, BytesThatAreNoMqttAreTold) {
    World world;
    Peer peer(world.loop(), answer_with({'H', 'T', 'T', 'P'}));
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint_at(peer.port()), {});
    wire.send({{mqtt::Pingreq{}, {}}});
    const auto malformed = world.await<MalformedReceived>();
    EXPECT_EQ(malformed.bytes, (Bytes{'H', 'T', 'T', 'P'}));
    EXPECT_EQ(malformed.connection, "main");
    EXPECT_FALSE(malformed.problem.text.empty());
}

TEST(Wire, OnlyThePacketThatIsMalformedIsShownAsSuch) {
    World world;
    Peer peer(world.loop(), answer_with({0xD0, 0x00, 0x20, 0x02, 0x07, 0x00, 0xD0, 0x00}));
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint_at(peer.port()), {});
    wire.send({{mqtt::Pingreq{}, {}}});
    const auto malformed = world.await<MalformedReceived>();
    EXPECT_EQ(world.all_seen<PacketReceived>().size(), 1u) << "the PINGRESP before it is a packet";
    EXPECT_EQ(malformed.bytes, (Bytes{0x20, 0x02, 0x07, 0x00, 0xD0, 0x00}));
    EXPECT_EQ(malformed.bytes.at(malformed.problem.offset), 0x07);
}

TEST(Wire, AMalformedPacketInPiecesIsShownFromItsStart) {
    World world;
    Peer peer(world.loop(), [](net::Socket& socket, const Bytes& received) {
        for (const std::uint8_t byte : {0x20, 0x02, 0x07})
            if (!received.empty()) socket.send(Bytes{byte});
    });
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint_at(peer.port()), {});
    wire.send({{mqtt::Pingreq{}, {}}});
    EXPECT_EQ(world.await<MalformedReceived>().bytes, (Bytes{0x20, 0x02, 0x07}));
}

TEST(Wire, AfterMalformedBytesOnlyTheEndIsTold) {
    World world;
    Peer peer(world.loop(), [](net::Socket& socket, const Bytes& received) {
        if (received.empty()) return;
        socket.send(Bytes{0x00});
        socket.send(Bytes{0xD0, 0x00});
        socket.close();
    });
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint_at(peer.port()), {});
    wire.send({{mqtt::Pingreq{}, {}}});
    world.await<ConnectionClosed>();
    EXPECT_EQ(world.all_seen<MalformedReceived>().size(), 1u);
    EXPECT_THAT(world.all_seen<PacketReceived>(), IsEmpty());
}

// --- the end ---

struct End {
    void (net::Socket::*by)();
    const char* how;
};

class HubsEnd : public testing::TestWithParam<End> {};

TEST_P(HubsEnd, IsToldAsItIs) {
    World world;
    Peer peer(world.loop(), [](net::Socket& socket, const Bytes& received) {
        if (!received.empty()) (socket.*GetParam().by)();
    });
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint_at(peer.port()), {});
    wire.send({{mqtt::Pingreq{}, {}}});
    EXPECT_EQ(world.await<ConnectionClosed>(), (ConnectionClosed{"main", true, true, GetParam().how}));
    EXPECT_FALSE(wire.is_open());
    wire.send({{mqtt::Pingreq{}, {}}});  // the runner may not have heard of the end yet
    wire.close();
    wire.reset();
    world.await<PacketSent>();
}

INSTANTIATE_TEST_SUITE_P(All, HubsEnd,
                         testing::Values(End{&net::Socket::close, "the hub closed (TLS close_notify)"},
                                         End{&net::Socket::fin, "the hub closed (TCP FIN without TLS close_notify)"},
                                         End{&net::Socket::reset, "the hub reset (TCP RST)"}));

TEST(Wire, ClosesAndResetsByItself) {
    World world;
    const auto ending = [&](void (Wire::*by)(), const char* how) {
        Peer peer(world.loop(), pong);
        Wire wire(world.loop(), world.inbox(), "main");
        open_fully(world, wire, peer.port());
        (wire.*by)();
        EXPECT_EQ(world.await<ConnectionClosed>(), (ConnectionClosed{"main", false, true, how}));
        EXPECT_FALSE(wire.is_open());
        return peer.await_end().ending;
    };
    EXPECT_EQ(ending(&Wire::close, "closed by this side"), net::Ending::close_notify);
    EXPECT_EQ(ending(&Wire::reset, "reset by this side"), net::Ending::reset);
}

TEST(Wire, WhatWasSentGoesOutBeforeTheClose) {
    World world;
    Peer peer(world.loop(), stay_silent);
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint_at(peer.port()), {});
    world.await<ConnectionOpened>();
    wire.send({{mqtt::Disconnect{}, {}}});
    wire.close();
    EXPECT_EQ(peer.await_end().ending, net::Ending::close_notify);
    EXPECT_THAT(peer.await_records(1), ElementsAre(disconnect));
}

TEST(Wire, SendsWhatIsIllegalAndHearsTheEnd) {
    World world;
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint(), {});
    wire.send({{world.connect_packet(), {}}});
    world.await_packet<mqtt::Connack>();
    wire.send_bytes({0xF0, 0x00});
    const auto closed = world.await<ConnectionClosed>();
    EXPECT_TRUE(closed.by_peer);
    EXPECT_THAT(closed.how, HasSubstr("the hub closed"));
}

TEST(Wire, ATransportThatDoesNotComeAboutIsAClosedConnection) {
    World world;
    const DeadPort refusing;
    Wire wire(world.loop(), world.inbox(), "main");
    const auto ending = [&](const Endpoint& endpoint) {
        wire.open(endpoint, {});
        return world.await<ConnectionClosed>();
    };
    EXPECT_EQ(ending(world.endpoint_at(refusing.port())),
              (ConnectionClosed{"main", true, false, "TCP connection failed: Connection refused"}));
    auto nobody = world.endpoint();
    nobody.address = "nobody.invalid";
    const auto unknown = ending(nobody);
    EXPECT_THAT(unknown.how, HasSubstr("host name not found"));
    EXPECT_FALSE(unknown.established);
    auto untrusting = world.endpoint();
    untrusting.ca_pem = test::other_root_pem();
    const auto refused = ending(untrusting);
    EXPECT_THAT(refused.how, HasSubstr("certificate refused: "));
    EXPECT_FALSE(refused.established);
    Peer stranger(world.loop(), stay_silent, test::context_of_another_name());
    EXPECT_EQ(ending(world.endpoint_at(stranger.port())).how, "certificate refused: IP address mismatch");
}

// --- opening anew ---

TEST(Wire, CanOpenAnewAsSoonAsTheEndIsTold) {
    World world;
    Wire wire(world.loop(), world.inbox(), "main");
    for (int i = 0; i < 10; ++i) {
        EXPECT_FALSE(wire.is_open());
        wire.open(world.endpoint(), {});
        EXPECT_TRUE(wire.is_open());
        wire.send({{world.connect_packet(), {}}});
        EXPECT_EQ(world.await_packet<mqtt::Connack>().return_code, 0);
        wire.send_bytes({0xF0, 0x00});
        world.await<ConnectionClosed>();
    }
}

TEST(Wire, WhatWaitedForATransportThatFailedIsNotSentOnTheNext) {
    World world;
    const DeadPort refusing;
    Peer peer(world.loop(), stay_silent);
    Wire wire(world.loop(), world.inbox(), "main");
    wire.open(world.endpoint_at(refusing.port()), {});
    wire.send({{mqtt::Pingreq{}, {}}});
    world.await<ConnectionClosed>();
    wire.open(world.endpoint_at(peer.port()), {});
    wire.send({{mqtt::Disconnect{}, {}}});
    EXPECT_THAT(peer.await_records(1), ElementsAre(disconnect));
}

TEST(Wire, OpeningAnewEndsWhatIsOpen) {
    World world;
    Peer first(world.loop(), pong), second(world.loop(), pong);
    Wire wire(world.loop(), world.inbox(), "main");
    open_fully(world, wire, first.port());
    wire.open(world.endpoint_at(second.port()), {});
    world.await<ConnectionOpened>();
    EXPECT_EQ(world.all_seen<ConnectionClosed>(),
              (std::vector{ConnectionClosed{"main", false, true, "reset by this side"}}));
    EXPECT_EQ(first.await_end().ending, net::Ending::reset);
    EXPECT_TRUE(wire.is_open());
    EXPECT_FALSE(wire.received().closed);
    wire.send({{mqtt::Pingreq{}, {}}});
    EXPECT_THAT(second.await_records(1), ElementsAre(pingreq));
}

TEST(Wire, CanPinTheFirstCertificate) {
    World world;
    Wire wire(world.loop(), world.inbox(), "main");
    Wire::Transport pinning;
    pinning.pins_leaf = true;
    for (int i = 0; i < 2; ++i) {
        wire.open(world.endpoint(), pinning);
        world.await<ConnectionOpened>();
        wire.close();
        world.await<ConnectionClosed>();
    }
    Peer other(world.loop(), stay_silent, test::context_of_another_name());
    pinning.verifies = false;
    wire.open(world.endpoint_at(other.port()), pinning);
    EXPECT_FALSE(world.await<ConnectionClosed>().established);
}

TEST(Wire, CanTakeNoMoreThanItHasRoomFor) {
    World world;
    Peer peer(world.loop(), answer_with({0x30, 0xFF, 0xFF, 0xFF, 0x7F}));
    Wire wire(world.loop(), world.inbox(), "main");
    Wire::Transport small;
    small.largest_packet = 1'000;
    wire.open(world.endpoint_at(peer.port()), small);
    wire.send({{mqtt::Pingreq{}, {}}});
    EXPECT_THAT(world.await<MalformedReceived>().problem.text, HasSubstr("at most 1000 are accepted here"));
}

// --- being destroyed ---

TEST(Wire, IsResetWhenItIsDestroyed) {
    World world;
    Peer peer(world.loop(), pong);
    {
        Wire wire(world.loop(), world.inbox(), "main");
        open_fully(world, wire, peer.port());
    }
    EXPECT_EQ(peer.await_end().ending, net::Ending::reset);
    world.drain();
    EXPECT_THAT(world.all_seen<ConnectionClosed>(), IsEmpty()) << "told after it was destroyed";
}

TEST(Wire, CanBeDestroyedWhileItConnects) {
    World world;
    const DeadPort listening(true);
    for (int i = 0; i < 20; ++i) {
        Wire wire(world.loop(), world.inbox(), "main");
        wire.open(world.endpoint_at(listening.port()), {});
        wire.send({{mqtt::Pingreq{}, {}}});
    }
    world.loop().call([] {});
    world.drain();
    EXPECT_EQ(world.seen.size(), 20u) << "only the PacketSent of each is told";
}

}  // namespace
}  // namespace hubspec::actors
