// Where sources contradict each other (Appendix B): each value of the policy that chooses between them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixtures/hub/profile.hpp"
#include "tests/hub/support/client.hpp"

namespace hubspec::hub {
namespace {

using namespace test;
using mqtt::Packet;
using testing::ElementsAre;

TEST(Contradiction, TheCodeForAnotherClientIdentifier) {
    for (const std::uint8_t code : {2, 3, 5}) {
        Policy policy;
        policy.connack_client_id = code;
        World world(policy);
        Client client(world);
        auto packet = client.connect_packet();
        packet.client_id = "other";
        client.send(packet);
        EXPECT_THAT(client.take(), ElementsAre(Packet(mqtt::Connack{false, code})));
    }
}

TEST(Contradiction, ALongKeepAlive) {
    Policy policy;
    policy.longest_keep_alive = 1177;
    for (const std::uint16_t seconds : {1177, 1178}) {
        World world(policy);
        Client client(world);
        auto packet = client.connect_packet();
        packet.keep_alive = seconds;
        client.send(packet);
        const std::uint8_t code = seconds > 1177 ? 5 : 0;
        EXPECT_THAT(client.take(), ElementsAre(Packet(mqtt::Connack{false, code}))) << seconds;
    }
}

TEST(Contradiction, TheCaseOfTheToProperty) {
    for (const bool capital : {false, true}) {
        Policy policy;
        policy.to_says_device_bound = capital;
        World world(policy);
        Client client(world);
        client.connect().subscribe("devices/D/messages/devicebound/#", 0);
        world.send({"D", {}});
        EXPECT_THAT(publish(client.take()[0]).topic,
                    testing::EndsWith(capital ? "messages%2FdeviceBound" : "messages%2Fdevicebound"));
    }
}

TEST(Profile, TheDocumentedHubKeepsNothingBeforeTheFirstSubscription) {
    World world(*profile("documented"));
    Client client(world);
    world.send({"D", {}});
    client.connect().subscribe("devices/D/messages/devicebound/#", 0);
    EXPECT_THAT(client.take(), testing::IsEmpty());
}

}  // namespace
}  // namespace hubspec::hub
