#include "harness/actors/paho_mutex.hpp"

#include <gtest/gtest.h>
#include <mqtt/async_client.h>

#include <future>
#include <thread>

#include "harness/actors/paho_device.hpp"
#include "tests/actors/support/world.hpp"

namespace hubspec::test {
using namespace actors;

namespace {

PahoMutex find() {
    const ::mqtt::async_client client("ssl://127.0.0.1:1", "asks");
    return PahoMutex([&] { static_cast<void>(client.is_connected()); });
}

struct Observer : PahoObserver {
    std::function<void()> in_callback;
    std::promise<void> connected, closed;
    void on_packet(mqtt::Packet) override { in_callback(), connected.set_value(); }
    void on_closed(std::string, bool) override { closed.set_value(); }
};

TEST(PahoMutex, IsTheOneThatPahoHoldsInACallback) {
    World world;
    const auto mutex = find();
    ASSERT_TRUE(mutex.is_known());
    Observer observer;
    bool free_for_others = true;
    observer.in_callback = [&] { free_for_others = std::async([&] { return mutex.is_free(); }).get(); };
    PahoDevice device(observer);
    const auto endpoint = world.endpoint();
    device.connect({"ssl://" + endpoint.address + ":" + std::to_string(endpoint.mqtt_port), world.connect_packet(),
                    endpoint.ca_file, endpoint.connect_timeout, ""});
    observer.connected.get_future().get();
    EXPECT_FALSE(free_for_others);
    device.disconnect();
    observer.closed.get_future().get();
}

TEST(PahoMutex, AHolderMayCallPahoWhichTakesItAgain) {
    const auto mutex = find();
    const ::mqtt::async_client client("ssl://127.0.0.1:1", "nested");
    {
        const PahoMutex::Lock lock(mutex);
        EXPECT_FALSE(client.is_connected());
        EXPECT_FALSE(std::async([&] { return mutex.is_free(); }).get()) << "Paho let go of it";
        const PahoMutex::Lock again(mutex);
    }
    while (!mutex.is_free()) std::this_thread::yield();  // Paho's own threads take it for a moment
}

// Its list of sockets with unread TLS data is looked at between giving up the mutex and polling.
TEST(PahoMutex, AReceivingThreadKeepsItUntilItPollsWaitsOrEnds) {
    const auto mutex = find();
    const ::mqtt::async_client client("ssl://127.0.0.1:1", "receives");
    const auto is_free_for_others = [&] {
        return std::async(std::launch::async, [&] { return mutex.is_free(); }).get();
    };
    const auto await_free = [&] {
        while (!is_free_for_others()) std::this_thread::yield();  // Paho's own threads take it for a moment
    };
    std::thread receiver([&] {
        before_paho_polls();
        EXPECT_FALSE(client.is_connected());
        EXPECT_FALSE(is_free_for_others());
        before_paho_polls();
        await_free();
        EXPECT_FALSE(client.is_connected());
        EXPECT_FALSE(client.is_connected()) << "it takes it again while it keeps it";
        EXPECT_FALSE(is_free_for_others());
        before_paho_waits();
        await_free();
        EXPECT_FALSE(client.is_connected());
        EXPECT_FALSE(is_free_for_others());
    });
    receiver.join();
    await_free();
}

}  // namespace
}  // namespace hubspec::test
