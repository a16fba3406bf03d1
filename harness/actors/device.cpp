#include "harness/actors/device.hpp"

#include <atomic>

#include "harness/actors/paho_device.hpp"

namespace hubspec::actors {

using namespace model;

struct Device::Impl : PahoObserver {
    Impl(Inbox& events, std::string name) : inbox(events), connection(std::move(name)) {}

    Inbox& inbox;
    std::string connection;
    std::atomic<bool> established = false, leaving = false, ended = false, closed = false;
    std::atomic<std::uint64_t> packets = 0, publishes = 0, to_acknowledge = 0;
    PahoDevice paho{*this};  // last: gone first, and with it all calls to this

    void on_packet(mqtt::Packet packet) override {
        if (const auto* connack = std::get_if<mqtt::Connack>(&packet)) {
            established = true;
            if (connack->return_code != 0) leaving = true;  // Paho closes by itself; a wire line sees what the hub does
            inbox.put(ConnectionOpened{connection, {}});
        }
        const auto* message = std::get_if<mqtt::Publish>(&packet);
        const bool publish = message != nullptr;
        if (publish && message->qos == 1) ++to_acknowledge;
        inbox.put(PacketReceived{connection, std::move(packet), true});
        ++packets;
        if (publish) ++publishes;
    }

    void on_closed(std::string how, bool had_transport) override {
        ended = true;
        if (had_transport && !established.exchange(true)) inbox.put(ConnectionOpened{connection, {}});
        inbox.put(ConnectionClosed{connection, !leaving, established, std::move(how)});
        closed = true;
    }
};

Device::Device(Inbox& inbox, std::string connection) : impl_(std::make_unique<Impl>(inbox, std::move(connection))) {}
Device::~Device() = default;

void Device::connect(const Endpoint& endpoint, const mqtt::Connect& packet, bool over_web_socket,
                     const std::string& credential_file) {
    impl_->inbox.put(PacketSent{impl_->connection, packet, {}, true});
    const auto uri = over_web_socket ? "wss://" + endpoint.address + ":" + std::to_string(endpoint.https_port) +
                                           endpoint.web_socket_path
                                     : "ssl://" + endpoint.address + ":" + std::to_string(endpoint.mqtt_port);
    impl_->paho.connect({uri, packet, endpoint.ca_file, endpoint.connect_timeout, credential_file});
}

void Device::subscribe(const mqtt::Subscribe& packet) {
    impl_->inbox.put(PacketSent{impl_->connection, packet, {}, true});
    impl_->paho.subscribe(packet.subscriptions);
}

void Device::unsubscribe(const mqtt::Unsubscribe& packet) {
    impl_->inbox.put(PacketSent{impl_->connection, packet, {}, true});
    impl_->paho.unsubscribe(packet.filters);
}

void Device::publish(const mqtt::Publish& packet) {
    impl_->inbox.put(PacketSent{impl_->connection, packet, {}, true});
    impl_->paho.publish(packet);
}

void Device::disconnect() {
    impl_->leaving = true;
    impl_->inbox.put(PacketSent{impl_->connection, mqtt::Disconnect{}, {}, true});
    impl_->paho.disconnect();
}

void Device::drop() {
    impl_->leaving = true;
    impl_->paho.drop();
}

Wire::Received Device::received() const {
    return {impl_->packets, impl_->publishes, impl_->ended, impl_->closed, impl_->to_acknowledge};
}

}  // namespace hubspec::actors
