#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <proton/connection.hpp>
#include <proton/connection_options.hpp>
#include <proton/delivery.hpp>
#include <proton/error_condition.hpp>
#include <proton/messaging_handler.hpp>
#include <proton/receiver.hpp>
#include <proton/tracker.hpp>
#include <span>
#include <string>
#include <vector>

/// AMQP 1.0 by Qpid Proton, without its I/O: bytes in, bytes out.
namespace hubspec::net {

/// Checks user and password of SASL PLAIN.
using PlainCheck = std::function<bool(const std::string& user, const std::string& password)>;

/// One AMQP connection. A handler must not throw. Nothing here is safe for several threads.
class AmqpEngine {
public:
    /// A client opens at once; with SASL where `options` has a user or names mechanisms.
    static std::unique_ptr<AmqpEngine> client(proton::messaging_handler& handler,
                                              const proton::connection_options& options);
    /// A server takes clients with and without SASL; of the mechanisms it offers MSSBCBS, ANONYMOUS and EXTERNAL prove
    /// nothing, PLAIN is checked.
    static std::unique_ptr<AmqpEngine> server(proton::messaging_handler& handler,
                                              const proton::connection_options& options, PlainCheck check);
    ~AmqpEngine();
    AmqpEngine(const AmqpEngine&) = delete;
    AmqpEngine& operator=(const AmqpEngine&) = delete;

    /// Bytes of the peer; what they bring about is dispatched to the handler.
    void feed(std::span<const std::uint8_t> bytes);
    /// The peer sends no more.
    void end_input();
    /// After something was done from outside a callback.
    void dispatch();
    /// What is to be sent to the peer by now.
    std::vector<std::uint8_t> take_output();
    /// Sends what keeps the connection alive; ends it when the peer was silent for too long. Returns when to call
    /// again, on the clock of `now`; nullopt: there is no need.
    std::optional<std::chrono::milliseconds> tick(std::chrono::milliseconds now);
    /// Bytes of messages that were given to senders and have not become output yet.
    std::size_t outgoing() const;
    /// Bytes of messages that came and are not complete.
    std::size_t incoming() const;
    /// The connection has ended and all of it is sent.
    bool is_over() const;
    proton::connection connection() const;

private:
    struct Impl;
    explicit AmqpEngine(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// The clock for tick(): heartbeats keep real time, whatever a hub's clock shows.
std::chrono::milliseconds steady_now();

// What Proton's C++ does not offer.

/// Rejects a delivery and says why; clients take a rejection without a condition for success.
void reject(proton::delivery& delivery, const proton::error_condition& why);
/// Why the peer rejected or released what was sent; empty: it did not say.
proton::error_condition reason_of(const proton::tracker& tracker);
/// Answers an attach whose node there is not, or not for this peer: with no terminus (AMQP 1.0, 2.6.3). To be closed
/// with the reason.
void open_nowhere(const proton::link& link);
/// Sends the reader of a link elsewhere, "amqp:link:redirect"; the C++ of Proton leaves out where to.
struct LinkRedirect {
    std::string host, address;  ///< "events.example", "amqps://events.example:5671/entity/..."
    std::uint16_t port = 5671;
    std::string why;
};
void redirect(const proton::link& link, const LinkRedirect& where);
/// How much there is of the message that is coming in.
std::size_t incoming(const proton::receiver& receiver);
/// Announces the largest message that is taken on a link; some clients take silence for a limit of 0.
void announce_largest_message(const proton::receiver& receiver, std::uint64_t bytes);

}  // namespace hubspec::net
