#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "harness/actors/endpoint.hpp"
#include "harness/mqtt/packet.hpp"
#include "harness/net/loop.hpp"
#include "harness/net/tls_context.hpp"

namespace hubspec::load {

/// MQTT packets over TLS, or in a WebSocket over it. All calls and callbacks happen on the loop's thread; after `ended`
/// no callback comes.
class Connection {
public:
    struct Callbacks {
        std::function<void()> opened;
        std::function<void(const mqtt::Packet&)> received;
        std::function<void(const std::string& cause)> ended;
        std::function<void()> drained;  ///< all that had to wait has been written
    };
    Connection(net::Loop& loop, const actors::Endpoint& endpoint, const net::TlsContext& tls, bool web_socket,
               Callbacks callbacks);
    ~Connection();  ///< ends after what was sent; no callback comes any more
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void send(std::span<const std::uint8_t> bytes);
    /// Bytes that are not written yet.
    std::size_t queued() const;
    /// Ends at once, without a callback.
    void reset();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace hubspec::load
