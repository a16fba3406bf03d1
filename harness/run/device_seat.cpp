#include "harness/run/device_seat.hpp"
#include "harness/mqtt/hex.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace hubspec::run {

using namespace model;
using actors::Device;
using actors::Service;
using actors::Wire;

namespace {

// The line's own word, the case's axis, or TLS.
bool is_web_socket(const Fields& fields) {
    if (fields.has("transport")) return fields.text("transport") == "wss";
    const auto axis = fields.bindings().find("transport");
    return axis != fields.bindings().end() && text_of(axis->second) == "wss";
}

Wire::Transport::WebSocket upgrade_of(const Fields& fields, const actors::Endpoint& endpoint) {
    Wire::Transport::WebSocket made{fields.text("path", endpoint.web_socket_path), {}};
    if (!fields.is_null("subprotocol"))
        made.headers.emplace_back("Sec-WebSocket-Protocol", fields.text("subprotocol", "mqtt"));
    for (const auto& member : fields.members("headers"))
        made.headers.emplace_back(member.name, text_of(resolve(member.value, fields.bindings())));
    return made;
}

}  // namespace

DeviceSeat::DeviceSeat(Target& target, const std::string& case_name, actors::Inbox& inbox, std::mt19937_64& random)
    : inbox_(inbox),
      session_(target.open(case_name)),
      is_fenced_(session_->advance({})),
      back_end_(loop_, *session_, identities_, inbox, random) {}

const actors::Identity& DeviceSeat::add_identity(const IdentitySpec& spec) {
    const auto parent = identities_.find(spec.module_of);
    auto identity = session_->identity(spec, parent == identities_.end() ? "" : parent->second.device_id);
    identity.name = spec.name;
    return identities_[spec.name] = std::move(identity);
}

const actors::Identity* DeviceSeat::presenter(const Fields& fields) const {
    if (fields.is_null("certificate")) return nullptr;
    const auto& identity = identities_.at(fields.text("certificate", fields.text("identity", "device")));
    return identity.has_certificate() ? &identity : nullptr;
}

void DeviceSeat::start(const std::vector<std::string>& needs) {
    loop_.start();
    // A hub of the case's own has nothing to tell yet; of another one the past is nobody's business here.
    back_end_.start(needs, !is_fenced_);
}

void DeviceSeat::perform(const Action& action, const std::string& connection, const std::string& exchange,
                         const Bindings& bindings) {
    const Fields fields(action.fields, bindings);
    if (action.speaker == Speaker::service) return back_end_.perform(action.verb, fields, exchange, passed_);
    auto& own = connections_[connection];
    own.name = connection;
    if (action.speaker == Speaker::device) perform_device(own, action.verb, fields);
    if (action.speaker == Speaker::wire) perform_wire(own, action.verb, fields);
}

void DeviceSeat::leave() {
    for (auto& [name, connection] : connections_)
        if (connection.device && !connection.received().closed) connection.device->disconnect();
}

bool DeviceSeat::move_clock(std::chrono::milliseconds by) {
    if (!session_->advance(by)) return false;
    passed_ += by;
    return true;
}

void DeviceSeat::note_opened(const std::string& connection) {
    ++transports_opened_;
    connections_[connection].is_open = true;
}

Credentials DeviceSeat::credentials(const std::string& identity) const {
    return credentials_of(*session_, identities_.at(identity), passed_);
}

void DeviceSeat::note_client(Connection& connection, const mqtt::Connect& packet) {
    if (connection.wire && !connection.client_id.empty()) return;  // one transport is one client, whatever it says
    connection.client_id = packet.client_id;
    connection.ordinal = clients_[packet.client_id]++;
    connection.requests_sent = 1;
    connection.received_before = connection.received().packets;
    connection.acknowledged_before = connection.received().to_acknowledge;
}

