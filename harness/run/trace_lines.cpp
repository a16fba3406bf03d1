#include "harness/run/trace_lines.hpp"

#include "harness/iothub/redact.hpp"
#include "harness/mqtt/encode.hpp"
#include "harness/mqtt/hex.hpp"

namespace hubspec::run {

using namespace model;

namespace {

std::string lane_of(const std::string& connection) { return connection == "main" ? "device" : connection; }

constexpr std::size_t most_bytes_shown = 256;

std::string hex_of(const mqtt::Bytes& all) {
    const auto text = iothub::redact(std::string(all.begin(), all.end()));
    const mqtt::Bytes bytes(text.begin(), text.end());
    if (bytes.size() <= most_bytes_shown) return mqtt::hex(bytes);
    return mqtt::hex(std::span(bytes).first(most_bytes_shown)) + " ... (" + std::to_string(bytes.size()) + " bytes)";
}

// A password keeps its length and nothing else.
std::string hex_of(mqtt::Packet packet, const mqtt::Distortion& distortion = {}) {
    if (auto* connect = std::get_if<mqtt::Connect>(&packet); connect != nullptr && connect->password)
        connect->password->assign(connect->password->size(), '*');
    try {
        return hex_of(mqtt::encode(packet, distortion));
    } catch (const mqtt::EncodeError&) {
        return {};
    }
}

// Of what a client library tells, only some is enough to say what the bytes were.
bool is_whole(const mqtt::Packet& packet) {
    if (const auto* publish = std::get_if<mqtt::Publish>(&packet)) return publish->qos == 0 || publish->packet_id != 0;
    if (const auto* suback = std::get_if<mqtt::Suback>(&packet)) return !suback->return_codes.empty();
    return !std::holds_alternative<mqtt::Subscribe>(packet) && !std::holds_alternative<mqtt::Unsubscribe>(packet);
}

std::string bytes_of(const EventForm& event) {
    if (const auto* sent = std::get_if<PacketSent>(&event))
        return sent->retold && !is_whole(sent->packet) ? "" : hex_of(sent->packet, sent->distortion);
    if (const auto* sent = std::get_if<BytesSent>(&event)) return hex_of(sent->bytes);
    if (const auto* received = std::get_if<PacketReceived>(&event))
        return received->retold && !is_whole(received->packet) ? "" : hex_of(received->packet);
    if (const auto* received = std::get_if<MalformedReceived>(&event)) return hex_of(received->bytes);
    return {};
}

TraceLine line_of(const EventForm& event) {
    TraceLine line;
    line.text = describe(event);
    line.direction = "note";
    line.lane = "harness";
    if (const auto connection = connection_of(event); !connection.empty()) {
        line.lane = lane_of(connection);
        const bool sent = std::holds_alternative<PacketSent>(event) || std::holds_alternative<BytesSent>(event) ||
                          std::holds_alternative<PingFrameSent>(event);
        const bool received = std::holds_alternative<PacketReceived>(event) ||
                              std::holds_alternative<MalformedReceived>(event) ||
                              std::holds_alternative<UpgradeAnswered>(event);
        line.direction = sent ? "sent" : received ? "received" : "note";
    }
    if (std::holds_alternative<ServiceAsked>(event) || std::holds_alternative<CloudMessageSent>(event))
        line.lane = "service", line.direction = "sent";
    if (std::holds_alternative<ServiceAnswered>(event) || std::holds_alternative<CloudMessageSettled>(event) ||
        std::holds_alternative<TelemetrySeen>(event) || std::holds_alternative<LogSeen>(event))
        line.lane = "service", line.direction = "received";
    if (std::holds_alternative<AppAsked>(event)) line.lane = "app", line.direction = "sent";
    if (std::holds_alternative<AppAnswered>(event) || std::holds_alternative<AppTold>(event))
        line.lane = "app", line.direction = "received";
    return line;
}

}  // namespace

std::vector<TraceLine> trace_lines(const Trace& trace, const Progress& progress) {
    std::vector<TraceLine> lines;
    for (std::size_t i = 0; i < trace.size(); ++i) {
        lines.push_back(line_of(trace[i].form));
        lines.back().text = iothub::redact(lines.back().text);
        lines.back().hex = bytes_of(trace[i].form);
        lines.back().at = trace[i].at;
        lines.back().step = progress.step_of(i);
    }
    return lines;
}

}  // namespace hubspec::run
