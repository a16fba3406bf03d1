#include "tests/hub/server/support/serving.hpp"

#include "harness/iothub/sas_token.hpp"
#include "harness/mqtt/encode.hpp"

namespace hubspec::hub::test {

namespace {

struct Certificates {
    pki::Credential root = pki::make_root("test root");
    pki::Credential server = pki::make_server(root, {"hub.example", {"hub.example"}, {"127.0.0.1"}});
};

const Certificates& certificates() {
    static const Certificates all;
    return all;
}

const mqtt::Bytes device_key(32, 9);

std::string token(const std::string& resource, const mqtt::Bytes& key, const std::optional<std::string>& policy) {
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    return iothub::make_sas_token({resource, key, now.count() + 3600, policy});
}

}  // namespace

Serving::Serving(unsigned threads, const Bounds& bounds)
    : client_tls_(net::TlsContext::client({.ca_pem = certificates().root.certificate_pem,
                                           .chain_pem = {},
                                           .key_pem = {},
                                           .version = net::TlsVersion::any,
                                           .verify = true})) {
    loop_.start();
    clients_.start();
    Settings settings;
    settings.host_name = "hub.example";
    settings.bounds = bounds;
    settings.random = [next = std::uint8_t{0}](std::size_t size) mutable { return mqtt::Bytes(size, ++next); };
    const auto tls = net::TlsContext::server(certificates().server.certificate_pem, certificates().server.key_pem);
    ServerOptions options;
    options.threads = threads;
    server_ = std::make_unique<Server>(loop_, tls, options, Hub(std::move(settings), Policy{}));
    server_->with_hub([&](Hub& hub, Time) { key_ = find_policy(hub.settings(), "iothubowner")->primary_key; });
    provision("D");
}

void Serving::provision(const std::string& device_id) {
    server_->with_hub([&](Hub& hub, Time now) {
        hub.provision({device_id, iothub::base64_encode(device_key), {}}, now);
    });
}

Serving::~Serving() = default;

std::string Serving::service_token() const { return token("hub.example", *iothub::base64_decode(key_), "iothubowner"); }
std::string Serving::device_token(const std::string& device_id) const {
    return token("hub.example/devices/" + device_id, device_key, std::nullopt);
}

std::string Serving::connect_packet(const std::string& device_id) const {
    const auto token = device_token(device_id);
    mqtt::Connect connect;
    connect.client_id = device_id;
    connect.user_name = "hub.example/" + device_id + "/?api-version=2021-04-12";
    connect.password = mqtt::Bytes(token.begin(), token.end());
    const auto bytes = mqtt::encode(connect);
    return {bytes.begin(), bytes.end()};
}

std::string Serving::request(const std::string& method, const std::string& target, const std::string& token,
                             const std::string& headers, const std::string& body) {
    return method + " " + target + (target.find('?') == std::string::npos ? "?" : "&") +
           "api-version=2021-04-12 HTTP/1.1\r\nHost: hub.example\r\nAuthorization: " + token + "\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace hubspec::hub::test
