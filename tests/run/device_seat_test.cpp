// When may the runner say that nothing can come any more? Against a real hub whose counts the test holds back.

#include "harness/run/device_seat.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "tests/actors/support/world.hpp"
#include "tests/run/support/conversation.hpp"

namespace hubspec::run {
namespace {

using namespace model;

/// A session with the hub of `world`, which says of each connection what the test wants to hear.
class HeldBack : public Session {
public:
    explicit HeldBack(hubspec::test::World& world) : world_(world) {}
    const actors::Endpoint& endpoint() const override { return world_.endpoint(); }
    actors::Identity identity(const model::IdentitySpec& spec, const std::string&) override {
        return {spec.name, "d1", world_.device_key(), {}, {}};
    }
    std::optional<actors::ServiceAccess> service_access() const override {
        return has_service ? std::optional(world_.service_access()) : std::nullopt;
    }
    std::optional<std::string> policy_key(const std::string&) const override { return std::nullopt; }
    bool advance(std::chrono::milliseconds) override { return true; }
    std::optional<HubCounts> counts(const std::string&, std::size_t) override {
        return std::exchange(said, said_next.value_or(said));
    }
    std::optional<std::uint64_t> transports_taken() override { return 1; }

    static inline bool has_service = false;
    static inline HubCounts said;
    static inline std::optional<HubCounts> said_next;  ///< after one look, when the hub is not to stand still

private:
    hubspec::test::World& world_;
};

class OneSession : public Target {
public:
    explicit OneSession(hubspec::test::World& world) : world_(world) {}
    std::string name() const override { return "a hub"; }
    std::string kind() const override { return "test"; }
    const Value& capabilities() const override { return capabilities_; }
    std::chrono::milliseconds window() const override { return std::chrono::seconds(5); }
    std::chrono::milliseconds longest_wait() const override { return std::chrono::seconds(5); }
    std::unique_ptr<Session> open(const std::string&) override { return std::make_unique<HeldBack>(world_); }
    bool is_parallel() const override { return false; }

private:
    hubspec::test::World& world_;
    Value capabilities_;
};

// What came is counted after it was told.
bool becomes_quiet(DeviceSeat& stage) {
    const auto end = hubspec::test::patience();
    while (!stage.is_quiet())
        if (std::chrono::steady_clock::now() > end) return false;
    return true;
}

// A PINGREQ is no request that the hub counts as one, yet its answer may still be on the way.
TEST(DeviceSeat, IsNotQuietWhileAPacketOfAWireIsOnItsWay) {
    hubspec::test::World world;
    OneSession target(world);
    std::mt19937_64 random;
    DeviceSeat stage(target, "case", world.inbox(), random);
    stage.add_identity(IdentitySpec{"device"});
    stage.start({});
    const Bindings bindings;
    stage.perform({Speaker::wire, "connect", {}}, "main", "", bindings);
    const auto connect = world.await<PacketSent>();
    const std::uint64_t bytes = mqtt::encode(connect.packet, connect.distortion).size();
    world.await_packet<mqtt::Connack>();
    HeldBack::said = {true, 1, 1, bytes};
    EXPECT_FALSE(stage.is_quiet()) << "nobody has been told yet that the transport is open";
    stage.note_opened("main");
    EXPECT_TRUE(becomes_quiet(stage));
    stage.perform({Speaker::wire, "pingreq", {}}, "main", "", bindings);
    EXPECT_FALSE(stage.is_quiet());
    world.await_packet<mqtt::Pingresp>();
    HeldBack::said = {true, 2, 1, bytes};
    EXPECT_FALSE(stage.is_quiet()) << "the hub has not seen all bytes";
    HeldBack::said = {true, 2, 1, bytes + 2};
    EXPECT_TRUE(becomes_quiet(stage));
    stage.perform({Speaker::wire, "close", {}}, "main", "", bindings);
    world.await<ConnectionClosed>();
    EXPECT_FALSE(stage.is_quiet()) << "the hub still holds the connection for open";
    HeldBack::said = {false, 2, 1, bytes + 2};
    EXPECT_TRUE(becomes_quiet(stage));
}

// Paho acknowledges by itself: what the hub does about it may be still to come when the device has all its packets.
TEST(DeviceSeat, IsNotQuietWhileAnAcknowledgementOfADeviceIsOnItsWay) {
    hubspec::test::World world;
    world.server().with_hub([](hub::Hub& hub, hub::Time now) { hub.send({"d1", {'x'}, {}, "m1"}, now); });
    OneSession target(world);
    std::mt19937_64 random;
    DeviceSeat stage(target, "case", world.inbox(), random);
    stage.add_identity(IdentitySpec{"device"});
    stage.start({});
    stage.perform(
        {Speaker::device, "connect", {test::field("clean_session", Pattern{ScalarPattern{Value(false)}, {}})}}, "main",
        "", {});
    world.await_packet<mqtt::Connack>();
    const std::string filter = "devices/d1/messages/devicebound/#";
    stage.perform({Speaker::device,
                   "subscribe",
                   {test::field("filter", test::text(filter)), test::field("qos", test::number(1))}},
                  "main", "", {});
    world.await_packet<mqtt::Suback>();
    stage.note_opened("main");
    world.await_packet<mqtt::Publish>();
    HeldBack::said = {true, 3, 2, 0, 1};
    ASSERT_TRUE(becomes_quiet(stage));
    HeldBack::said.acknowledgements_received = 0;
    for (int look = 0; look < 3; ++look) EXPECT_FALSE(stage.is_quiet()) << "the hub has not seen the PUBACK";
}

// Each look finds all settled, but the hub did something between them: it may have done more since.
TEST(DeviceSeat, IsNotQuietWhileTheHubIsAtWork) {
    hubspec::test::World world;
    OneSession target(world);
    std::mt19937_64 random;
    DeviceSeat stage(target, "case", world.inbox(), random);
    stage.add_identity(IdentitySpec{"device"});
    stage.start({});
    stage.perform({Speaker::wire, "connect", {}}, "main", "", {});
    const auto connect = world.await<PacketSent>();
    const std::uint64_t bytes = mqtt::encode(connect.packet, connect.distortion).size();
    world.await_packet<mqtt::Connack>();
    stage.note_opened("main");
    HeldBack::said = {true, 1, 1, bytes};
    ASSERT_TRUE(becomes_quiet(stage));
    HeldBack::said_next = HubCounts{true, 1, 1, bytes + 2};
    EXPECT_TRUE(stage.is_quiet());
    EXPECT_FALSE(stage.is_quiet()) << "two bytes more than at the last look";
    EXPECT_TRUE(stage.is_quiet());
    HeldBack::said_next.reset();
}

// Where there is no fence, the registry says whether the hub has heard the last of a device.
TEST(DeviceSeat, AsksTheRegistryWhoHasLeft) {
    hubspec::test::World world;
    OneSession target(world);
    std::mt19937_64 random;
    HeldBack::has_service = true;
    DeviceSeat stage(target, "case", world.inbox(), random);
    stage.add_identity(IdentitySpec{"device"});
    stage.start({"service"});
    HeldBack::has_service = false;
    EXPECT_TRUE(stage.knows_who_left()) << "nobody has come";
    stage.perform({Speaker::wire, "connect", {}}, "main", "", {});
    world.await_packet<mqtt::Connack>();
    EXPECT_TRUE(stage.knows_who_left()) << "nobody has left";
    actors::Wire successor(world.loop(), world.inbox(), "successor");
    successor.open(world.endpoint(), {});
    successor.send({{world.connect_packet(), {}}});
    world.await<ConnectionClosed>();  // of the one that it takes over from
    EXPECT_FALSE(stage.knows_who_left());
    successor.close();
    while (!stage.knows_who_left()) std::this_thread::yield();
}

// Whether the end is known yet when the next line speaks is chance: it must not make a difference.
TEST(DeviceSeat, OpensNoOtherTransportForWhatFollowsOnOneThatTheHubClosed) {
    hubspec::test::World world;
    OneSession target(world);
    std::mt19937_64 random;
    DeviceSeat stage(target, "case", world.inbox(), random);
    stage.add_identity(IdentitySpec{"device"});
    stage.start({});
    stage.perform({Speaker::wire, "pingreq", {}}, "main", "", {});  // no CONNECT first: the hub closes
    EXPECT_TRUE(std::holds_alternative<mqtt::Pingreq>(world.await<PacketSent>().packet)) << "the first line opens";
    world.await<ConnectionClosed>();
    stage.perform({Speaker::wire, "pingreq", {}}, "main", "", {});
    stage.perform({Speaker::wire, "connect", {}}, "main", "", {});
    EXPECT_TRUE(std::holds_alternative<mqtt::Connect>(world.await<PacketSent>().packet));
    world.await_packet<mqtt::Connack>();
    stage.perform({Speaker::wire, "close", {}}, "main", "", {});
    world.await<ConnectionClosed>();
    stage.perform({Speaker::wire, "pingreq", {}}, "main", "", {});
    EXPECT_TRUE(std::holds_alternative<mqtt::Pingreq>(world.await<PacketSent>().packet)) << "this side closed";
}

}  // namespace
}  // namespace hubspec::run
