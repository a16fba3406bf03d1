#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/actors/endpoint.hpp"
#include "harness/actors/inbox.hpp"
#include "harness/actors/service.hpp"
#include "harness/model/trace.hpp"
#include "harness/mqtt/packet.hpp"
#include "harness/net/amqp_client.hpp"
#include "harness/net/loop.hpp"

/// The back end over AMQP: what Azure offers there and not by REST.
namespace hubspec::actors {

/// A message to a device, with all that its sender may set (X-AMQP-08).
struct CloudMessage {
    std::string device_id;
    mqtt::Bytes body = {};
    std::vector<std::pair<std::string, std::optional<std::string>>> properties = {};  ///< nullopt: null
    std::optional<std::string> message_id = {}, correlation_id = {}, user_id = {}, content_type = {},
                               content_encoding = {};
    std::string ack = {};
    std::optional<std::chrono::system_clock::time_point> expires = {};
    bool operator==(const CloudMessage&) const = default;
};

/// Lets a harness that owns the hub know that nothing more is on its way.
using AmqpBytes = net::AmqpClient::Bytes;

/// Sends messages to devices, one after the other, on one connection that is opened with the first of them.
class DeviceMessages {
public:
    DeviceMessages(net::Loop& loop, const Endpoint& endpoint, const ServiceAccess& access, Inbox& inbox);
    ~DeviceMessages();
    DeviceMessages(const DeviceMessages&) = delete;
    DeviceMessages& operator=(const DeviceMessages&) = delete;

    /// CloudMessageSent now, CloudMessageSettled when the hub has spoken; HarnessFailed "infra.service" when it cannot
    /// be asked. An empty exchange: only a refusal is told, as HarnessFailed.
    void send(const std::string& exchange, CloudMessage message);
    AmqpBytes bytes();
    /// Messages of which the hub has not spoken yet.
    std::size_t unsettled();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

/// Follows telemetry on every partition; each message becomes TelemetrySeen, and what ends it HarnessFailed.
class TelemetryReader {
public:
    using Tell = std::function<void(model::EventForm)>;  ///< called in the loop's thread, until it is destroyed
    struct Options {
        bool from_now = false;  ///< the past is nobody's business
        /// Whether a message of this device matters; empty: every one does.
        std::function<bool(const std::string& device_id)> is_wanted = {};
    };
    /// Returns when every partition is being read. Throws std::runtime_error with a clear text when that cannot be.
    TelemetryReader(net::Loop& loop, const Endpoint& endpoint, const EventsEndpoint& events,
                    const ServiceAccess& access, Tell tell, Options options);
    ~TelemetryReader();
    TelemetryReader(const TelemetryReader&) = delete;
    TelemetryReader& operator=(const TelemetryReader&) = delete;
    AmqpBytes bytes();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

/// One reader for all who want telemetry: a hub lets no more than five read a partition.
class SharedTelemetry {
public:
    SharedTelemetry(const Endpoint& endpoint, const ServiceAccess& access);
    ~SharedTelemetry();
    SharedTelemetry(const SharedTelemetry&) = delete;
    SharedTelemetry& operator=(const SharedTelemetry&) = delete;

    /// Somebody who wants to know; until it is destroyed, and it must be before the inbox.
    class Subscription {
    public:
        virtual ~Subscription() = default;
    };
    /// From now on messages of wanted devices, and those that name none, go into the inbox too. Begins to read with the
    /// first, and anew after a failure, which everybody is told. Throws std::runtime_error when that cannot be.
    std::unique_ptr<Subscription> subscribe(Inbox& inbox, std::function<bool(const std::string& device_id)> is_wanted);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

/// Where the hub says that its telemetry is read (X-EH-02). Throws std::runtime_error when it does not say.
EventsEndpoint find_events(net::Loop& loop, const Endpoint& endpoint, const ServiceAccess& access);

}  // namespace hubspec::actors
