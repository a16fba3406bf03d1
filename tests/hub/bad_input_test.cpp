// Whatever a client sends: its own connection ends at most, nobody else notices, memory stays bounded, the log says
// why.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <random>

#include "tests/hub/support/client.hpp"

namespace hubspec::hub {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;

/// Packets of a client that are right, mutated a little.
class Mutator {
public:
    explicit Mutator(std::uint32_t seed) : random_(seed) {}

    std::size_t below(std::size_t bound) { return bound == 0 ? 0 : random_() % bound; }

    mqtt::Bytes packets(const mqtt::Connect& connect) {
        mqtt::Bytes all;
        for (std::size_t count = 1 + below(4); count > 0; --count) {
            const auto one = mutated(mqtt::encode(any(connect)));
            all.insert(all.end(), one.begin(), one.end());
        }
        return all;
    }

private:
    mqtt::Packet any(const mqtt::Connect& connect) {
        const mqtt::Packet choices[] = {
            connect,
            mqtt::Publish{"devices/D/messages/events/a=b&%24.mid=7", bytes("{}"), 1, false, false, 9},
            mqtt::Publish{"$iothub/twin/GET/?$rid=1", {}, 0, false, false, 0},
            mqtt::Publish{"$iothub/twin/PATCH/properties/reported/?$rid=2", bytes(R"({"a":{"b":1}})"), 1, false, false,
                          3},
            mqtt::Publish{"$iothub/methods/res/200/?$rid=3", bytes("{}"), 0, false, false, 0},
            mqtt::Subscribe{4, {{"devices/D/messages/devicebound/#", 1}, {"$iothub/twin/res/#", 0}}},
            mqtt::Unsubscribe{5, {"$iothub/twin/res/#", "a"}},
            mqtt::Puback{1},
            mqtt::Pubrel{1},
            mqtt::Pingreq{},
            mqtt::Disconnect{},
            mqtt::Connack{},
        };
        return choices[below(std::size(choices))];
    }

    mqtt::Bytes mutated(mqtt::Bytes data) {
        for (std::size_t count = below(4); count > 0 && !data.empty(); --count) {
            const auto at = data.begin() + static_cast<std::ptrdiff_t>(below(data.size()));
            switch (below(5)) {
                case 0:
                    *at = static_cast<std::uint8_t>(*at ^ 1U << below(8));
                    break;
                case 1:
                    *at = static_cast<std::uint8_t>(below(256));
                    break;
                case 2:
                    data.erase(at);
                    break;
                case 3:
                    data.insert(at, static_cast<std::uint8_t>(below(256)));
                    break;
                default:
                    data.erase(at, data.end());
            }
        }
        return data;
    }

