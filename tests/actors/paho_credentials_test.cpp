#include "harness/net/known_credentials.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "harness/actors/device.hpp"
#include "tests/actors/support/world.hpp"

namespace hubspec::actors {
namespace {

using namespace model;
using test::World;

std::string content_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

TEST(PahoCredentials, ACaFileIsParsedOnce) {
    World world;
    Device first(world.inbox(), "first"), second(world.inbox(), "second");
    first.connect(world.endpoint(), world.connect_packet());
    world.await_packet<mqtt::Connack>();
    const int before = net::known_credentials_served();
    second.connect(world.endpoint(), world.connect_packet());
    EXPECT_EQ(world.await_packet<mqtt::Connack>(), (mqtt::Connack{false, 0}));
    EXPECT_EQ(net::known_credentials_served(), before + 1);
}

TEST(PahoCredentials, AFileThatHasChangedIsAnother) {
    World world;
    const test::TemporaryFile ca(content_of(world.endpoint().ca_file));
    world.endpoint().ca_file = ca.path();
    Device trusting(world.inbox(), "trusting"), distrusting(world.inbox(), "distrusting");
    trusting.connect(world.endpoint(), world.connect_packet());
    EXPECT_EQ(world.await_packet<mqtt::Connack>(), (mqtt::Connack{false, 0}));
    trusting.disconnect();
    world.await<ConnectionClosed>();
    std::ofstream(ca.path()) << test::other_root_pem();
    distrusting.connect(world.endpoint(), world.connect_packet());
    EXPECT_EQ(world.await<ConnectionClosed>().how, "no connection: TCP or the handshake failed");
}

}  // namespace
}  // namespace hubspec::actors
