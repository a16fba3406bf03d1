// AMQP on real connections: what one client does to another, and what it cannot.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <proton/connection.hpp>
#include <proton/message.hpp>
#include <proton/messaging_handler.hpp>
#include <proton/receiver_options.hpp>
#include <proton/sender.hpp>
#include <proton/source.hpp>
#include <proton/transport.hpp>

#include "harness/net/amqp_client.hpp"
#include "harness/net/amqp_message.hpp"
#include "tests/hub/server/support/serving.hpp"

namespace hubspec::hub {
namespace {

using namespace test;

/// A reader that has shown its token; it settles nothing. With the first message it holds up its loop, and reads no
/// more until `hold` comes.
class Reader : proton::messaging_handler {
public:
    Reader(Serving& serving, const std::string& address, const std::string& web_socket_path = {},
           std::shared_future<void> hold = {})
        : loop_(serving.clients()), address_(address), token_(serving.service_token()), hold_(std::move(hold)) {
        net::AmqpAddress at{"127.0.0.1", serving.server().amqp_port(), "hub.example"};
        at.web_socket_path = web_socket_path;
        if (!web_socket_path.empty()) at.port = serving.server().https_port();
        loop_.call([&] {
            client_ = net::AmqpClient::connect(loop_, at, serving.tls(), *this,
                                               proton::connection_options().sasl_allowed_mechs("ANONYMOUS"),
                                               [](const std::string&) {});
        });
    }
    ~Reader() override { vanish(); }

    /// Without a word.
    void vanish() {
        loop_.call([this] {
            if (client_) client_->abandon();
            client_.reset();
        });
    }
    bool await_messages(std::size_t count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, [&] { return received_ >= count; });
    }
    bool await_reader() {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, [&] { return reads_; });
    }

private:
    void on_connection_open(proton::connection& connection) override {
        connection.open_receiver("$cbs");
        cbs_ = connection.open_sender("$cbs");
    }
    void on_sendable(proton::sender& link) override {
        if (link != cbs_ || asked_) return;
        asked_ = true;
        proton::message put(token_);
        put.id(std::string("1"));
        net::set_properties(put, {{"operation", "put-token"}, {"type", "servicebus.windows.net:sastoken"}});
        link.send(put);
    }
    void on_receiver_open(proton::receiver& link) override {
        if (link.source().address() != address_) return;
        const std::lock_guard lock(mutex_);
        reads_ = true;
        changed_.notify_all();
    }
    void on_message(proton::delivery& delivery, proton::message&) override {
        if (delivery.receiver().source().address() != address_) {
            delivery.connection().open_receiver(address_,
                                                proton::receiver_options().credit_window(1000).auto_accept(false));
            return;
        }
        {
            const std::lock_guard lock(mutex_);
            ++received_;
            changed_.notify_all();
        }
        if (hold_.valid()) hold_.wait();
    }
    void on_error(const proton::error_condition&) override {}

    net::Loop& loop_;
    std::string address_, token_;
    std::shared_future<void> hold_;
    std::shared_ptr<net::AmqpClient> client_;
    proton::sender cbs_;
    bool asked_ = false;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t received_ = 0;
    bool reads_ = false;
};

const std::string feedback = "/messages/serviceBound/feedback";

TEST(Amqp, WhatAClientHadLockedIsForTheNextOneWhenItHasGone) {
    Serving serving;
    serving.server().with_hub([](Hub& hub, Time now) {
        ServiceMessage message{"D", {'x'}, {}, "m1"};
        message.ack = "full";
        message.expires = now + std::chrono::milliseconds(1);
        hub.send(message, now);
        hub.advance(now + std::chrono::milliseconds(1));
        hub.advance(now + std::chrono::seconds(20));
    });
    Reader first(serving, feedback);
    ASSERT_TRUE(first.await_messages(1));
    Reader second(serving, feedback);
    ASSERT_TRUE(second.await_reader());
    first.vanish();
    EXPECT_TRUE(second.await_messages(1));
}

/// Where the events of the device are.
std::string fill(Serving& serving, std::size_t count, std::size_t size) {
    std::uint32_t partition = 0;
    const auto token = serving.device_token();
    serving.server().with_hub([&](Hub& hub, Time now) {
        for (std::size_t i = 0; i < count; ++i)
            hub.request(1'000'000 + i,
                        {"POST",
                         "/devices/D/messages/events?api-version=2021-04-12",
                         {{"Authorization", token}},
                         std::string(size, 'e')},
                        now);
        const auto all = hub.partitions();
        while (all[partition].is_empty()) ++partition;
    });
    return "hubspec/ConsumerGroups/$Default/Partitions/" + std::to_string(partition);
}

class SlowReader : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Amqp, SlowReader, testing::Values("", "/$iothub/websocket"));

TEST_P(SlowReader, IsGivenNoMoreThanItTakes) {
    Serving serving;
    const auto events = fill(serving, 300, 200'000);
    std::promise<void> goes_on;
    Reader reader(serving, events, GetParam(), goes_on.get_future().share());
    EXPECT_TRUE(reader.await_messages(1));
    // 60 MB are there; the system's buffers take some of them.
    EXPECT_LT(serving.server().amqp_so_far().bytes_sent, 40'000'000u);
    serving.server().advance(Duration(1));
    EXPECT_LT(serving.server().amqp_so_far().bytes_sent, 40'000'000u);
    goes_on.set_value();
    EXPECT_TRUE(reader.await_messages(300));
}

}  // namespace
}  // namespace hubspec::hub
