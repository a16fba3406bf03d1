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
    std::vector<mqtt::Bytes> waiting;  // for the transport
    bool opened = false;
    bool broken = false;  // the peer's bytes are no MQTT: nothing more is decoded
    std::atomic<bool> open_or_opening = false;
    std::atomic<std::uint64_t> packets = 0, publishes = 0;
    std::atomic<std::uint64_t> opens = 0, ends = 0;  // of transports; an end counts once its event is in the inbox
    bool silenced = false;                           // the case is over: the inbox may be gone

    void tell(EventForm event) {
        if (!silenced) inbox.put(std::move(event));
    }

    void on_received(std::span<const std::uint8_t> bytes) {
        if (broken) return;
        decoder.feed(bytes);
        while (true) {
            auto result = decoder.next();
            if (std::holds_alternative<mqtt::Incomplete>(result)) return;
            if (const auto* malformed = std::get_if<mqtt::Malformed>(&result)) {
                broken = true;
                return tell(MalformedReceived{connection, *malformed, mqtt::Bytes(bytes.begin(), bytes.end())});
            }
            auto& packet = std::get<mqtt::Decoded>(result).packet;
            const bool publish = std::holds_alternative<mqtt::Publish>(packet);
            tell(PacketReceived{connection, std::move(packet)});
            ++packets;
            if (publish) ++publishes;
        }
    }

    void on_ended(const net::Ended& ended) {
        const bool by_peer = ended.ending != net::Ending::local;
        open_or_opening = false;  // before it is told: who hears of it may open anew at once
        tell(ConnectionClosed{connection, by_peer, opened, (by_peer && opened ? "the hub " : "") + ended.text});
        ++ends;
        socket.reset();
    }

    void write(mqtt::Bytes bytes) {
        if (!opened) return waiting.push_back(std::move(bytes));
        if (socket) socket->send(bytes);
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
    impl_->open_or_opening = true;
    ++impl_->opens;
    impl_->loop.post([impl = impl_, endpoint, tls] {
        impl->decoder = mqtt::StreamDecoder(mqtt::Sender::server);
        impl->opened = impl->broken = false;
        net::Socket::Callbacks callbacks;
        callbacks.opened = [impl](const net::PeerFacts& facts) {
            impl->opened = true;
            impl->tell(ConnectionOpened{impl->connection, facts.tls_version});
            for (const auto& bytes : std::exchange(impl->waiting, {})) impl->socket->send(bytes);
        };
        callbacks.received = [impl](std::span<const std::uint8_t> bytes) { impl->on_received(bytes); };
        callbacks.ended = [impl](const net::Ended& ended) { impl->on_ended(ended); };
        impl->socket = net::Socket::connect(impl->loop, endpoint.address, endpoint.mqtt_port, tls, endpoint.address,
                                            std::move(callbacks));
    });
}

bool Wire::is_open() const { return impl_->open_or_opening; }

void Wire::send(const std::vector<WirePacket>& packets) {
    mqtt::Bytes all;
    for (const auto& one : packets) {
        const auto bytes = mqtt::encode(one.packet, one.distortion);
        all.insert(all.end(), bytes.begin(), bytes.end());
        impl_->inbox.put(PacketSent{impl_->connection, one.packet, one.distortion});
    }
    impl_->loop.post([impl = impl_, all = std::move(all)]() mutable { impl->write(std::move(all)); });
}

void Wire::send_bytes(const mqtt::Bytes& bytes) {
    impl_->inbox.put(BytesSent{impl_->connection, bytes});
    impl_->loop.post([impl = impl_, bytes]() mutable { impl->write(std::move(bytes)); });
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
