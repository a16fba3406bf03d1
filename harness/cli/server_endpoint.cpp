#include "harness/cli/server_endpoint.hpp"

namespace hubspec::cli {

actors::Endpoint endpoint_of(const hub::Server& server, const std::string& host_name, const std::string& events_entity,
                             const TestPki& pki) {
    actors::Endpoint endpoint;
    endpoint.host_name = host_name;
    endpoint.address = "127.0.0.1";
    endpoint.mqtt_port = server.mqtt_port();
    endpoint.https_port = server.https_port();
    endpoint.amqp_port = server.amqp_port();
    auto& events = endpoint.events.emplace();
    events.host_name = host_name;
    events.address = endpoint.address;
    events.port = server.amqp_port();
    events.entity = events_entity;
    endpoint.ca_file = pki.ca_file;
    endpoint.ca_pem = pki.ca_pem;
    return endpoint;
}

}  // namespace hubspec::cli
