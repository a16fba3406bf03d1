#include "harness/load/connection.hpp"

#include <utility>

#include "harness/model/load.hpp"
#include "harness/mqtt/decode.hpp"
#include "harness/net/socket.hpp"
#include "harness/net/web_socket.hpp"

namespace hubspec::load {

using namespace model;

namespace {

constexpr int switching_protocols = 101;

std::string cause_of(const net::Ended& ended) {
    switch (ended.ending) {
        case net::Ending::close_notify:
        case net::Ending::fin:
            return "closed by the hub";
        case net::Ending::reset:
            return "reset by the hub";
        case net::Ending::handshake:
        case net::Ending::unreachable:
            return ended.text;
        case net::Ending::local:
            return "closed by this side";
    }
    return ended.text;
}

}  // namespace

struct Connection::Impl : std::enable_shared_from_this<Connection::Impl> {
    Impl(net::Loop& owner, Callbacks given) : loop(owner), callbacks(std::move(given)) {}

    net::Loop& loop;
    Callbacks callbacks;
    bool silent = false;  ///< nobody wants to know any more; the callback that runs must not be destroyed
    std::shared_ptr<net::Socket> socket;
    std::shared_ptr<net::WebSocket> web_socket;
    mqtt::StreamDecoder decoder{mqtt::Sender::server};
    std::string cause;  ///< known before the transport has ended

    void connect(const actors::Endpoint& endpoint, const net::TlsContext& tls, bool in_web_socket) {
        net::Socket::Callbacks told;
        told.opened = [self = shared_from_this(), in_web_socket, &endpoint](const net::PeerFacts&) {
            if (in_web_socket) return self->upgrade(endpoint);
            if (!self->silent) self->callbacks.opened();
        };
        told.received = [self = shared_from_this()](auto bytes) {
            if (self->web_socket) return self->web_socket->feed(bytes);
            self->decode(bytes);
        };
        told.drained = [self = shared_from_this()] { self->drained(); };
        told.ended = [self = shared_from_this()](const net::Ended& ended) { self->transport_ended(ended); };
        socket = net::Socket::connect(loop, endpoint.address, in_web_socket ? endpoint.https_port : endpoint.mqtt_port,
                                      tls, endpoint.address, std::move(told));
    }

    void upgrade(const actors::Endpoint& endpoint) {
        net::WebSocket::Callbacks told;
        told.write = [self = shared_from_this()](auto bytes) {
            if (self->socket) self->socket->send(bytes);
        };
        told.opened = [self = shared_from_this()](const HttpResponse&) {
            if (!self->silent) self->callbacks.opened();
        };
        told.received = [self = shared_from_this()](auto bytes, bool) { self->decode(bytes); };
        told.drained = [self = shared_from_this()] { self->drained(); };
        told.ended = [self = shared_from_this()](const HttpResponse& refusal, const std::string&) {
            if (refusal.status != 0 && refusal.status != switching_protocols)
                self->cause = "WebSocket refused with HTTP " + std::to_string(refusal.status) +
                              (refusal.status == 429 ? " " + std::string(throttled_mark) : "");
            self->end("closed by the hub");
            if (self->socket) self->socket->close();
        };
        web_socket = net::WebSocket::connect(loop, endpoint.host_name, endpoint.web_socket_path,
                                             {{"Sec-WebSocket-Protocol", "mqtt"}}, std::move(told));
    }

    void decode(std::span<const std::uint8_t> bytes) {
        if (silent) return;
        const auto keep = shared_from_this();
        decoder.feed(bytes);
        for (auto next = decoder.next(); !silent; next = decoder.next()) {
            if (std::holds_alternative<mqtt::Incomplete>(next)) return;
            if (const auto* malformed = std::get_if<mqtt::Malformed>(&next)) {
                cause = "a malformed packet [" + malformed->clause + "]";
                end(cause);
                if (socket) socket->reset();
                return;
            }
            callbacks.received(std::get<mqtt::Decoded>(next).packet);
        }
    }

    void drained() {
        if (!silent && socket && socket->queued() == 0) callbacks.drained();
    }

    void transport_ended(const net::Ended& ended) {
        const auto keep = shared_from_this();
        end(cause_of(ended));
        if (const auto over = std::exchange(web_socket, nullptr)) over->abandon();
        socket.reset();
    }

    void end(const std::string& otherwise) {
        if (!std::exchange(silent, true)) callbacks.ended(cause.empty() ? otherwise : cause);
    }

    void leave() {
        silent = true;
        if (web_socket) return web_socket->close();
        if (socket) socket->close();
    }
};

Connection::Connection(net::Loop& loop, const actors::Endpoint& endpoint, const net::TlsContext& tls, bool web_socket,
                       Callbacks callbacks)
    : impl_(std::make_shared<Impl>(loop, std::move(callbacks))) {
    impl_->connect(endpoint, tls, web_socket);
}

Connection::~Connection() { impl_->leave(); }

void Connection::send(std::span<const std::uint8_t> bytes) {
    if (impl_->web_socket) return impl_->web_socket->send(bytes);
    if (impl_->socket) impl_->socket->send(bytes);
}

std::size_t Connection::queued() const {
    if (impl_->web_socket) return impl_->web_socket->queued();
    return impl_->socket ? impl_->socket->queued() : 0;
}

void Connection::reset() {
    impl_->silent = true;
    if (impl_->socket) impl_->socket->reset();
}

}  // namespace hubspec::load
