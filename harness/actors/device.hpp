#pragma once

#include <memory>
#include <string>

#include "harness/actors/endpoint.hpp"
#include "harness/actors/inbox.hpp"
#include "harness/actors/wire.hpp"

namespace hubspec::actors {

/// A well-behaved device: Eclipse Paho speaks, what it sends and receives goes into the inbox as packets.
/// Packets are reconstructed from what Paho tells: those it sends carry no packet identifier, those it acknowledges by
/// itself (PUBACK, PINGREQ) are not seen.
class Device {
public:
    Device(Inbox& inbox, std::string connection);
    ~Device();

    /// Each returns at once; the acknowledgement, or the end of the connection, comes through the inbox. They throw
    /// std::invalid_argument for what Paho refuses to send: a `wire` line can.
    void connect(const Endpoint& endpoint, const mqtt::Connect& packet, bool over_web_socket = false,
                 const std::string& credential_file = {});
    void subscribe(const mqtt::Subscribe& packet);
    void unsubscribe(const mqtt::Unsubscribe& packet);
    void publish(const mqtt::Publish& packet);
    void disconnect();
    void drop();

    Wire::Received received() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace hubspec::actors
