#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "harness/net/tls_context.hpp"

namespace hubspec::actors {

/// Where a hub's telemetry is read: its Event Hubs-compatible endpoint.
struct EventsEndpoint {
    std::string host_name;  ///< for the certificate
    std::string address;    ///< where to connect
    std::uint16_t port = 5671;
    std::uint16_t web_socket_port = 0;  ///< of HTTPS, where the other is closed; 0: AMQP is not in a WebSocket
    std::string entity;
    std::string consumer_group = "$Default";
    std::string policy, key;  ///< of shared access; empty: those of the service API

    bool operator==(const EventsEndpoint&) const = default;
};

/// Where a hub is and how it is trusted.
struct Endpoint {
    std::string host_name;  ///< the hub's full name: user names, token scopes, certificate
    std::string address;    ///< where to connect; an IP address or the host name
    std::uint16_t mqtt_port = 8883;
    std::uint16_t https_port = 443;
    std::uint16_t amqp_port = 5671;
    bool amqp_in_web_socket = false;       ///< over the HTTPS port, where 5671 is closed
    std::optional<EventsEndpoint> events;  ///< nullopt: the hub says where it is (X-EH-02)
    std::string web_socket_path = "/$iothub/websocket";
    std::string ca_file;  ///< PEM; empty: the system's roots
    std::string ca_pem;   ///< its text
    std::chrono::milliseconds connect_timeout{10'000};

    /// Whether no proxy lies on the way: to an address that was given, or to this machine.
    bool is_direct() const {
        return address != host_name || address == "localhost" || address == "::1" || address.starts_with("127.");
    }
};

/// A device or module identity with what it needs to prove itself.
struct Identity {
    std::string name;  ///< in the scenario: "device"
    std::string device_id;
    std::string primary_key;           ///< Base64
    std::string secondary_key;         ///< Base64
    std::string former_key;            ///< Base64; the primary key before it was changed
    std::string module_id = {};        ///< empty: a device
    std::string certificate_pem = {};  ///< with its chain; empty: it proves itself with a token
    std::string key_pem = {};
    std::string primary_thumbprint = {}, secondary_thumbprint = {};  ///< that the hub knows it by; empty: by its CA
    std::string credential_file = {};  ///< both in one file, for clients that read files only

    bool has_certificate() const { return !certificate_pem.empty(); }
    std::string client_id() const { return module_id.empty() ? device_id : device_id + "/" + module_id; }
    /// As topics and resources name it, after "devices/".
    std::string path() const { return module_id.empty() ? device_id : device_id + "/modules/" + module_id; }
};

}  // namespace hubspec::actors
