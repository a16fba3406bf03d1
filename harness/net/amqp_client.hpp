#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "harness/net/amqp_engine.hpp"
#include "harness/net/loop.hpp"
#include "harness/net/tls_context.hpp"

namespace hubspec::net {

/// Where an AMQP server is: over TLS, or in a WebSocket over TLS (subprotocol AMQPWSB10).
struct AmqpAddress {
    std::string host;  ///< to connect to
    std::uint16_t port = 5671;
    std::string server_name;           ///< that the certificate must be for; the virtual host too
    std::string web_socket_path = {};  ///< empty: AMQP on the bare TLS connection
};

/// A client's connection. All calls and callbacks happen on the loop's thread.
class AmqpClient : public std::enable_shared_from_this<AmqpClient> {
public:
    /// Bytes of AMQP that have passed, those within TLS and WebSocket alone.
    struct Bytes {
        std::uint64_t sent = 0, received = 0;
    };

    /// `lost` is called once, with why, when the connection ends; the handler hears of AMQP's own errors before.
    static std::shared_ptr<AmqpClient> connect(Loop& loop, const AmqpAddress& address, const TlsContext& tls,
                                               proton::messaging_handler& handler,
                                               const proton::connection_options& options,
                                               std::function<void(const std::string& why)> lost);
    ~AmqpClient();

    /// After something was done outside of the handler's callbacks.
    void flush();
    /// Says close, where AMQP has begun (AMQP 1.0, 2.4.3), and ends without waiting for the answer. Nothing is told any
    /// more: the handler may go.
    void close();
    /// The same without a word, as one whose machine has gone.
    void abandon();
    const Bytes& bytes() const;
    proton::connection connection() const;

    struct Impl;
    explicit AmqpClient(std::unique_ptr<Impl> impl);

private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace hubspec::net
