#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "harness/mqtt/packet.hpp"
#include "harness/net/asio_loop.hpp"
#include "harness/net/web_socket.hpp"

using namespace hubspec;

namespace {

const model::HttpRequest upgrade{"GET",
                                 "/$iothub/websocket",
                                 {{"Host", "h"},
                                  {"Upgrade", "websocket"},
                                  {"Connection", "Upgrade"},
                                  {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                                  {"Sec-WebSocket-Version", "13"},
                                  {"Sec-WebSocket-Protocol", "mqtt"}},
                                 {}};

struct Heard {
    mqtt::Bytes payload;
    std::vector<std::size_t> ends;  ///< of messages, in the payload
    int pings = 0, over = 0;
    bool operator==(const Heard&) const = default;
};

Heard hear(std::span<const std::uint8_t> bytes, std::size_t piece) {
    net::Loop loop;
    Heard heard;
    net::WebSocket::Callbacks callbacks;
    callbacks.write = [](std::span<const std::uint8_t>) {};
    callbacks.opened = [](const model::HttpResponse&) {};
    callbacks.received = [&](std::span<const std::uint8_t> part, bool ends) {
        if (heard.over > 0) std::abort();
        heard.payload.insert(heard.payload.end(), part.begin(), part.end());
        if (ends) heard.ends.push_back(heard.payload.size());
    };
    callbacks.pinged = [&] { ++heard.pings; };
    callbacks.ended = [&](const model::HttpResponse&, const std::string&) { ++heard.over; };
    const auto socket = net::WebSocket::accept(loop, upgrade, "mqtt", std::move(callbacks));
    const auto settle = [&] { loop.impl().context.poll(); };
    settle();
    while (!bytes.empty()) {
        const auto part = bytes.first(std::min(piece, bytes.size()));
        bytes = bytes.subspan(part.size());
        socket->feed(part);
        settle();
    }
    socket->finish();
    settle();
    return heard;
}

}  // namespace

/// Whatever frames come, in whatever pieces: the payload is the same, and the end is told once.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::uint8_t> bytes(data, size);
    const auto whole = hear(bytes, size);
    if (whole.over != 1) std::abort();
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2} + size % 61})
        if (hear(bytes, piece) != whole) std::abort();
    return 0;
}
