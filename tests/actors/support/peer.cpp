#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "harness/mqtt/decode.hpp"
#include "harness/mqtt/encode.hpp"
#include "tests/actors/support/world.hpp"

namespace hubspec::test {

TemporaryFile::TemporaryFile(const std::string& text)
    : path_((std::filesystem::temp_directory_path() / "hubspec-test-XXXXXX").string()) {
    ::close(::mkstemp(path_.data()));
    std::ofstream(path_) << text;
}

TemporaryFile::~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

struct Peer::Impl {
    Impl(net::Loop& owner, Script given, const net::TlsContext& context)
        : loop(owner), script(std::move(given)), tls(context) {}

    net::Loop& loop;
    Script script;
    net::TlsContext tls;
    std::unique_ptr<net::Listener> listener;
    std::set<std::shared_ptr<net::Socket>> sockets;
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<mqtt::Bytes> records;  // under mutex, like what follows
    std::vector<net::Ended> ends;

    void note(const mqtt::Bytes& record) {
        {
            const std::lock_guard lock(mutex);
            records.push_back(record);
        }
        changed.notify_all();
    }
    void note(const net::Ended& end) {
        {
            const std::lock_guard lock(mutex);
            ends.push_back(end);
        }
        changed.notify_all();
    }
    template <class Condition>
    void await(const char* what, Condition condition) {
        std::unique_lock lock(mutex);
        if (!changed.wait_until(lock, patience(), condition)) ADD_FAILURE() << what << " did not come";
    }

    void take(net::Accepted accepted) {
        const auto own = std::make_shared<std::weak_ptr<net::Socket>>();
        net::Socket::Callbacks callbacks;
        callbacks.opened = [this, own](const net::PeerFacts&) {
            if (const auto socket = own->lock()) script(*socket, {});
        };
        callbacks.received = [this, own](std::span<const std::uint8_t> bytes) {
            const mqtt::Bytes record(bytes.begin(), bytes.end());
            note(record);
            if (const auto socket = own->lock()) script(*socket, record);
        };
        callbacks.ended = [this, own](const net::Ended& end) {
            note(end);
            sockets.erase(own->lock());
        };
        const auto socket = net::Socket::accept(loop, std::move(accepted), tls, std::move(callbacks));
        *own = socket;
        sockets.insert(socket);
    }
};

Peer::Peer(net::Loop& loop, Script script, const net::TlsContext& tls)
    : impl_(std::make_unique<Impl>(loop, std::move(script), tls)) {
    loop.call([this] {
        impl_->listener =
            std::make_unique<net::Listener>(impl_->loop, "127.0.0.1", std::uint16_t{0},
                                            [this](net::Accepted accepted) { impl_->take(std::move(accepted)); });
    });
}

Peer::~Peer() {
    impl_->loop.call([this] {
        impl_->listener.reset();
        for (const auto& socket : std::exchange(impl_->sockets, {})) socket->reset();
    });
}

std::uint16_t Peer::port() const { return impl_->listener->port(); }

std::vector<mqtt::Bytes> Peer::await_records(std::size_t count) {
    impl_->await("a record", [&] { return impl_->records.size() >= count; });
    const std::lock_guard lock(impl_->mutex);
    return impl_->records;
}

net::Ended Peer::await_end() {
    impl_->await("the end", [&] { return !impl_->ends.empty(); });
    const std::lock_guard lock(impl_->mutex);
    return impl_->ends.empty() ? net::Ended{} : impl_->ends.back();
}

std::vector<mqtt::Packet> Peer::packets_until_end() {
    await_end();
    mqtt::StreamDecoder decoder(mqtt::Sender::client);
    for (const auto& record : await_records(0)) decoder.feed(record);
    std::vector<mqtt::Packet> packets;
    for (auto next = decoder.next();; next = decoder.next()) {
        auto* decoded = std::get_if<mqtt::Decoded>(&next);
        if (decoded == nullptr) return packets;
        packets.push_back(std::move(decoded->packet));
    }
}

Peer::Script answering(std::function<void(net::Socket&, const mqtt::Packet&)> answer) {
    const auto decoder = std::make_shared<mqtt::StreamDecoder>(mqtt::Sender::client);
    return [decoder, answer = std::move(answer)](net::Socket& socket, const mqtt::Bytes& received) {
        if (received.empty()) *decoder = mqtt::StreamDecoder(mqtt::Sender::client);
        decoder->feed(received);
        for (auto next = decoder->next();; next = decoder->next()) {
            const auto* decoded = std::get_if<mqtt::Decoded>(&next);
            if (decoded == nullptr) return;
            answer(socket, decoded->packet);
        }
    };
}

void send(net::Socket& socket, const mqtt::Packet& packet) { socket.send(mqtt::encode(packet)); }

void be_content(net::Socket& socket, const mqtt::Packet& packet) {
    if (std::holds_alternative<mqtt::Connect>(packet)) send(socket, mqtt::Connack{});
    const auto* publish = std::get_if<mqtt::Publish>(&packet);
    if (publish != nullptr && publish->qos == 1) send(socket, mqtt::Puback{publish->packet_id});
}

DeadPort::DeadPort(bool listens) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(descriptor_, generic, size), 0);
    EXPECT_EQ(::getsockname(descriptor_, generic, &size), 0);
    if (listens) {
        EXPECT_EQ(::listen(descriptor_, 16), 0);
    }
    port_ = ntohs(address.sin_port);
}

int DeadPort::accept() const {
    timeval limit{60, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    const int accepted = ::accept(descriptor_, nullptr, nullptr);
    EXPECT_GE(accepted, 0);
    ::setsockopt(accepted, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return accepted;
}

DeadPort::~DeadPort() { ::close(descriptor_); }

}  // namespace hubspec::test
