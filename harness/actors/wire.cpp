#include "harness/actors/wire.hpp"

#include <algorithm>
#include <atomic>

#include "harness/mqtt/decode.hpp"
#include "harness/net/socket.hpp"
#include "harness/net/web_socket.hpp"

namespace hubspec::actors {

using namespace model;

struct Wire::Impl : std::enable_shared_from_this<Wire::Impl> {
    Impl(net::Loop& owner, Inbox& events, std::string name) : loop(owner), inbox(events), connection(std::move(name)) {}

    net::Loop& loop;
    Inbox& inbox;
    std::string connection;
    std::shared_ptr<net::Socket> socket;  // loop's thread only, like everything below
    mqtt::StreamDecoder decoder{mqtt::Sender::server};
    mqtt::Bytes undecoded;  // from the start of the packet under way
    std::shared_ptr<net::WebSocket> web_socket;
    std::vector<std::function<void()>> waiting;  // for the transport
    bool opened = false;
    bool answered = false;                    // the upgrade was, but not granted
    bool closing = false;                     // this side has begun to
    std::string said;                         // of the end, by the WebSocket
    std::optional<net::Ended> transport_end;  // the WebSocket still reads what came before it
    bool broken = false;                      // the peer's bytes are no MQTT: nothing more is decoded
    std::atomic<std::uint64_t> packets = 0, publishes = 0, bytes_sent = 0;
    // Of transports. An end is begun before its event is in the inbox, so that who hears of it may open anew at once,
    // and complete after it.
    std::atomic<std::uint64_t> opens = 0, ends_begun = 0, ends = 0, pings = 0, pongs = 0;
    std::atomic<bool> told_to_end = false;
    mqtt::Bytes kept;       // of a packet whose beginning went out; the caller's thread only
    std::string pinned;     // of the hub's first certificate, the thumbprint
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

    void on_transport_ended(const net::Ended& ended) {
        const auto over = std::exchange(web_socket, nullptr);
        if (over && said.empty() && ended.ending != net::Ending::local) {
            transport_end = ended;
            return over->finish();
        }
        if (over) over->abandon();
        on_ended(ended);
    }

    void on_ended(const net::Ended& ended) {
        bool by_peer = ended.ending != net::Ending::local && !closing;  // a WebSocket's end is answered by the hub's
        std::string how = (by_peer && opened ? "the hub " : "") + ended.text;
        if (!said.empty()) by_peer = true, how = std::exchange(said, {});
        waiting.clear();
        ++ends_begun;
        tell(ConnectionClosed{connection, by_peer, opened || answered, how});
        ++ends;
        socket.reset();
    }

    void on_opened(const std::string& tls_version) {
        opened = true;
        tell(ConnectionOpened{connection, tls_version});
        for (const auto& send : std::exchange(waiting, {})) send();
    }

    void on_web_socket_ended(const HttpResponse& answer, const std::string& why) {
        if (!opened && answer.status != 0) {
            answered = true;
            tell(UpgradeAnswered{connection, answer});
            said = "the hub refused the WebSocket with HTTP " + std::to_string(answer.status);
        } else if (!closing && (!transport_end || why.starts_with("WebSocket close"))) {
            said = "the hub closed (" + why + ")";
        }
        if (const auto ended = std::exchange(transport_end, std::nullopt)) return on_ended(*ended);
        if (socket) socket->close();
    }

    void upgrade(const std::string& host, const Transport::WebSocket& options, const std::string& tls_version) {
        net::WebSocket::Callbacks callbacks;
        callbacks.write = [self = shared_from_this()](auto bytes) {
            if (self->socket) self->socket->send(bytes);
        };
        callbacks.opened = [self = shared_from_this(), tls_version](const HttpResponse& answer) {
            self->tell(UpgradeAnswered{self->connection, answer});
            self->on_opened(tls_version);
        };
        callbacks.received = [self = shared_from_this()](auto bytes, bool) { self->on_received(bytes); };
        callbacks.ponged = [self = shared_from_this()] { ++self->pongs; };
        callbacks.ended = [self = shared_from_this()](const HttpResponse& answer, const std::string& why) {
            self->on_web_socket_ended(answer, why);
        };
        web_socket = net::WebSocket::connect(loop, host, options.target, options.headers, std::move(callbacks));
    }

    /// False: it is not the certificate that was pinned, and the connection is over.
    bool is_pinned(const net::PeerFacts& facts) {
        const auto shown = facts.certificate ? facts.certificate->sha256_thumbprint : std::string();
        if (pinned.empty()) pinned = shown;
        if (pinned == shown) return true;
        socket->reset();
        return false;
    }

    void connect(const Endpoint& endpoint, const std::optional<net::TlsContext>& tls, const Transport& transport) {
        const auto& over = transport.web_socket;
        if (socket) socket->reset();  // one transport at a time
        decoder = mqtt::StreamDecoder(mqtt::Sender::server, transport.largest_packet);
        undecoded.clear();
        opened = answered = broken = closing = false;
        net::Socket::Callbacks callbacks;
        callbacks.opened = [self = shared_from_this(), over, host = endpoint.host_name,
                            pins = transport.pins_leaf](const net::PeerFacts& facts) {
            if (pins && !self->is_pinned(facts)) return;
            if (over) return self->upgrade(host, *over, facts.tls_version);
            self->on_opened(facts.tls_version);
        };
        callbacks.received = [self = shared_from_this()](auto bytes) {
            if (self->web_socket) return self->web_socket->feed(bytes);
            self->on_received(bytes);
        };
        callbacks.ended = [self = shared_from_this()](const net::Ended& ended) { self->on_transport_ended(ended); };
        socket = net::Socket::connect(loop, endpoint.address, over ? endpoint.https_port : endpoint.mqtt_port, tls,
                                      endpoint.address, std::move(callbacks));
    }

