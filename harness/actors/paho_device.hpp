#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/mqtt/packet.hpp"

namespace hubspec::actors {

/// Hears what a PahoDevice observes, in order. Called on Paho's threads: implementations only enqueue.
struct PahoObserver {
    virtual ~PahoObserver() = default;
    /// CONNACK, SUBACK, UNSUBACK and PUBACK as Paho's tokens tell of them; PUBLISH as delivered.
    virtual void on_packet(mqtt::Packet packet) = 0;
    /// The connection has ended, or never came about; `had_transport`: TCP and TLS had stood.
    virtual void on_closed(std::string how, bool had_transport) = 0;
};

struct PahoConnect {
    std::string server_uri;  ///< "ssl://127.0.0.1:8883"; its host is what the certificate is checked against
    mqtt::Connect packet;
    std::string ca_file;  ///< PEM; empty: the system's roots, which Paho reads anew at every connection
    std::chrono::milliseconds connect_timeout{10'000};
    std::string credential_file = {};  ///< PEM of the client's certificate, chain and key; empty: none
};

/// One connection of Eclipse Paho C++. Every call returns at once; what Paho itself refuses to send throws
/// std::invalid_argument.
class PahoDevice {
public:
    explicit PahoDevice(PahoObserver& observer);
    ~PahoDevice();  ///< after it the observer is not called any more
    PahoDevice(const PahoDevice&) = delete;
    PahoDevice& operator=(const PahoDevice&) = delete;

    void connect(const PahoConnect& options);
    void subscribe(const std::vector<mqtt::Subscription>& subscriptions);
    void unsubscribe(const std::vector<std::string>& filters);
    void publish(const mqtt::Publish& packet);
    /// DISCONNECT, then the connection closes; once CONNACK has come, if it has not yet.
    void disconnect();
    /// The connection is cut without DISCONNECT: its socket is shut down under Paho, as soon as it has one.
    void drop();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace hubspec::actors
