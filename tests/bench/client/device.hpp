#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tests/bench/client/channel.hpp"
#include "tests/bench/client/poller.hpp"

namespace hubspec::bench {

/// Where the server is, and how devices prove themselves there.
struct Server {
    std::uint16_t port = 0;
    bool is_web_socket = false;
    std::string ca_file, host_name, key, prefix, tls;
    std::uint16_t keep_alive = 0;
    int pid = 0;  ///< of the server's process; 0: its processor time is not asked for
};

/// A control packet as it came: its first byte and what follows the length.
struct Packet {
    std::uint8_t first = 0;
    std::span<const std::uint8_t> body;
    int type() const { return first >> 4; }
    /// Of PUBACK, SUBACK.
    std::uint16_t id() const { return body.size() < 2 ? 0 : static_cast<std::uint16_t>(body[0] * 256 + body[1]); }
};

Bytes publish_packet(std::string_view topic, std::string_view payload, std::uint8_t qos, std::uint16_t id);
Bytes subscribe_packet(std::string_view filter, std::uint8_t qos, std::uint16_t id);
Bytes puback_packet(std::uint16_t id);
inline constexpr std::uint8_t pingreq_packet[] = {0xC0, 0};

/// One device on one connection: TLS, or a WebSocket in it, then CONNECT.
class Device final : public Waiting {
public:
    struct Events {
        std::function<void(Device&)> connected;  ///< CONNACK 0 has come
        std::function<void(Device&, const Packet&)> received;
        std::function<void(Device&, const std::string& how)> lost;
    };
    /// `number` makes its id and its source address. `session`: to resume.
    Device(Poller& poller, SSL_CTX* context, const Server& server, std::size_t number, const Events& events,
           SSL_SESSION* session = nullptr);

    /// Queues a packet; it leaves with flush(), or when the device has heard something.
    void send(std::span<const std::uint8_t> packet);
    void flush();
    const std::string& id() const { return id_; }
    std::size_t number() const { return number_; }
    Channel& channel() { return channel_; }
    void on_ready() override;

private:
    enum class State { shaking_hands, upgrading, connecting, up, lost };
    void move_on();
    void take_upgrade();
    void take_frames();
    void take_packets(std::span<const std::uint8_t> bytes, std::size_t& taken);
    void take(const Packet& packet);
    void lose(const std::string& how);
    void watch();

    Poller& poller_;
    const Server& server_;
    std::size_t number_;
    std::string id_;
    const Events& events_;
    Channel channel_;
    State state_ = State::shaking_hands;
    bool is_watched_for_writing_ = true;
    Bytes frames_;  ///< of a WebSocket: what its frames held
};

/// A token that holds for a day.
std::string password_of(const Server& server, const std::string& id);

}  // namespace hubspec::bench
