#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "harness/actors/device.hpp"
#include "harness/actors/wire.hpp"
#include "harness/net/loop.hpp"
#include "harness/run/back_end.hpp"
#include "harness/run/stage.hpp"

namespace hubspec::run {

/// The actors of a case in the device seat: devices, wires and the back end, and whether anything is still under way
/// between them and the hub.
class DeviceSeat : public Stage {
public:
    DeviceSeat(Target& target, const std::string& case_name, actors::Inbox& inbox, std::mt19937_64& random);

    const actors::Identity& add_identity(const model::IdentitySpec& spec) override;
    void start(const std::vector<std::string>& needs) override;
    const std::string& host_name() const override { return session_->endpoint().host_name; }
    void perform(const model::Action& action, const std::string& connection, const std::string& exchange,
                 const Bindings& bindings) override;
    void leave() override;
    bool move_clock(std::chrono::milliseconds by) override;
    bool is_fenced() const override { return is_fenced_; }
    void note_opened(const std::string& connection) override;
    bool knows_who_left() override;
    bool is_quiet() override;

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
        std::uint64_t requests_sent = 0;        // CONNECT, SUBSCRIBE, UNSUBSCRIBE and PUBLISH
        std::uint64_t received_before = 0;      // packets of the transports before this one
        std::uint64_t acknowledged_before = 0;  // likewise, of those at QoS 1
        bool is_open = false;                   // the transport has come about
        bool is_leaving = false;                // this side was told to end the connection
        bool was_opened = false;                // of a wire

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
    /// What has been sent and received in all; nullopt while something is under way.
    std::optional<std::uint64_t> settled_total();
    bool has_settled(const Connection& connection, const std::optional<HubCounts>& taken) const;
    /// What this side has closed the hub may still hold for open: its end is on the way like any packet.
    bool has_left(const Connection& connection) const;
    std::optional<HubCounts> counts(const Connection& connection) const;

    actors::Inbox& inbox_;
    std::unique_ptr<Session> session_;
    bool is_fenced_ = false;
    std::chrono::milliseconds passed_{};
    std::uint64_t transports_opened_ = 0;
    std::optional<std::uint64_t> settled_at_;  ///< the total of the last look
    Identities identities_;
    net::Loop loop_;
    BackEnd back_end_;
    std::map<std::string, std::size_t> clients_;
    std::map<std::string, Connection> connections_;
    std::vector<std::unique_ptr<actors::Device>> retired_;
};

}  // namespace hubspec::run