    std::mt19937 random_;
};

/// A new client, connected or not, that sends mutated packets in pieces of any size.
void misbehave(World& world, Mutator& mutate) {
    Client client(world);
    if (mutate.below(4) > 0) client.connect();
    const auto all = mutate.packets(client.connect_packet());
    for (std::size_t at = 0; at < all.size();) {
        const auto size = std::min(all.size() - at, 1 + mutate.below(40));
        const auto from = all.begin() + static_cast<std::ptrdiff_t>(at);
        client.send_bytes({from, from + static_cast<std::ptrdiff_t>(size)});
        at += size;
    }
    if (mutate.below(2) == 0) client.vanish();
    world.pass(std::chrono::milliseconds(100));
}

TEST(BadInput, NobodyElseNotices) {
    World world;
    Client witness(world, "E");
    witness.connect().subscribe("$iothub/twin/res/#");
    Mutator mutate(2026);
    for (int round = 0; round < 4'000; ++round) {
        misbehave(world, mutate);
        EXPECT_THAT(witness.take(), IsEmpty()) << "round " << round;
        witness.send(mqtt::Pingreq{});
        EXPECT_THAT(witness.take(), ElementsAre(mqtt::Packet(mqtt::Pingresp{}))) << "round " << round;
        ASSERT_FALSE(witness.closed()) << "round " << round;
        world.unclaimed.clear();
    }
    witness.publish("$iothub/twin/GET/?$rid=9");
    EXPECT_EQ(publish(witness.take().at(0)).topic, "$iothub/twin/res/200/?$rid=9");
}

TEST(BadInput, TheLogSaysWhy) {
    World world;
    Mutator mutate(7);
    for (int round = 0; round < 500; ++round) misbehave(world, mutate);
    const auto log = *model::parse_json(world.call("GET", "/_hubspec/log?after=0&wait=0").body);
    std::size_t broken_off = 0;
    for (const auto& entry : *log.find("entries")->array()) {
        if (*entry.find("resultType") != model::Value(400003)) continue;
        ++broken_off;
        const auto* reason = entry.find("properties")->find("reason");
        ASSERT_NE(reason, nullptr) << model::to_json(entry);
        EXPECT_FALSE(reason->text()->empty());
    }
    EXPECT_GT(broken_off, 100u);
}

TEST(BadInput, MemoryStaysBounded) {
    World world;
    Mutator mutate(31);
    const auto suffer = [&] {
        for (int round = 0; round < 4'000; ++round) misbehave(world, mutate), world.unclaimed.clear();
        for (int round = 0; round < 300; ++round) {  // half a packet each, and the connection is left alone
            Client client(world);
            client.send_bytes(mqtt::Bytes{0x10, 0xFF, 0xFF, 0x1F});
            client.send_bytes(mqtt::Bytes(100'000, 0x41));
            world.pass(std::chrono::seconds(61));
            world.unclaimed.clear();
        }
        const auto used = mallinfo2();
        return used.uordblks + used.hblkhd;
    };
    const auto first = suffer();  // log and telemetry grow to what they keep
    const auto second = suffer(), third = suffer();
    EXPECT_LT(third, second + (1U << 20)) << "first " << first;
}

TEST(BadInput, TelemetryIsKeptToAMeasure) {
    World world;
    world.mirror.follows = false;
    Client client(world);
    client.connect();
    const auto before = mallinfo2();
    for (int i = 0; i < 400; ++i) client.publish("devices/D/messages/events/", std::string(250'000, 'x'), 1);
    const auto after = mallinfo2();
    // 64 MiB and what belongs to them, of the 100 MB that were sent.
    EXPECT_LT(after.uordblks + after.hblkhd, before.uordblks + before.hblkhd + 72 * 1024 * 1024);
    EXPECT_FALSE(client.closed());
    std::size_t kept = 0;
    for (const auto& partition : world.hub.partitions())
        kept += static_cast<std::size_t>(partition.next - partition.first);
    EXPECT_GT(kept, 200u);
    EXPECT_LT(kept, 300u);
}

struct Broken {
    const char* bytes;
    const char* reason;
};

mqtt::Bytes from_hex(std::string_view hex) {
    mqtt::Bytes made;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 3)
        made.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    return made;
}

std::string reason_of(World& world) {
    const auto log = *model::parse_json(world.call("GET", "/_hubspec/log?after=0&wait=0").body);
    const auto* reason = log.find("entries")->array()->back().find("properties")->find("reason");
    return reason == nullptr ? "no reason" : *reason->text();
}

TEST(BrokenRule, EndsTheConnectionAndIsNamed) {
    for (const auto& [hex, reason] : {
             Broken{"00 00", "MQTT 2.2.1: control packet type 0 is reserved"},
             Broken{"20 02 00 00", "MQTT 2.2.1: CONNACK from a client; only a server sends it"},
             Broken{"62 02 00 01", "MQTT 2.2.1: PUBREL is not expected here"},
             Broken{"c1 00", "MQTT-2.2.2-2: PINGREQ has the flags 0001; they must be 0000"},
             Broken{"82 02 00 01", "MQTT-3.8.3-3: SUBSCRIBE has no topic filter; it must have at least one"},
             Broken{"10 0c 00 04 4d 51 54 54 04 02 00 00 00 00", "MQTT-3.1.0-2: a second CONNECT on this connection"},
             Broken{"82 06 00 01 00 01 61 00", "a topic filter that the hub does not support"},
             Broken{"30 03 00 01 61", "PUBLISH to a topic that the hub does not support"},
             Broken{"34 05 00 01 61 00 01", "PUBLISH with QoS 2"},
         }) {
        World world;
        Client client(world);
        client.connect();
        client.send_bytes(from_hex(hex));
        EXPECT_TRUE(client.closed()) << hex;
        EXPECT_THAT(client.take(), IsEmpty()) << hex;
        EXPECT_EQ(reason_of(world), reason);
    }
}

TEST(BrokenRule, BeforeConnectIsLoggedWithoutADevice) {
    World world;
    Client client(world);
    client.send_bytes(from_hex("c0 00"));
    EXPECT_TRUE(client.closed());
    EXPECT_EQ(reason_of(world), "MQTT-3.1.0-1: the first packet is PINGREQ, not CONNECT");
    Client silent(world);
    world.pass(std::chrono::seconds(61));
    EXPECT_EQ(reason_of(world), "no CONNECT in time");
    EXPECT_THAT(world.log_codes(), ElementsAre(400003, 400003));
}

}  // namespace
}  // namespace hubspec::hub