void DeviceSeat::perform_device(Connection& connection, const std::string& verb, const Fields& fields) {
    if (verb == "connect") return connect_device(connection, fields);
    if (!connection.device)
        throw std::invalid_argument("connection '" + connection.name +
                                    "' is not a device's: a device line needs `device: connect` before it");
    if (verb == "subscribe" || verb == "unsubscribe" || verb == "publish") ++connection.requests_sent;
    if (verb == "subscribe") return connection.device->subscribe(subscribe_packet(fields, 0));
    if (verb == "unsubscribe") return connection.device->unsubscribe(unsubscribe_packet(fields, 0));
    connection.is_leaving = verb == "disconnect" || verb == "drop";
    if (verb == "disconnect") return connection.device->disconnect();
    if (verb == "drop") return connection.device->drop();
    connection.device->publish(publish_packet(fields, 0));
}

void DeviceSeat::connect_device(Connection& connection, const Fields& fields) {
    connection.identity = fields.text("identity", "device");
    connection.is_leaving = false;
    connection.wire.reset();
    if (connection.device) retired_.push_back(std::move(connection.device));
    connection.device = std::make_unique<Device>(inbox_, connection.name);
    const auto packet = connect_packet(fields, credentials(connection.identity));
    note_client(connection, packet);
    const auto* shown = presenter(fields);
    connection.device->connect(session_->endpoint(), packet, is_web_socket(fields),
                               shown != nullptr ? shown->credential_file : "");
}

namespace {

bool begins_with_connect(const std::string& verb, const Fields& fields) {
    if (verb != "send") return verb == "connect";
    const auto& packets = fields.items("packets");
    const auto* first = packets.empty() ? nullptr : std::get_if<ObjectPattern>(&packets.front().form);
    return first != nullptr && !first->members.empty() && first->members.front().name == "connect";
}

}  // namespace

void DeviceSeat::perform_wire(Connection& connection, const std::string& verb, const Fields& fields) {
    if (!connection.wire) connection.wire = std::make_unique<Wire>(loop_, inbox_, connection.name);
    if (verb == "close") {
        connection.is_leaving = true;
        return fields.text("how", "fin") == "reset" ? connection.wire->reset() : connection.wire->close();
    }
    const bool begins = verb == "open" || begins_with_connect(verb, fields);
    // The hub was quicker and has closed: what would have followed on this transport is no beginning of another.
    if (!begins && connection.was_opened && !connection.wire->is_open() && !connection.is_leaving) return;
    if (verb == "open" || !connection.wire->is_open()) {
        connection.was_opened = true;
        connection.is_leaving = false;
        connection.client_id.clear();
        connection.is_open = false;
        connection.received_before = connection.received().packets;
        connection.wire->open(session_->endpoint(), transport(fields));
    }
    if (verb == "open") return;
    if (verb == "ping_frame") return connection.wire->send_ping_frame();
    if (verb == "bytes")
        return connection.wire->send_bytes(mqtt::from_hex(fields.text("hex")).value_or(mqtt::Bytes{}), chunks(fields));
    const auto first =
        fields.has("first") ? std::optional(static_cast<std::size_t>(fields.integer("first", 0))) : std::nullopt;
    if (verb == "rest") return connection.wire->send_rest(first);
    if (first) return connection.wire->send_first(packet_of(connection, verb, fields), *first);
    connection.wire->send(
        verb == "send" ? packets_of(connection, fields) : std::vector{packet_of(connection, verb, fields)},
        fields.text("frame", "binary") == "text" ? Wire::Frame::text : Wire::Frame::binary);
}

Wire::Transport DeviceSeat::transport(const Fields& fields) const {
    Wire::Transport transport;
    if (const auto* shown = presenter(fields))
        transport.certificate_pem = shown->certificate_pem, transport.key_pem = shown->key_pem;
    if (is_web_socket(fields)) transport.web_socket = upgrade_of(fields, session_->endpoint());
    transport.tls = !fields.flag("plain", false);
    const auto version = fields.text("tls", "any");
    if (version == "1.2") transport.version = net::TlsVersion::tls_1_2;
    if (version == "1.3") transport.version = net::TlsVersion::tls_1_3;
    return transport;
}

