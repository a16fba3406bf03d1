#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "fixtures/hub/server/server.hpp"
#include "harness/actors/amqp_back_end.hpp"
#include "harness/actors/endpoint.hpp"
#include "harness/actors/inbox.hpp"
#include "harness/actors/service.hpp"
#include "harness/mqtt/packet.hpp"
#include "harness/net/loop.hpp"
#include "harness/net/socket.hpp"

namespace hubspec::test {

/// Long enough for the busiest machine; only a failing test waits that long.
inline std::chrono::steady_clock::time_point patience() {
    return std::chrono::steady_clock::now() + std::chrono::seconds(60);
}

/// A text in a file of its own, gone at the end.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& text);
    ~TemporaryFile();
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// A root that has signed nothing here.
const std::string& other_root_pem();
/// A server whose certificate is of the trusted root, for a name that nobody here connects to.
net::TlsContext context_of_another_name();

/// A reference hub on real sockets with one device, and an inbox that is read until something wanted comes.
class World {
public:
    World();

    net::Loop& loop() { return loop_; }
    hub::Server& server() { return *server_; }
    actors::Inbox& inbox() { return inbox_; }
    actors::Endpoint& endpoint() { return endpoint_; }
    actors::Endpoint endpoint_at(std::uint16_t mqtt_port) const;
    actors::ServiceAccess service_access();
    actors::EventsEndpoint events() { return actors::find_events(loop(), endpoint(), service_access()); }
    /// Puts what it is told into the inbox.
    actors::TelemetryReader::Tell tell() {
        return [this](model::EventForm event) { inbox_.put(std::move(event)); };
    }
    const std::string& device_key() const { return key_; }
    mqtt::Connect connect_packet(const std::string& device = "d1", const std::string& key = {}) const;

    /// The next event of this form; what comes before it is kept in `seen`. Fails the test when none comes.
    template <class Form>
    Form await() {
        while (auto event = inbox_.take(patience())) {
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
    /// Takes what is in the inbox by now into `seen`.
    void drain() {
        while (auto event = inbox_.take({})) seen.push_back(std::move(event->form));
    }
    template <class Form>
    std::vector<Form> all_seen() const {
        std::vector<Form> all;
        for (const auto& event : seen)
            if (const auto* form = std::get_if<Form>(&event)) all.push_back(*form);
        return all;
    }

    std::vector<model::EventForm> seen;

private:
    void complain(const char* what);
    net::Loop loop_;
    std::unique_ptr<hub::Server> server_;
    actors::Endpoint endpoint_;
    actors::Inbox inbox_;
    std::string key_;
    TemporaryFile ca_file_;
    bool has_complained_ = false;
};

/// A TLS peer that hands what arrives to a script and remembers it. For one connection at a time.
class Peer {
public:
    /// Called with nothing when the handshake is done, then with the content of each TLS record.
    using Script = std::function<void(net::Socket&, const mqtt::Bytes& received)>;
    Peer(net::Loop& loop, Script script);
    Peer(net::Loop& loop, Script script, const net::TlsContext& tls);
    ~Peer();
    std::uint16_t port() const;

    /// Waits for so many records of the connection, and gives them.
    std::vector<mqtt::Bytes> await_records(std::size_t count);
    /// Waits for the end of a connection.
    net::Ended await_end();
    /// All that came in, as packets of a client. Waits for the end first.
    std::vector<mqtt::Packet> packets_until_end();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// A script that answers packets of a client one by one.
Peer::Script answering(std::function<void(net::Socket&, const mqtt::Packet&)> answer);
void send(net::Socket& socket, const mqtt::Packet& packet);
/// Takes every connection and every message.
void be_content(net::Socket& socket, const mqtt::Packet& packet);

/// A TCP port of this machine that is taken but refuses connections; with `listens`, one that takes them and never says
/// a word.
class DeadPort {
public:
    explicit DeadPort(bool listens = false);
    ~DeadPort();
    DeadPort(const DeadPort&) = delete;
    DeadPort& operator=(const DeadPort&) = delete;
    std::uint16_t port() const { return port_; }
    /// The next connection, as a plain blocking descriptor for the caller to close.
    int accept() const;

private:
    int descriptor_;
    std::uint16_t port_ = 0;
};

}  // namespace hubspec::test
