#include "tests/actors/support/world.hpp"

#include <gtest/gtest.h>

#include "fixtures/pki/pki.hpp"
#include "harness/iothub/sas_token.hpp"

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

std::int64_t now() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace

const std::string& other_root_pem() {
    static const std::string pem = pki::make_root("another root").certificate_pem;
    return pem;
}

net::TlsContext context_of_another_name() {
    const auto server = pki::make_server(certificates().root, {"other.example", {"other.example"}, {"127.0.0.9"}});
    return net::TlsContext::server(server.certificate_pem, server.key_pem);
}

World::World() : key_(iothub::base64_encode(mqtt::Bytes(32, 9))), ca_file_(certificates().root.certificate_pem) {
    loop_.start();
    hub::Settings settings;
    settings.host_name = host_name;
    settings.random = [](std::size_t size) { return mqtt::Bytes(size, 5); };
    server_ = std::make_unique<hub::Server>(loop_, certificates().context(), hub::ServerOptions{},
                                            hub::Hub(std::move(settings), hub::Policy{}));
    server_->with_hub([&](hub::Hub& hub, hub::Time at) {
        for (const auto* id : {"d1", "d2"}) hub.provision({id, key_, key_}, at);
    });
    endpoint_.host_name = host_name;
    endpoint_.address = "127.0.0.1";
    endpoint_.mqtt_port = server_->mqtt_port();
    endpoint_.https_port = server_->https_port();
    endpoint_.amqp_port = server_->amqp_port();
    endpoint_.ca_file = ca_file_.path();
    endpoint_.ca_pem = certificates().root.certificate_pem;
    endpoint_.connect_timeout = std::chrono::seconds(30);
}

actors::Endpoint World::endpoint_at(std::uint16_t mqtt_port) const {
    auto endpoint = endpoint_;
    endpoint.mqtt_port = mqtt_port;
    return endpoint;
}

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

Peer::Peer(net::Loop& loop, Script script) : Peer(loop, std::move(script), certificates().context()) {}

void World::complain(const char* what) {
    has_complained_ = true;
    ADD_FAILURE() << what;
}

}  // namespace hubspec::test
