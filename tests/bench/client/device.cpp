#include "tests/bench/client/device.hpp"

#include <ctime>

#include "harness/iothub/sas_token.hpp"

namespace hubspec::bench {

namespace {

constexpr std::uint8_t mask[4] = {0x37, 0xfa, 0x21, 0x3d};

void put_length(Bytes& out, std::size_t length) {
    do {
        out.push_back(static_cast<std::uint8_t>((length % 128) | (length >= 128 ? 0x80U : 0U)));
        length /= 128;
    } while (length > 0);
}
void put_two(Bytes& out, std::size_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8U));
    out.push_back(static_cast<std::uint8_t>(value));
}
void put_text(Bytes& out, std::string_view text) {
    put_two(out, text.size());
    out.insert(out.end(), text.begin(), text.end());
}
Bytes packet_of(std::uint8_t first, const Bytes& body) {
    Bytes out{first};
    put_length(out, body.size());
    out.insert(out.end(), body.begin(), body.end());
    return out;
}

Bytes connect_packet(const Server& server, const std::string& id) {
    Bytes body;
    put_text(body, "MQTT");
    body.push_back(4);
    body.push_back(0xC2);  // user name, password, clean session
    put_two(body, server.keep_alive);
    put_text(body, id);
    put_text(body, server.host_name + "/" + id + "/?api-version=2021-04-12");
    put_text(body, password_of(server, id));
    return packet_of(0x10, body);
}

Bytes frame_of(std::span<const std::uint8_t> payload) {
    Bytes out{0x82};
    if (payload.size() < 126) {
        out.push_back(static_cast<std::uint8_t>(0x80U | payload.size()));
    } else {
        out.push_back(0x80U | 126U);
        put_two(out, payload.size());
    }
    out.insert(out.end(), std::begin(mask), std::end(mask));
    for (std::size_t i = 0; i < payload.size(); ++i) out.push_back(payload[i] ^ mask[i % 4]);
    return out;
}

std::string upgrade_of(const std::string& host_name) {
    return "GET /$iothub/websocket HTTP/1.1\r\nHost: " + host_name +
           "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

std::string password_of(const Server& server, const std::string& id) {
    const auto key = iothub::base64_decode(server.key);
    return iothub::make_sas_token({server.host_name + "/devices/" + id, key.value_or(Bytes{}),
                                   static_cast<std::int64_t>(std::time(nullptr)) + 24 * 3600, std::nullopt});
}

Bytes publish_packet(std::string_view topic, std::string_view payload, std::uint8_t qos, std::uint16_t id) {
    Bytes body;
    put_text(body, topic);
    if (qos > 0) put_two(body, id);
    body.insert(body.end(), payload.begin(), payload.end());
    return packet_of(static_cast<std::uint8_t>(0x30U | (qos * 2U)), body);
}

Bytes subscribe_packet(std::string_view filter, std::uint8_t qos, std::uint16_t id) {
    Bytes body;
    put_two(body, id);
    put_text(body, filter);
    body.push_back(qos);
    return packet_of(0x82, body);
}

Bytes puback_packet(std::uint16_t id) {
    Bytes body;
    put_two(body, id);
    return packet_of(0x40, body);
}

Device::Device(Poller& poller, SSL_CTX* context, const Server& server, std::size_t number, const Events& events,
               SSL_SESSION* session)
    : poller_(poller),
      server_(server),
      number_(number),
      id_(server.prefix + std::to_string(number)),
      events_(events),
      channel_(context, connect_socket(server.port, number), server.host_name, session) {
    poller_.add(channel_.descriptor(), this, true);
}

void Device::send(std::span<const std::uint8_t> packet) {
    if (server_.is_web_socket && state_ != State::shaking_hands && state_ != State::upgrading)
        channel_.write(frame_of(packet));
    else
        channel_.write(packet);
}

void Device::flush() {
    if (state_ == State::lost) return;
    if (!channel_.flush()) return lose("the connection ended while it was written to");
    watch();
}

void Device::watch() {
    if (channel_.wants_to_write() == is_watched_for_writing_) return;
    is_watched_for_writing_ = channel_.wants_to_write();
    poller_.change(channel_.descriptor(), this, is_watched_for_writing_);
}

void Device::lose(const std::string& how) {
    if (state_ == State::lost) return;
    state_ = State::lost;
    poller_.remove(channel_.descriptor());
    events_.lost(*this, how);
}

void Device::on_ready() {
    if (state_ == State::lost) return;
    const bool goes_on = channel_.advance();
    if (state_ == State::shaking_hands && channel_.is_established()) move_on();
    if (state_ == State::upgrading) take_upgrade();
    if (state_ == State::connecting || state_ == State::up) {
        if (server_.is_web_socket) {
            take_frames();
        } else {
            std::size_t taken = 0;
            take_packets(channel_.received(), taken);
            channel_.consume(taken);
        }
    }
    if (state_ == State::lost) return;
    if (!goes_on) return lose("the server closed the connection");
    flush();
}

void Device::move_on() {
    if (server_.is_web_socket && state_ == State::shaking_hands) {
        state_ = State::upgrading;
        channel_.write(bytes_of(upgrade_of(server_.host_name)));
    } else {
        state_ = State::connecting;
        send(connect_packet(server_, id_));
    }
}

void Device::take_upgrade() {
    const auto bytes = channel_.received();
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) return;
    if (!text.starts_with("HTTP/1.1 101")) return lose("no WebSocket: " + std::string(text.substr(0, text.find('\r'))));
    channel_.consume(end + 4);
    move_on();
}

// A server's frames have no mask, and lengths below 64 KiB here.
void Device::take_frames() {
    for (;;) {
        const auto bytes = channel_.received();
        if (bytes.size() < 2) break;
        const std::size_t head = (bytes[1] & 0x7FU) == 126 ? 4 : 2;
        if (bytes.size() < head) break;
        const std::size_t length = head == 4 ? bytes[2] * 256U + bytes[3] : (bytes[1] & 0x7FU);
        if (bytes.size() < head + length) break;
        if ((bytes[0] & 0x0FU) == 8) return lose("the server closed the WebSocket");
        const auto payload = bytes.subspan(head, length);
        if ((bytes[0] & 0x0FU) <= 2) frames_.insert(frames_.end(), payload.begin(), payload.end());
        channel_.consume(head + length);
    }
    std::size_t taken = 0;
    take_packets(frames_, taken);
    frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(taken));
}

void Device::take_packets(std::span<const std::uint8_t> bytes, std::size_t& taken) {
    while (state_ != State::lost) {
        const auto left = bytes.subspan(taken);
        std::size_t length = 0, head = 1;
        for (std::size_t factor = 1;; factor *= 128) {
            if (left.size() <= head) return;
            length += (left[head] & 0x7FU) * factor;
            if ((left[head++] & 0x80U) == 0) break;
        }
        if (left.size() < head + length) return;
        taken += head + length;
        take({left[0], left.subspan(head, length)});
    }
}

void Device::take(const Packet& packet) {
    if (state_ == State::up) {
        if (events_.received) events_.received(*this, packet);
        return;
    }
    if (packet.type() != 2 || packet.body.size() != 2 || packet.body[1] != 0)
        return lose("CONNECT was answered with " + std::to_string(packet.type()) + "/" +
                    (packet.body.size() < 2 ? "-" : std::to_string(packet.body[1])));
    state_ = State::up;
    if (events_.connected) events_.connected(*this);
}

}  // namespace hubspec::bench