    /// Once the transport stands.
    void act(std::function<void()> send) {
        if (!socket) return;
        if (!opened) return waiting.push_back(std::move(send));
        send();
    }

    void write(const mqtt::Bytes& bytes, Frame frame) {
        act([this, bytes, frame] {
            if (!web_socket) return socket->send(bytes);
            web_socket->send(bytes, frame == Frame::text ? net::WebSocket::Kind::text : net::WebSocket::Kind::binary);
        });
    }

    void close() {
        closing = true;
        if (web_socket && opened) return web_socket->close();
        if (socket) socket->close();
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
        tls = net::TlsContext::client({.ca_pem = endpoint.ca_pem,
                                       .chain_pem = transport.certificate_pem,
                                       .key_pem = transport.key_pem,
                                       .version = transport.version,
                                       .verify = transport.verifies,
                                       .overlooks = transport.overlooks});
    impl_->kept.clear();
    ++impl_->opens;
    impl_->bytes_sent = impl_->pings = impl_->pongs = 0;
    impl_->told_to_end = false;
    impl_->loop.post([impl = impl_, endpoint, tls, transport] { impl->connect(endpoint, tls, transport); });
}

bool Wire::is_open() const { return impl_->opens > impl_->ends_begun; }

bool Wire::is_ending() const {
    return impl_->ends < impl_->opens && (impl_->told_to_end || impl_->ends_begun >= impl_->opens);
}

namespace {

/// Appends the bytes of a packet to the last piece, and cuts it where its chunks end.
void append(std::vector<mqtt::Bytes>& pieces, const mqtt::Bytes& bytes, const std::vector<std::size_t>& chunks) {
    if (pieces.empty()) pieces.emplace_back();
    std::size_t at = 0, number = 0;
    while (!chunks.empty() && bytes.size() - at > chunks[number]) {
        const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        pieces.back().insert(pieces.back().end(), from, from + static_cast<std::ptrdiff_t>(chunks[number]));
        pieces.emplace_back();
        at += chunks[number];
        if (number + 1 < chunks.size()) ++number;
    }
    pieces.back().insert(pieces.back().end(), bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end());
}

std::size_t size_of(const std::vector<mqtt::Bytes>& pieces) {
    std::size_t size = 0;
    for (const auto& piece : pieces) size += piece.size();
    return size;
}

}  // namespace

void Wire::write(std::vector<mqtt::Bytes> pieces, Frame frame) {
    impl_->bytes_sent += size_of(pieces);
    impl_->loop.post([impl = impl_, pieces = std::move(pieces), frame] {
        for (const auto& piece : pieces) impl->write(piece, frame);
    });
}

void Wire::send(const std::vector<WirePacket>& packets, Frame frame) {
    std::vector<mqtt::Bytes> pieces;
    for (const auto& one : packets) append(pieces, mqtt::encode(one.packet, one.distortion), one.chunks);
    for (const auto& one : packets) impl_->inbox.put(PacketSent{impl_->connection, one.packet, one.distortion});
    write(std::move(pieces), frame);
}

void Wire::send_bytes(const mqtt::Bytes& bytes, const std::vector<std::size_t>& chunks) {
    std::vector<mqtt::Bytes> pieces;
    append(pieces, bytes, chunks);
    impl_->inbox.put(BytesSent{impl_->connection, bytes});
    write(std::move(pieces), Frame::binary);
}

void Wire::send_first(const WirePacket& packet, std::size_t size) {
    impl_->kept = mqtt::encode(packet.packet, packet.distortion);
    send_rest(size);
}

void Wire::send_rest(std::optional<std::size_t> size) {
    auto& kept = impl_->kept;
    const auto end = kept.begin() + static_cast<std::ptrdiff_t>(std::min(size.value_or(kept.size()), kept.size()));
    const mqtt::Bytes part(kept.begin(), end);
    kept.erase(kept.begin(), end);
    if (!part.empty()) send_bytes(part);
}

void Wire::send_ping_frame() {
    ++impl_->pings;
    impl_->inbox.put(PingFrameSent{impl_->connection});
    impl_->loop.post([impl = impl_] {
        impl->act([impl] {
            if (impl->web_socket)
                impl->web_socket->ping();
            else
                ++impl->pongs;  // there is nobody to answer
        });
    });
}

void Wire::close() {
    impl_->told_to_end = true;
    impl_->loop.post([impl = impl_] { impl->close(); });
}

void Wire::reset() {
    impl_->told_to_end = true;
    impl_->loop.post([impl = impl_] {
        if (impl->socket) impl->socket->reset();
    });
}

std::uint64_t Wire::bytes_sent() const { return impl_->bytes_sent; }
bool Wire::awaits_pong() const { return impl_->pongs < impl_->pings; }

Wire::Received Wire::received() const {
    const auto opens = impl_->opens.load();
    return {impl_->packets, impl_->publishes, impl_->ends_begun >= opens, impl_->ends >= opens};
}

}  // namespace hubspec::actors
