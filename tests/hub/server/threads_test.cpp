// Device connections on several threads: each gets what is its own, in order, and the hub misses nothing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "harness/mqtt/encode.hpp"
#include "tests/hub/server/support/serving.hpp"

namespace hubspec::hub {
namespace {

using test::Serving;
using test::Talk;
using testing::EndsWith;
using testing::HasSubstr;

constexpr int connections = 8, messages = 50;

std::string text(const mqtt::Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

mqtt::Bytes bytes(const std::string& of) { return {of.begin(), of.end()}; }
std::string puback(int id) { return text(mqtt::encode(mqtt::Puback{static_cast<mqtt::PacketId>(id)})); }

class Threads : public testing::Test {
protected:
    Talk& connect(const std::string& device_id) {
        auto& talk = talks.emplace_back(serving.clients(), serving.server().mqtt_port(), serving.tls());
        talk.send(serving.connect_packet(device_id) +
                  text(mqtt::encode(mqtt::Subscribe{1, {{"$iothub/twin/PATCH/properties/desired/#", 0}}})));
        talk.await_text(suback);
        return talk;
    }
    void set_desired(const std::string& device_id, int value) {
        auto talk = serving.https();
        const auto body =
            R"({"properties":{"desired":{"of":")" + device_id + R"(","value":)" + std::to_string(value) + "}}}";
        EXPECT_THAT(talk.ask(Serving::request("PATCH", "/twins/" + device_id, serving.service_token(),
                                              "Content-Type: application/json\r\n", body)),
                    testing::StartsWith("200"));
    }
    static std::string name(int number) { return "device-" + std::to_string(number); }

    const std::string suback{"\x90\x03\x00\x01\x00", 5};
    Serving serving{3};
    std::deque<Talk> talks;
};

TEST_F(Threads, EachConnectionGetsItsOwnAndTheHubMissesNothing) {
    for (int i = 0; i < connections; ++i) serving.provision(name(i)), connect(name(i));
    for (int id = 1; id <= messages; ++id)
        for (int i = 0; i < connections; ++i) {
            mqtt::Publish publish;
            publish.topic = "devices/" + name(i) + "/messages/events/";
            publish.payload = {static_cast<std::uint8_t>(id)};
            publish.qos = 1;
            publish.packet_id = static_cast<mqtt::PacketId>(id);
            talks[static_cast<std::size_t>(i)].send(text(mqtt::encode(publish)));
            if (id == messages / 2) set_desired(name(i), id);
        }
    std::string all_acknowledged;
    for (int id = 1; id <= messages; ++id) all_acknowledged += puback(id);
    for (int i = 0; i < connections; ++i) {
        auto& talk = talks[static_cast<std::size_t>(i)];
        const mqtt::Bytes body = bytes(R"({"of":")" + name(i) + R"(","value":25,"$version":2})");
        const auto notification =
            text(mqtt::encode(mqtt::Publish{"$iothub/twin/PATCH/properties/desired/?$version=2", body}));
        talk.await_text(notification);
        auto seen = talk.await_text(puback(messages));
        const auto begin = seen.find(notification);
        ASSERT_NE(begin, std::string::npos) << name(i);
        seen.erase(begin, notification.size());
        EXPECT_THAT(seen, EndsWith(suback + all_acknowledged)) << name(i);
    }
    std::int64_t stored = 0;
    serving.server().with_hub([&](Hub& hub, Time) {
        for (const auto& partition : hub.partitions()) stored += partition.next;
    });
    EXPECT_EQ(stored, connections * messages);
}

TEST_F(Threads, TheNewestConnectionOfADeviceEndsTheOneBefore) {
    for (int i = 0; i < 6; ++i) {  // from each thread to the next
        connect("D");
        if (i > 0) talks[static_cast<std::size_t>(i) - 1].await_end();
        set_desired("D", i);
        EXPECT_THAT(talks.back().await_text("}"), HasSubstr("\"value\":" + std::to_string(i)));
    }
}

TEST_F(Threads, EndWithConnectionsThatAreOpen) {
    for (int i = 0; i < connections; ++i) serving.provision(name(i)), connect(name(i));
}

}  // namespace
}  // namespace hubspec::hub
