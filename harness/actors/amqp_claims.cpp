#include "harness/actors/amqp_claims.hpp"

#include <proton/connection.hpp>
#include <proton/delivery.hpp>
#include <proton/error_condition.hpp>
#include <proton/receiver_options.hpp>
#include <proton/sender_options.hpp>
#include <proton/source_options.hpp>
#include <proton/target_options.hpp>
#include <proton/transport.hpp>

#include "harness/net/amqp_message.hpp"

namespace hubspec::actors {

void ClaimsHandler::on_connection_open(proton::connection& connection) {
    connection.open_receiver("$cbs", proton::receiver_options().target(proton::target_options().address("cbs")));
    requests_ = connection.open_sender("$cbs");
}

void ClaimsHandler::on_sender_open(proton::sender& link) {
    if (link != requests_) return;
    proton::message request;
    request.id(std::string("1"));
    request.to("$cbs");
    request.reply_to("cbs");
    net::set_properties(request,
                        {{"operation", "put-token"}, {"type", "servicebus.windows.net:sastoken"}, {"name", audience_}});
    request.body(token_);
    link.send(request);
}

void ClaimsHandler::on_message(proton::delivery& delivery, proton::message& message) {
    std::string status, description;
    for (const auto& [name, value] : net::properties_of(message)) {
        if (name == "status-code") status = value.value_or("");
        if (name == "status-description") description = value.value_or("");
    }
    auto connection = delivery.connection();
    if (status == "200" || status == "202") return granted(connection);
    failed("the hub refuses the token of the shared access policy: " + status + " " + description);
}

void ClaimsHandler::on_transport_error(proton::transport& transport) { failed(transport.error().what()); }
void ClaimsHandler::on_connection_error(proton::connection& connection) { failed(connection.error().what()); }
void ClaimsHandler::on_error(const proton::error_condition& error) { failed(error.what()); }

net::AmqpAddress address_of(const Endpoint& endpoint) {
    if (endpoint.amqp_in_web_socket)
        return {endpoint.address, endpoint.https_port, endpoint.host_name, endpoint.web_socket_path};
    return {endpoint.address, endpoint.amqp_port, endpoint.host_name, {}};
}

net::TlsContext tls_of(const Endpoint& endpoint) {
    net::TlsContext::ClientOptions options;
    options.ca_pem = endpoint.ca_pem;
    return net::TlsContext::client(options);
}

std::string amqp_failure(const net::AmqpAddress& address, const std::string& why) {
    return "AMQP at " + address.host + ":" + std::to_string(address.port) +
           (address.web_socket_path.empty() ? "" : " (WebSocket)") + ": " + why;
}

}  // namespace hubspec::actors
