#include "harness/model/trace.hpp"

#include "harness/mqtt/describe.hpp"

namespace hubspec::model {

namespace {

constexpr std::size_t longest_body = 400;

// Not within a character: continuation bytes begin with the bits 10.
std::string shorten(const std::string& text) {
    if (text.size() <= longest_body) return text;
    std::size_t size = longest_body;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
    return text.substr(0, size) + "... (" + std::to_string(text.size()) + " bytes)";
}

std::string describe_bytes(const mqtt::Bytes& bytes) { return mqtt::describe_payload(bytes, longest_body / 2); }

std::string describe_response(const HttpResponse& response) {
    std::string text = std::to_string(response.status);
    if (const auto code = header(response.headers, "iothub-errorcode"); !code.empty()) text += " " + std::string(code);
    if (!response.body.empty()) text += " " + shorten(response.body);
    return text;
}

std::string distorted(const mqtt::Distortion& distortion) {
    return distortion == mqtt::Distortion{} ? "" : " (distorted)";
}

void leave_out(std::string& text, const std::string& part, const std::string& instead = {}) {
    if (const auto at = text.find(part); at != std::string::npos) text.replace(at, part.size(), instead);
}

// What the library kept to itself is not shown as if it were zero or nothing.
std::string retell(const mqtt::Packet& packet) {
    std::string text = mqtt::describe(packet);
    if (const auto* publish = std::get_if<mqtt::Publish>(&packet); publish != nullptr && publish->packet_id == 0)
        leave_out(text, ", packet id 0");
    if (std::holds_alternative<mqtt::Subscribe>(packet) || std::holds_alternative<mqtt::Unsubscribe>(packet))
        leave_out(text, " 0:");
    if (std::holds_alternative<mqtt::Suback>(packet)) leave_out(text, ": (empty)", ": granted");
    return text;
}

// The payload of a PUBLISH is what most failures are about: it belongs on the line.
std::string describe_packet(const mqtt::Packet& packet, bool retold) {
    std::string text = retold ? retell(packet) : mqtt::describe(packet);
    if (const auto* publish = std::get_if<mqtt::Publish>(&packet); publish != nullptr && !publish->payload.empty())
        text += " " + mqtt::describe_payload(publish->payload, longest_body / 2);
    return text;
}

}  // namespace

std::string describe(const EventForm& event) {
    return std::visit(
        mqtt::overloaded{
            [](const StepBegan& e) { return "step " + std::to_string(e.step + 1); },
            [](const StepExpired& e) { return "the window of step " + std::to_string(e.step + 1) + " ended"; },
            [](const NameBound& e) {
                return e.name + " = " + (e.value.text() != nullptr ? *e.value.text() : to_json(e.value));
            },
            [](const HarnessFailed& e) { return "the harness could not go on: " + e.text; },
            [](const HarnessStoodStill& e) {
                return "the harness stood still for " + std::to_string(e.lasting.count()) + " ms";
            },
            [](const ClockMoved& e) { return "the hub's clock moved on by " + std::to_string(e.by.count()) + " ms"; },
            [](const ConnectionOpened& e) {
                std::string text = "connected";
                if (!e.transport.empty()) text += " over " + e.transport;
                if (!e.tls_version.empty()) text += ", " + e.tls_version;
                if (!e.path.empty()) text += " at " + e.path;
                if (e.certificate) text += ", with a client certificate";
                if (e.chain) text += " and its chain";
                return e.server_name.empty() ? text : text + ", asked for " + e.server_name;
            },
            [](const UpgradeAnswered& e) {
                std::string text = "WebSocket upgrade answered " + std::to_string(e.response.status);
                const auto subprotocol = header(e.response.headers, "Sec-WebSocket-Protocol");
                if (!subprotocol.empty()) text += ", subprotocol " + std::string(subprotocol);
                return e.response.body.empty() ? text : text + " " + shorten(e.response.body);
            },
            [](const PingFrameSent&) { return std::string("WebSocket ping"); },
            [](const PacketSent& e) { return describe_packet(e.packet, e.retold) + distorted(e.distortion); },
            [](const BytesSent& e) { return "bytes " + describe_bytes(e.bytes); },
            [](const PacketReceived& e) { return describe_packet(e.packet, e.retold); },
            [](const MalformedReceived& e) {
                return "malformed [" + e.problem.clause + "]: " + e.problem.text + "; bytes " + describe_bytes(e.bytes);
            },
            [](const ConnectionClosed& e) { return e.how; },
            [](const ServiceAsked& e) {
                return e.request.method + " " + e.request.target +
                       (e.request.body.empty() ? "" : " " + shorten(e.request.body));
            },
            [](const ServiceAnswered& e) { return describe_response(e.response); },
            [](const CloudMessageSent& e) { return "message " + shorten(to_json(e.message)); },
            [](const CloudMessageSettled& e) {
                return "the message was " + e.outcome + (e.condition.empty() ? "" : " (" + e.condition + ")") +
                       (e.description.empty() ? "" : ": " + shorten(e.description));
            },
            [](const TelemetrySeen& e) { return "telemetry " + shorten(to_json(e.message)); },
            [](const LogSeen& e) { return "log " + shorten(to_json(e.entry)); },
            [](const DeviceStarted& e) { return "started: " + e.command; },
            [](const DeviceExited& e) {
                return "the device's program ended: " + e.how +
                       (e.last_words.empty() ? "" : "; its last words: " + shorten(e.last_words));
            },
            [](const AppAsked& e) { return "asked " + shorten(to_json(e.request)); },
            [](const AppAnswered& e) { return "answered " + shorten(to_json(e.answer)); },
            [](const AppTold& e) { return "saw " + shorten(to_json(e.event)); },
            [](const HubTold& e) { return "from now on: " + e.what; },
        },
        event);
}

}  // namespace hubspec::model
