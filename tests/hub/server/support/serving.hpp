#pragma once

#include <memory>
#include <string>

#include "fixtures/hub/server/server.hpp"
#include "fixtures/pki/pki.hpp"
#include "harness/net/socket.hpp"
#include "tests/hub/support/talk.hpp"

namespace hubspec::hub::test {

/// A server on real sockets with the device "D", and what its clients need.
class Serving {
public:
    explicit Serving(unsigned threads = 1, const Bounds& bounds = {});
    ~Serving();

    Server& server() { return *server_; }
    /// Of clients, that a test may hold up.
    net::Loop& clients() { return clients_; }
    const net::TlsContext& tls() const { return client_tls_; }
    Talk https() { return {clients_, server_->https_port(), tls()}; }
    Talk mqtt() { return {clients_, server_->mqtt_port(), tls()}; }
    /// Another device, with the key of the first.
    void provision(const std::string& device_id);

    /// Tokens of the back end and of the device.
    std::string service_token() const;
    std::string device_token(const std::string& device_id = "D") const;
    /// The first packet of a device.
    std::string connect_packet(const std::string& device_id = "D") const;
    /// The text of a request.
    static std::string request(const std::string& method, const std::string& target, const std::string& token,
                               const std::string& headers = {}, const std::string& body = {});

private:
    net::Loop loop_, clients_;
    net::TlsContext client_tls_;
    std::string key_;
    std::unique_ptr<Server> server_;
};

}  // namespace hubspec::hub::test