actors::WirePacket DeviceSeat::packet_of(Connection& connection, const std::string& verb, const Fields& fields) {
    if (verb == "connect") connection.identity = fields.text("identity", "device");
    auto packet = wire_packet(verb, fields, credentials(connection.identity), connection.next_packet_id);
    if (verb == "subscribe" || verb == "unsubscribe" || verb == "publish") ++connection.next_packet_id;
    if (const auto* connect = std::get_if<mqtt::Connect>(&packet.packet)) note_client(connection, *connect);
    return packet;
}

/// `send: [{connect: {...}}, {subscribe: {...}}]`: the loader puts the list under the field "packets".
std::vector<actors::WirePacket> DeviceSeat::packets_of(Connection& connection, const Fields& list) {
    std::vector<actors::WirePacket> packets;
    for (const auto& item : list.items("packets")) {
        const auto* object = std::get_if<ObjectPattern>(&item.form);
        if (object == nullptr || object->members.empty()) continue;
        const auto& line = object->members.front();
        const auto* fields = std::get_if<ObjectPattern>(&line.value.form);
        static const std::vector<Field> none;
        packets.push_back(
            packet_of(connection, line.name, Fields(fields != nullptr ? fields->members : none, list.bindings())));
    }
    return packets;
}

bool DeviceSeat::knows_who_left() {
    const auto is_gone = [](const Connection& one) { return one.is_leaving || one.received().ended; };
    for (const auto& [name, left] : connections_) {
        if (left.client_id.empty() || !is_gone(left)) continue;
        const bool another_is_there = std::any_of(connections_.begin(), connections_.end(), [&](const auto& other) {
            return other.second.client_id == left.client_id && !is_gone(other.second);
        });
        if (!another_is_there && back_end_.sees_connected(identities_.at(left.identity))) return false;
    }
    return true;
}

bool DeviceSeat::is_quiet() {
    const auto before = std::exchange(settled_at_, settled_total());
    return settled_at_ && settled_at_ == before;
}

// Nothing ever counts down: two looks with one total saw the same hub, whatever came between the parts of each.
std::optional<std::uint64_t> DeviceSeat::settled_total() {
    if (!is_fenced_ || session_->transports_taken().value_or(0) < transports_opened_) return {};
    std::uint64_t total = transports_opened_;
    for (const auto& [name, connection] : connections_) {
        const auto taken = counts(connection);
        if (!has_settled(connection, taken)) return {};
        total += connection.received().packets;
        if (taken) total += taken->packets_sent + taken->requests_received + taken->bytes_received;
    }
    const auto own = back_end_.counts();
    if (!own) return total;
    const auto taken = session_->service_counts();
    if (!taken || taken->requests_received < own->asked || own->answered < taken->responses_sent) return {};
    if (own->unsettled > 0 || taken->amqp_received < own->amqp_sent || own->amqp_received < taken->amqp_sent) return {};
    return total + taken->requests_received + taken->responses_sent + own->asked + own->answered + own->amqp_sent +
           own->amqp_received;
}

std::optional<HubCounts> DeviceSeat::counts(const Connection& connection) const {
    if (connection.client_id.empty()) return session_->counts({}, 0);
    const auto own = session_->counts(connection.client_id, connection.ordinal);
    return own ? own : session_->counts({}, 0);  // a CONNECT that the hub did not take for one
}

bool DeviceSeat::has_left(const Connection& connection) const {
    if (connection.client_id.empty()) return true;
    const auto known = session_->counts(connection.client_id, connection.ordinal);
    return !known || !known->open;
}

bool DeviceSeat::has_settled(const Connection& connection, const std::optional<HubCounts>& taken) const {
    const auto received = connection.received();
    if (received.closed) return has_left(connection);
    if (connection.device && connection.is_leaving) return false;
    if (connection.wire && (!connection.is_open || connection.wire->is_ending() || connection.wire->awaits_pong()))
        return false;
    if (!taken || !taken->open || received.packets - connection.received_before < taken->packets_sent) return false;
    if (connection.wire) return taken->bytes_received >= connection.wire->bytes_sent();
    // Paho sends packets that nobody asked for. A PUBACK the hub may still have to read, whatever it has answered.
    return taken->requests_received >= connection.requests_sent &&
           taken->acknowledgements_received >= received.to_acknowledge - connection.acknowledged_before;
}

}  // namespace hubspec::run
