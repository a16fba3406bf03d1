#pragma once

#include <functional>
#include <proton/message.hpp>
#include <proton/messaging_handler.hpp>
#include <proton/receiver.hpp>
#include <proton/sender.hpp>
#include <string>

#include "harness/actors/endpoint.hpp"
#include "harness/actors/service.hpp"
#include "harness/net/amqp_client.hpp"

/// What the files of AMQP's back end share. Included by the .cpp files of this room only.
namespace hubspec::actors {

/// Shows a token on `$cbs` when the connection is open, and calls `granted` when the hub takes it (X-AMQP-03).
class ClaimsHandler : public proton::messaging_handler {
public:
    ClaimsHandler(std::string audience, std::string token) : audience_(std::move(audience)), token_(std::move(token)) {}

    virtual void granted(proton::connection& connection) = 0;
    virtual void failed(const std::string& why) = 0;

    void on_connection_open(proton::connection& connection) override;
    void on_sender_open(proton::sender& link) override;
    void on_message(proton::delivery& delivery, proton::message& message) override;
    void on_transport_error(proton::transport& transport) override;
    void on_connection_error(proton::connection& connection) override;
    void on_error(const proton::error_condition& error) override;

private:
    std::string audience_, token_;
    proton::sender requests_;
};

net::AmqpAddress address_of(const Endpoint& endpoint);
net::TlsContext tls_of(const Endpoint& endpoint);
/// "AMQP at host:port: why"
std::string amqp_failure(const net::AmqpAddress& address, const std::string& why);

}  // namespace hubspec::actors
