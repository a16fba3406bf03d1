#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "harness/actors/device.hpp"
#include "harness/actors/service.hpp"
#include "harness/actors/wire.hpp"
#include "harness/net/loop.hpp"
#include "harness/run/fields.hpp"
#include "harness/run/packets.hpp"
#include "harness/run/target.hpp"

namespace hubspec::run {

/// The actors of one case: performs lines, and knows whether anything is still under way between them and the hub. What
/// they observe goes into the inbox. Throws std::invalid_argument for a line that cannot be performed and
/// std::runtime_error where the target does not do its part.
class Stage {
public:
    Stage(Target& target, const std::string& case_name, actors::Inbox& inbox, std::mt19937_64& random);

    /// A fresh identity under this name.
    const actors::Identity& add_identity(const model::IdentitySpec& spec);
    /// Starts what the lines of a scenario need: "service", "telemetry", "log", ...
    void start(const std::vector<std::string>& needs);

    const std::string& host_name() const { return session_->endpoint().host_name; }

    void perform(const model::Action& action, const std::string& connection, const std::string& exchange,
                 const Bindings& bindings);
    /// Devices say goodbye.
    void leave();

    /// Moves the hub's clock; false where it cannot be moved.
    bool move_clock(std::chrono::milliseconds by);
    /// The hub's clock is ours, and the hub can be asked what has passed.
    bool is_fenced() const { return is_fenced_; }
    void note_opened(const std::string& connection);

    /// What is said of connections on which something else than whole packets was sent: the hub's counts know nothing.
    /// True when this look and the one before found that everything that was sent has reached the hub, that everything
    /// it sent has come back, and nothing new. While its clock stands still nothing can come then.
    bool is_quiet();

private:
    /// A device or a wire, and what is needed to ask the hub about it.
    struct Connection {
        std::string name;  ///< in the scenario
        std::unique_ptr<actors::Device> device;
        std::unique_ptr<actors::Wire> wire;
        std::string identity = "device";
        std::string client_id;
        std::size_t ordinal = 0;  // among the connections with this client identifier
        mqtt::PacketId next_packet_id = 1;
        std::uint64_t requests_sent = 0;    // CONNECT, SUBSCRIBE, UNSUBSCRIBE and PUBLISH
        std::uint64_t received_before = 0;  // packets of the transports before this one
        bool is_open = false;               // the transport has come about
        bool is_leaving = false;            // Paho was told to end the connection

        actors::Wire::Received received() const {
            return device ? device->received() : wire ? wire->received() : actors::Wire::Received{};
        }
    };

    Credentials credentials(const std::string& identity) const;
    void note_client(Connection& connection, const mqtt::Connect& packet);
    void perform_device(Connection& connection, const std::string& verb, const Fields& fields);
    void connect_device(Connection& connection, const Fields& fields);
    void perform_wire(Connection& connection, const std::string& verb, const Fields& fields);
    actors::Wire::Transport transport(const Fields& fields) const;
    /// Whose certificate the client shows: its own unless the line says otherwise.
    const actors::Identity* presenter(const Fields& fields) const;
    actors::WirePacket packet_of(Connection& connection, const std::string& verb, const Fields& fields);
    std::vector<actors::WirePacket> packets_of(Connection& connection, const Fields& list);
    void perform_service(const std::string& verb, const Fields& fields, const std::string& exchange);
    void rotate_keys(actors::Identity& identity);
    void authorize(model::HttpRequest& request, const Fields& fields);
    /// What has been sent and received in all; nullopt while something is under way.
    std::optional<std::uint64_t> settled_total();
    bool has_settled(const Connection& connection, const std::optional<HubCounts>& taken) const;
    /// What this side has closed the hub may still hold for open: its end is on the way like any packet.
    bool has_left(const Connection& connection) const;
    std::optional<HubCounts> counts(const Connection& connection) const;

    actors::Inbox& inbox_;
    std::mt19937_64& random_;
    std::unique_ptr<Session> session_;
    bool is_fenced_ = false;
    std::chrono::milliseconds passed_{};
    std::uint64_t transports_opened_ = 0;
    std::optional<std::uint64_t> settled_at_;  ///< the total of the last look
    std::map<std::string, actors::Identity> identities_;
    std::map<std::string, std::size_t> clients_;
    net::Loop loop_;
    std::unique_ptr<actors::Service> service_;
    std::map<std::string, Connection> connections_;
    std::vector<std::unique_ptr<actors::Device>> retired_;
};

}  // namespace hubspec::run
