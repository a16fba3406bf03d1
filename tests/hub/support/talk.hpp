#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>

#include "harness/net/socket.hpp"

/// One TLS connection to a server, whose bytes a test writes and reads as text.
namespace hubspec::hub::test {

/// Long enough for the busiest machine; only a failing test waits that long.
inline constexpr std::chrono::seconds patience{60};

class Talk {
public:
    Talk(net::Loop& loop, std::uint16_t port, const std::optional<net::TlsContext>& tls) : loop_(loop) {
        net::Socket::Callbacks callbacks;
        callbacks.opened = [this](const net::PeerFacts&) { change([&] { is_open_ = true; }); };
        callbacks.received = [this](std::span<const std::uint8_t> bytes) {
            change([&] { received_.append(bytes.begin(), bytes.end()); });
        };
        callbacks.ended = [this](const net::Ended& how) { change([&] { ended_ = how; }); };
        loop_.call([&] {
            socket_ = net::Socket::connect(loop_, "127.0.0.1", port, tls, "hub.example", std::move(callbacks));
        });
    }
    ~Talk() {
        loop_.call([this] { socket_->reset(); });
    }
    Talk(const Talk&) = delete;
    Talk& operator=(const Talk&) = delete;

    void await_open() {
        await([this] { return is_open_; });
    }
    void send(const std::string& text) {
        loop_.call([&] { socket_->send(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())); });
    }
    /// All that has come, once this is in it.
    std::string await_text(const std::string& text) {
        await([&] { return received_.find(text) != std::string::npos || ended_; });
        return received_;
    }
    net::Ended await_end() {
        await([this] { return ended_.has_value(); });
        return ended_.value_or(net::Ended{});
    }
    /// The answer to one request, from its status on; of a body as long as its header says.
    std::string ask(const std::string& request) {
        {
            const std::lock_guard lock(mutex_);
            received_.clear();
        }
        send(request);
        await([this] { return is_complete() || ended_; });
        const std::lock_guard lock(mutex_);
        return received_.substr(std::min<std::size_t>(9, received_.size()));
    }

private:
    template <class Change>
    void change(Change apply) {
        const std::lock_guard lock(mutex_);
        apply();
        changed_.notify_all();
    }
    template <class Condition>
    void await(Condition holds) {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, patience, holds)) << "nothing of it came: " << received_;
    }
    bool is_complete() const {
        const auto end = received_.find("\r\n\r\n");
        if (end == std::string::npos) return false;
        const auto length = received_.find("Content-Length: ");
        const auto body = length < end ? std::stoul(received_.substr(length + 16)) : 0;
        return received_.size() >= end + 4 + body;
    }

    net::Loop& loop_;
    std::shared_ptr<net::Socket> socket_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_open_ = false;
    std::string received_;
    std::optional<net::Ended> ended_;
};

}  // namespace hubspec::hub::test
