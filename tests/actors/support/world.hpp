#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fixtures/hub/server/server.hpp"
#include "harness/actors/endpoint.hpp"
#include "harness/actors/inbox.hpp"
#include "harness/actors/service.hpp"
#include "harness/mqtt/packet.hpp"
#include "harness/net/loop.hpp"

namespace hubspec::test {

/// A reference hub on real sockets with one device, and an inbox that is read until something wanted comes.
class World {
public:
    World();
    ~World();

    net::Loop& loop() { return loop_; }
    hub::Server& server() { return *server_; }
    actors::Inbox& inbox() { return inbox_; }
    actors::Endpoint& endpoint() { return endpoint_; }
    actors::ServiceAccess service_access();
    mqtt::Connect connect_packet(const std::string& device = "d1", const std::string& key = {}) const;

    /// The next event of this form; what comes before it is kept in `seen`. Fails the test when none comes.
    template <class Form>
    Form await() {
        while (auto event = inbox_.take(std::chrono::steady_clock::now() + std::chrono::seconds(60))) {
            seen.push_back(event->form);
            if (auto* form = std::get_if<Form>(&seen.back())) return *form;
        }
        complain("nothing came within a minute");
        return {};
    }
    /// The next packet of this type.
    template <class Packet>
    Packet await_packet() {
        while (true) {
            const auto received = await<model::PacketReceived>();
            if (const auto* packet = std::get_if<Packet>(&received.packet)) return *packet;
            if (has_complained_) return {};
        }
    }

    std::vector<model::EventForm> seen;

private:
    void complain(const char* what);
    net::Loop loop_;
    std::unique_ptr<hub::Server> server_;
    actors::Endpoint endpoint_;
    actors::Inbox inbox_;
    std::string key_;
    std::string ca_file_;
    bool has_complained_ = false;
};

/// A TLS peer that hands each connection's bytes to a script.
class Peer {
public:
    using Script = std::function<void(const std::function<void(const mqtt::Bytes&)>& send,
                                      const std::function<void()>& close, const mqtt::Bytes& received)>;
    Peer(net::Loop& loop, Script script);
    ~Peer();
    std::uint16_t port() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace hubspec::test
