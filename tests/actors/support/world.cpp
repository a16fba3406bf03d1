#include "tests/actors/support/world.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "fixtures/pki/pki.hpp"
#include "harness/iothub/sas_token.hpp"
#include "harness/net/socket.hpp"

namespace hubspec::test {

namespace {

constexpr const char* host_name = "hub.example";

struct Certificates {
    pki::Credential root = pki::make_root("test root");
    pki::Credential server = pki::make_server(root, {host_name, {host_name, "localhost"}, {"127.0.0.1"}});
    net::TlsContext context() const {
        return net::TlsContext::server(server.certificate_pem + root.certificate_pem, server.key_pem);
    }
};

const Certificates& certificates() {
    static const Certificates all;
    return all;
}

std::string temporary_file(const std::string& text) {
    std::string path = (std::filesystem::temp_directory_path() / "hubspec-ca-XXXXXX").string();
    ::close(::mkstemp(path.data()));
    std::ofstream(path) << text;
    return path;
}

std::int64_t now() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace

World::World()
    : key_(iothub::base64_encode(mqtt::Bytes(32, 9))), ca_file_(temporary_file(certificates().root.certificate_pem)) {
    loop_.start();
    hub::Settings settings;
    settings.host_name = host_name;
    settings.random = [](std::size_t size) { return mqtt::Bytes(size, 5); };
    server_ = std::make_unique<hub::Server>(loop_, certificates().context(), hub::ServerOptions{},
                                            hub::Hub(std::move(settings), hub::Policy{}));
    server_->with_hub([&](hub::Hub& hub, hub::Time at) {
        for (const auto* id : {"d1", "d2"}) hub.provision({id, key_, key_}, at);
    });
    endpoint_ = {host_name,
                 "127.0.0.1",
                 server_->mqtt_port(),
                 server_->https_port(),
                 ca_file_,
                 certificates().root.certificate_pem,
                 std::chrono::seconds(30)};
}

World::~World() { std::filesystem::remove(ca_file_); }

actors::ServiceAccess World::service_access() {
    actors::ServiceAccess access{"iothubowner", {}};
    server_->with_hub([&](hub::Hub& hub, hub::Time) {
        for (const auto& one : hub.settings().policies)
            if (one.name == access.policy) access.key = one.primary_key;
    });
    return access;
}

mqtt::Connect World::connect_packet(const std::string& device, const std::string& key) const {
    mqtt::Connect packet;
    packet.client_id = device;
    packet.keep_alive = 60;
    packet.user_name = std::string(host_name) + "/" + device + "/?api-version=2021-04-12";
    const auto token =
        iothub::make_sas_token({std::string(host_name) + "/devices/" + device,
                                *iothub::base64_decode(key.empty() ? key_ : key), now() + 3600, std::nullopt});
    packet.password = mqtt::Bytes(token.begin(), token.end());
    return packet;
}

void World::complain(const char* what) {
    has_complained_ = true;
    ADD_FAILURE() << what;
}

struct Peer::Impl {
    Impl(net::Loop& owner, Script given) : loop(owner), script(std::move(given)) {}

    net::Loop& loop;
    Script script;
    net::TlsContext tls = certificates().context();
    std::unique_ptr<net::Listener> listener;
    std::set<std::shared_ptr<net::Socket>> sockets;

    void take(net::Accepted accepted) {
        const auto own = std::make_shared<std::weak_ptr<net::Socket>>();
        net::Socket::Callbacks callbacks;
        const auto act = [this, own](const mqtt::Bytes& received) {
            const auto socket = own->lock();
            if (socket)
                script([socket](const mqtt::Bytes& bytes) { socket->send(bytes); }, [socket] { socket->close(); },
                       received);
        };
        callbacks.opened = [act](const net::PeerFacts&) { act({}); };
        callbacks.received = [act](std::span<const std::uint8_t> bytes) {
            act(mqtt::Bytes(bytes.begin(), bytes.end()));
        };
        callbacks.ended = [this, own](const net::Ended&) { sockets.erase(own->lock()); };
        const auto socket = net::Socket::accept(loop, std::move(accepted), tls, std::move(callbacks));
        *own = socket;
        sockets.insert(socket);
    }
};

Peer::Peer(net::Loop& loop, Script script) : impl_(std::make_unique<Impl>(loop, std::move(script))) {
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

}  // namespace hubspec::test
