#include "harness/net/amqp_client.hpp"

#include <chrono>

#include "harness/net/socket.hpp"
#include "harness/net/web_socket.hpp"

namespace hubspec::net {

struct AmqpClient::Impl {
    Impl(Loop& owner, proton::messaging_handler& whose, proton::connection_options given,
         std::function<void(const std::string&)> tell)
        : loop(owner), handler(whose), options(std::move(given)), lost(std::move(tell)), heartbeat(owner) {}

    Loop& loop;
    proton::messaging_handler& handler;
    proton::connection_options options;
    std::function<void(const std::string&)> lost;
    Timer heartbeat;
    std::shared_ptr<Socket> socket;
    std::shared_ptr<WebSocket> web_socket;
    std::unique_ptr<AmqpEngine> engine;  ///< once the transport is there
    Bytes bytes;
    bool over = false;

    void begin() {
        engine = AmqpEngine::client(handler, options);
        flush();
    }

    void received(std::span<const std::uint8_t> some) {
        if (!engine) return;
        engine->feed(some);
        bytes.received += some.size();
        flush();
    }

    void flush() {
        if (!engine || over) return;
        send(engine->take_output());
        if (engine->is_over()) return end("the connection was closed");
        if (const auto next = engine->tick(steady_now()))
            heartbeat.after(std::max(*next - steady_now(), std::chrono::milliseconds(1)), [this] { flush(); });
    }

    void send(const std::vector<std::uint8_t>& output) {
        bytes.sent += output.size();
        if (!output.empty() && web_socket) web_socket->send(output);
        if (!output.empty() && !web_socket) socket->send(output);
    }

    void end(const std::string& why) {
        if (std::exchange(over, true)) return;
        heartbeat.cancel();
        if (engine) engine->end_input();
        if (web_socket) web_socket->close();
        if (!web_socket && socket) socket->close();
        const auto tell = std::exchange(lost, nullptr);
        if (tell) tell(why);
    }
};

AmqpClient::AmqpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AmqpClient::~AmqpClient() = default;

namespace {

void open_web_socket(const std::shared_ptr<AmqpClient>& client, AmqpClient::Impl& impl, const AmqpAddress& address) {
    WebSocket::Callbacks callbacks;
    callbacks.write = [&impl](std::span<const std::uint8_t> bytes) { impl.socket->send(bytes); };
    callbacks.opened = [client, &impl](const model::HttpResponse&) { impl.begin(); };
    callbacks.received = [client, &impl](std::span<const std::uint8_t> bytes, bool) { impl.received(bytes); };
    callbacks.ended = [client, &impl](const model::HttpResponse& refusal, const std::string& why) {
        impl.end(refusal.status == 0 ? why : why + " (status " + std::to_string(refusal.status) + ")");
        impl.socket->close();
    };
    impl.web_socket = WebSocket::connect(impl.loop, address.server_name, address.web_socket_path,
                                         {{"Sec-WebSocket-Protocol", "AMQPWSB10"}}, std::move(callbacks));
}

}  // namespace

std::shared_ptr<AmqpClient> AmqpClient::connect(Loop& loop, const AmqpAddress& address, const TlsContext& tls,
                                                proton::messaging_handler& handler,
                                                const proton::connection_options& options,
                                                std::function<void(const std::string&)> lost) {
    auto all = options;
    all.virtual_host(address.server_name);
    auto client = std::make_shared<AmqpClient>(std::make_unique<Impl>(loop, handler, all, std::move(lost)));
    auto& impl = *client->impl_;
    Socket::Callbacks callbacks;
    callbacks.opened = [client, &impl, address](const PeerFacts&) {
        address.web_socket_path.empty() ? impl.begin() : open_web_socket(client, impl, address);
    };
    callbacks.received = [client, &impl](std::span<const std::uint8_t> bytes) {
        impl.web_socket ? impl.web_socket->feed(bytes) : impl.received(bytes);
    };
    callbacks.ended = [client, &impl](const Ended& ended) {
        if (const auto web_socket = std::exchange(impl.web_socket, nullptr)) web_socket->abandon();
        impl.end(ended.text);
    };
    impl.socket = Socket::connect(loop, address.host, address.port, tls, address.server_name, std::move(callbacks));
    return client;
}

void AmqpClient::flush() {
    if (impl_->engine) impl_->engine->dispatch();
    impl_->flush();
}

void AmqpClient::close() {
    auto& own = *impl_;
    own.lost = nullptr;
    own.heartbeat.cancel();
    if (!own.over && own.engine) {
        own.engine->connection().close();
        own.send(own.engine->take_output());
    }
    own.engine.reset();
    if (std::exchange(own.over, true)) return;
    own.web_socket ? own.web_socket->close() : own.socket->close();
}

void AmqpClient::abandon() {
    auto& own = *impl_;
    own.lost = nullptr;
    own.heartbeat.cancel();
    own.engine.reset();
    own.over = true;
    own.socket->reset();
}

const AmqpClient::Bytes& AmqpClient::bytes() const { return impl_->bytes; }
proton::connection AmqpClient::connection() const { return impl_->engine->connection(); }

}  // namespace hubspec::net
