#include "harness/actors/wire.hpp"

#include <atomic>

#include "harness/mqtt/decode.hpp"
#include "harness/net/socket.hpp"

namespace hubspec::actors {

using namespace model;

struct Wire::Impl : std::enable_shared_from_this<Wire::Impl> {
    Impl(net::Loop& owner, Inbox& events, std::string name) : loop(owner), inbox(events), connection(std::move(name)) {}

    net::Loop& loop;
    Inbox& inbox;
    std::string connection;
    std::shared_ptr<net::Socket> socket;  // loop's thread only, like everything below
    mqtt::StreamDecoder decoder{mqtt::Sender::server};
    mqtt::Bytes undecoded;             // from the start of the packet under way
    std::vector<mqtt::Bytes> waiting;  // for the transport
    bool opened = false;
    bool broken = false;  // the peer's bytes are no MQTT: nothing more is decoded
    std::atomic<std::uint64_t> packets = 0, publishes = 0;
    // Of transports. An end is begun before its event is in the inbox, so that who hears of it may open anew at once,
    // and complete after it.
    std::atomic<std::uint64_t> opens = 0, ends_begun = 0, ends = 0;
    bool silenced = false;  // the case is over: the inbox may be gone

    void tell(EventForm event) {
        if (!silenced) inbox.put(std::move(event));
    }

    void on_received(std::span<const std::uint8_t> bytes) {
        if (broken) return;
        decoder.feed(bytes);
        undecoded.insert(undecoded.end(), bytes.begin(), bytes.end());
        std::size_t decoded = 0;
        for (auto result = decoder.next(); !broken && !std::holds_alternative<mqtt::Incomplete>(result);
             result = decoder.next()) {
            if (auto* one = std::get_if<mqtt::Decoded>(&result)) {
                decoded += one->size;
                on_packet(std::move(one->packet));
            } else {
                broken = true;
                undecoded.erase(undecoded.begin(), undecoded.begin() + static_cast<std::ptrdiff_t>(decoded));
                tell(MalformedReceived{connection, std::get<mqtt::Malformed>(result), std::move(undecoded)});
            }
        }
        if (!broken) undecoded.erase(undecoded.begin(), undecoded.begin() + static_cast<std::ptrdiff_t>(decoded));
    }

    void on_packet(mqtt::Packet packet) {
        const bool publish = std::holds_alternative<mqtt::Publish>(packet);
        tell(PacketReceived{connection, std::move(packet)});
        ++packets;
        if (publish) ++publishes;
    }

    void on_ended(const net::Ended& ended) {
        const bool by_peer = ended.ending != net::Ending::local;
        waiting.clear();
        ++ends_begun;
        tell(ConnectionClosed{connection, by_peer, opened, (by_peer && opened ? "the hub " : "") + ended.text});
        ++ends;
        socket.reset();
    }

    void connect(const Endpoint& endpoint, const std::optional<net::TlsContext>& tls) {
        if (socket) socket->reset();  // one transport at a time
        decoder = mqtt::StreamDecoder(mqtt::Sender::server);
        undecoded.clear();
        opened = broken = false;
        net::Socket::Callbacks callbacks;
        callbacks.opened = [self = shared_from_this()](const net::PeerFacts& facts) {
            self->opened = true;
            self->tell(ConnectionOpened{self->connection, facts.tls_version});
            for (const auto& bytes : std::exchange(self->waiting, {})) self->socket->send(bytes);
        };
        callbacks.received = [self = shared_from_this()](auto bytes) { self->on_received(bytes); };
        callbacks.ended = [self = shared_from_this()](const net::Ended& ended) { self->on_ended(ended); };
        socket = net::Socket::connect(loop, endpoint.address, endpoint.mqtt_port, tls, endpoint.address,
                                      std::move(callbacks));
    }

    void write(mqtt::Bytes bytes) {
        if (!socket) return;
        if (!opened) return waiting.push_back(std::move(bytes));
        socket->send(bytes);
    }
};

Wire::Wire(net::Loop& loop, Inbox& inbox, std::string connection)
    : impl_(std::make_shared<Impl>(loop, inbox, std::move(connection))) {}

Wire::~Wire() {
    impl_->loop.call([this] {
        impl_->silenced = true;
        if (impl_->socket) impl_->socket->reset();
        impl_->socket.reset();
    });
}

void Wire::open(const Endpoint& endpoint, const Transport& transport) {
    std::optional<net::TlsContext> tls;
    if (transport.tls)
        tls = net::TlsContext::client(
            {.ca_pem = endpoint.ca_pem, .chain_pem = {}, .key_pem = {}, .version = transport.version, .verify = true});
    ++impl_->opens;
    impl_->loop.post([impl = impl_, endpoint, tls] { impl->connect(endpoint, tls); });
}

bool Wire::is_open() const { return impl_->opens > impl_->ends_begun; }

void Wire::send(const std::vector<WirePacket>& packets) {
    mqtt::Bytes all;
    for (const auto& one : packets) {
        const auto bytes = mqtt::encode(one.packet, one.distortion);
        all.insert(all.end(), bytes.begin(), bytes.end());
    }
    for (const auto& one : packets) impl_->inbox.put(PacketSent{impl_->connection, one.packet, one.distortion});
    impl_->loop.post([impl = impl_, all = std::move(all)]() mutable { impl->write(std::move(all)); });
}

void Wire::send_bytes(const mqtt::Bytes& bytes) {
    impl_->inbox.put(BytesSent{impl_->connection, bytes});
    impl_->loop.post([impl = impl_, bytes] { impl->write(bytes); });
}

void Wire::close() {
    impl_->loop.post([impl = impl_] {
        if (impl->socket) impl->socket->close();
    });
}

void Wire::reset() {
    impl_->loop.post([impl = impl_] {
        if (impl->socket) impl->socket->reset();
    });
}

Wire::Received Wire::received() const { return {impl_->packets, impl_->publishes, impl_->ends >= impl_->opens}; }

}  // namespace hubspec::actors
