#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "harness/model/http.hpp"
#include "harness/model/value.hpp"
#include "harness/mqtt/decode.hpp"
#include "harness/mqtt/encode.hpp"
#include "harness/mqtt/packet.hpp"

/// All that was observed in one case, in order. A verdict is a function of it and of the scenario, nothing else.
namespace hubspec::model {

// What the runner did.
struct StepBegan {
    std::size_t step = 0;
    bool operator==(const StepBegan&) const = default;
};
/// The step's window ended, or a fence proved that nothing more can come.
struct StepExpired {
    std::size_t step = 0;
    bool operator==(const StepExpired&) const = default;
};
/// A name that the runner made up for a send.
struct NameBound {
    std::string name;
    Value value;
    bool operator==(const NameBound&) const = default;
};
/// The harness could not do its part; the case becomes an error.
struct HarnessFailed {
    std::string type;
    std::string text;
    bool operator==(const HarnessFailed&) const = default;
};
struct ClockMoved {
    std::chrono::milliseconds by{};
    bool operator==(const ClockMoved&) const = default;
};
/// The harness did not run for a while, and the world went on without it.
struct HarnessStoodStill {
    std::chrono::milliseconds lasting{};
    bool operator==(const HarnessStoodStill&) const = default;
};

// What passed on a device's connection. `connection` is the scenario's name for it.
struct ConnectionOpened {
    std::string connection;
    std::string tls_version;
    std::string server_name = {};  ///< what the ClientHello asked for, where the harness is the server
    std::string transport = {};    ///< "tls" or "wss", where the harness is the server
    bool certificate = false;      ///< the device showed one, where the harness is the server
    bool chain = false;            ///< and with it what leads to an authority that the hub knows
    std::string path = {};         ///< of a WebSocket, with its query, where the harness is the server
    bool operator==(const ConnectionOpened&) const = default;
};
/// What an upgrade to WebSocket was answered.
struct UpgradeAnswered {
    std::string connection;
    HttpResponse response;
    bool operator==(const UpgradeAnswered&) const = default;
};
/// A WebSocket ping: no MQTT.
struct PingFrameSent {
    std::string connection;
    bool operator==(const PingFrameSent&) const = default;
};
struct PacketSent {
    std::string connection;
    mqtt::Packet packet;
    mqtt::Distortion distortion;
    bool retold = false;  ///< a client library sent it: the packet id is not known
    bool operator==(const PacketSent&) const = default;
};
struct BytesSent {
    std::string connection;
    mqtt::Bytes bytes;
    bool operator==(const BytesSent&) const = default;
};
struct PacketReceived {
    std::string connection;
    mqtt::Packet packet;
    bool retold =
        false;  ///< a client library told of it: of a PUBLISH the packet id is not known, of a SUBACK the codes
    bool operator==(const PacketReceived&) const = default;
};
/// The peer's bytes are no MQTT.
struct MalformedReceived {
    std::string connection;
    mqtt::Malformed problem;
    mqtt::Bytes bytes;
    bool operator==(const MalformedReceived&) const = default;
};
struct ConnectionClosed {
    std::string connection;
    bool by_peer = false;
    bool established = true;  ///< the transport had been up: false when TCP or TLS failed
    std::string how;          ///< "closed by the hub (TLS close_notify)", "reset", "refused: ..."
    bool silent = false;      ///< the device left before its first byte, where the harness is the server
    bool operator==(const ConnectionClosed&) const = default;
};

// What passed on the service side. Secrets are removed before they get here.
struct ServiceAsked {
    std::string exchange;
    HttpRequest request;
    bool operator==(const ServiceAsked&) const = default;
};
struct ServiceAnswered {
    std::string exchange;
    HttpResponse response;
    bool operator==(const ServiceAnswered&) const = default;
};
/// A message to a device, sent by AMQP: {"to", "payload" in Base64, "properties", ...}.
struct CloudMessageSent {
    std::string exchange;
    Value message;
    bool operator==(const CloudMessageSent&) const = default;
};
/// What the hub says of it.
struct CloudMessageSettled {
    std::string exchange;
    std::string outcome;      ///< "accepted", "rejected", "released"
    std::string condition;    ///< of a rejection: "amqp:not-found"
    std::string description;  ///< in the hub's words
    bool operator==(const CloudMessageSettled&) const = default;
};
struct TelemetrySeen {
    Value message;
    bool operator==(const TelemetrySeen&) const = default;
};
struct LogSeen {
    Value entry;
    bool operator==(const LogSeen&) const = default;
};

// What passed with the device under test beside its connections, in the hub seat.
struct DeviceStarted {
    std::string command;
    bool operator==(const DeviceStarted&) const = default;
};
struct DeviceExited {
    int status = 0;          ///< of exit, or minus the signal's number
    std::string how;         ///< "exit status 1", "signal 11 (Segmentation fault)"
    std::string last_words;  ///< the end of its standard error
    bool was_asked = false;  ///< by the harness, at the end of the case
    bool operator==(const DeviceExited&) const = default;
};
/// The program was asked for something, in the adapter protocol.
struct AppAsked {
    std::string exchange;
    Value request;
    bool operator==(const AppAsked&) const = default;
};
struct AppAnswered {
    std::string exchange;
    Value answer;
    bool operator==(const AppAnswered&) const = default;
};
/// What its application saw.
struct AppTold {
    Value event;
    bool operator==(const AppTold&) const = default;
};
/// The hub that the harness plays was told to behave so.
struct HubTold {
    std::string what;
    bool operator==(const HubTold&) const = default;
};

using EventForm =
    std::variant<StepBegan, StepExpired, NameBound, HarnessFailed, ClockMoved, ConnectionOpened, UpgradeAnswered,
                 PingFrameSent, PacketSent, BytesSent, PacketReceived, MalformedReceived, ConnectionClosed,
                 ServiceAsked, ServiceAnswered, CloudMessageSent, CloudMessageSettled, TelemetrySeen, LogSeen,
                 DeviceStarted, DeviceExited, AppAsked, AppAnswered, AppTold, HubTold, HarnessStoodStill>;

struct Event {
    std::chrono::microseconds at{};  ///< since the case began
    EventForm form;
    bool operator==(const Event&) const = default;
};

using Trace = std::vector<Event>;

/// One line of English: "hub -> device  PUBLISH $iothub/twin/res/204/?$rid=1 QoS 0, 0 bytes".
std::string describe(const EventForm& event);

}  // namespace hubspec::model
