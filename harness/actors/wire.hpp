#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/actors/endpoint.hpp"
#include "harness/actors/inbox.hpp"
#include "harness/mqtt/encode.hpp"
#include "harness/net/loop.hpp"

namespace hubspec::actors {

/// One packet of a `wire` line, as it must go out.
struct WirePacket {
    mqtt::Packet packet;
    mqtt::Distortion distortion;
    /// Sizes of the pieces in which it goes out, the last of them as often as needed; none: in one. What is left of it
    /// goes out together with the packet behind it.
    std::vector<std::size_t> chunks = {};
};

/// A raw connection: sends what it is told, legal or not, and reports every packet, byte and close that comes back.
class Wire {
public:
    struct Transport {
        bool tls = true;
        net::TlsVersion version = net::TlsVersion::any;
        std::optional<std::string> certificate_pem = {}, key_pem = {};  ///< of the client
        struct WebSocket {
            std::string target;  ///< path and query
            model::HttpHeaders headers;
        };
        std::optional<WebSocket> web_socket = {};
        bool verifies = true;  ///< the hub's certificate
        net::Overlooks overlooks = net::Overlooks::nothing;
        bool pins_leaf = false;                    ///< the hub's first certificate is the only one that is taken
        std::size_t largest_packet = 268'435'460;  ///< what announces more is malformed
    };
    enum class Frame { binary, text };

    Wire(net::Loop& loop, Inbox& inbox, std::string connection);
    ~Wire();  ///< resets what is still open

    /// Starts to connect; ConnectionOpened or ConnectionClosed follows. What is sent meanwhile waits for it. A
    /// transport that is still open is reset first.
    void open(const Endpoint& endpoint, const Transport& transport);
    bool is_open() const;
    /// The end has begun or was asked for, and is not counted in `received` yet.
    bool is_ending() const;

    /// All of them in one write, so in one TLS record where it fits, or in one WebSocket frame; in pieces where chunks
    /// say so.
    void send(const std::vector<WirePacket>& packets, Frame frame = Frame::binary);
    void send_bytes(const mqtt::Bytes& bytes, const std::vector<std::size_t>& chunks = {});
    /// Only the beginning of a packet; the rest is kept for send_rest().
    void send_first(const WirePacket& packet, std::size_t size);
    /// So many bytes of what was kept, or all of it.
    void send_rest(std::optional<std::size_t> size);
    void send_ping_frame();

    void close();  ///< of a WebSocket its close frame; TLS close_notify and FIN
    void reset();  ///< RST

    /// How many PUBLISH packets and packets of any kind have come so far, and whether the end has: it has `ended`
    /// before the event is told, and is `closed` after it.
    struct Received {
        std::uint64_t packets = 0;
        std::uint64_t publishes = 0;
        bool ended = false;
        bool closed = false;
        std::uint64_t to_acknowledge = 0;  ///< of a device: at QoS 1, each of which Paho answers by itself
    };
    Received received() const;
    /// Bytes of MQTT since the transport was opened; they may still be on their way.
    std::uint64_t bytes_sent() const;
    /// A WebSocket ping is on its way, or its pong.
    bool awaits_pong() const;

private:
    void write(std::vector<mqtt::Bytes> pieces, Frame frame);

    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace hubspec::actors
