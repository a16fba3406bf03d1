// Expectations against observations: what an event looks like to a scenario.

#include <algorithm>

#include "harness/iothub/property_bag.hpp"
#include "harness/iothub/sas_token.hpp"
#include "harness/iothub/topic.hpp"
#include "harness/mqtt/describe.hpp"
#include "harness/mqtt/topic.hpp"
#include "harness/run/match.hpp"

namespace hubspec::run {

using namespace model;
using mqtt::overloaded;

namespace {

Value to_value(const iothub::PropertyBag& bag) {
    Object object;
    for (const auto& property : bag)
        object.push_back({property.name, property.value ? Value(*property.value) : Value()});
    return object;
}

Value fields_of_connect(const mqtt::Connect& packet) {
    Object fields{{"client_id", packet.client_id},
                  {"user_name", packet.user_name ? Value(*packet.user_name) : Value()},
                  {"has_password", packet.password.has_value()},
                  {"clean_session", packet.clean_session},
                  {"keep_alive", int{packet.keep_alive}}};
    if (packet.will) {
        fields.push_back({"will_topic", packet.will->topic});
        fields.push_back({"will_qos", int{packet.will->qos}});
        fields.push_back({"will_retain", packet.will->retain});
    }
    return fields;
}

// Each packet as the fields that README.md lists. PUBLISH's topic and payload are compared with their own rules.
Value fields_of(const mqtt::Packet& packet) {
    const auto id = [](const auto& one) {
        return Value(Object{{"packet_id", static_cast<std::int64_t>(one.packet_id)}});
    };
    return std::visit(
        overloaded{
            [](const mqtt::Connack& p) {
                return Value(Object{{"return_code", int{p.return_code}}, {"session_present", p.session_present}});
            },
            [](const mqtt::Publish& p) {
                Object fields{{"qos", int{p.qos}},
                              {"retain", p.retain},
                              {"dup", p.dup},
                              {"size", static_cast<std::int64_t>(p.payload.size())}};
                if (p.qos > 0) fields.push_back({"packet_id", int{p.packet_id}});
                return Value(std::move(fields));
            },
            [](const mqtt::Suback& p) {
                Array codes;
                for (const auto code : p.return_codes) codes.emplace_back(int{code});
                return Value(Object{{"packet_id", int{p.packet_id}}, {"return_codes", std::move(codes)}});
            },
            [&](const mqtt::Puback& p) { return id(p); },
            [&](const mqtt::Pubrec& p) { return id(p); },
            [&](const mqtt::Pubrel& p) { return id(p); },
            [&](const mqtt::Pubcomp& p) { return id(p); },
            [&](const mqtt::Unsuback& p) { return id(p); },
            [](const mqtt::Connect& p) { return fields_of_connect(p); },
            [](const mqtt::Subscribe&) { return Value(Object{}); },
            [](const mqtt::Unsubscribe&) { return Value(Object{}); },
            [](const mqtt::Pingreq&) { return Value(Object{}); },
            [](const mqtt::Pingresp&) { return Value(Object{}); },
            [](const mqtt::Disconnect&) { return Value(Object{}); },
        },
        packet);
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

std::string strip_blanks(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (c != ' ' && c != '\n') out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

std::string to_hex(std::string_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const char c : bytes)
        out += {digits[static_cast<unsigned char>(c) >> 4], digits[static_cast<unsigned char>(c) & 15]};
    return out;
}

void match_topic(const Pattern& pattern, const std::string& actual, Bindings& bindings, Differences& differences) {
    const auto* text = std::get_if<TextPattern>(&pattern.form);
    const Value whole(actual);
    if (text == nullptr) return match(pattern, &whole, "topic", bindings, differences);
    const auto expected = iothub::split_topic(text->text);
    const auto came = iothub::split_topic(actual);
    bool same = match_template(expected.path, came.path, bindings);
    for (const auto& property : expected.bag) {
        const auto* found = iothub::find(came.bag, property.name);
        same = same && found != nullptr && found->value.has_value() == property.value.has_value() &&
               (!property.value || *property.value == *found->value ||
                match_template(*property.value, *found->value, bindings));
    }
    if (!same) differences.push_back("topic: expected " + interpolate_text(text->text, bindings) + ", got " + actual);
}

// `payload`, `json`, `hex` and `size`: views of the same bytes.
void match_body(const Field& field, const std::string& bytes, Bindings& bindings, Differences& differences) {
    if (field.name == "json") {
        const auto json = parse_json(bytes);
        if (!json) {
            differences.push_back(
                "json: expected JSON, got " +
                mqtt::describe_payload(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()),
                                       120));
            return;
        }
        return match(field.value, &*json, "json", bindings, differences);
    }
    if (field.name == "hex") {
        const auto* text = std::get_if<TextPattern>(&field.value.form);
        const std::string wanted = text != nullptr ? strip_blanks(text->text) : std::string{};
        if (wanted != to_hex(bytes)) differences.push_back("hex: expected " + wanted + ", got " + to_hex(bytes));
        return;
    }
    const Value value = field.name == "size" ? Value(static_cast<std::int64_t>(bytes.size())) : Value(bytes);
    match(field.value, &value, field.name, bindings, differences);
}

bool is_body(const std::string& name) { return name == "payload" || name == "json" || name == "hex" || name == "size"; }

void match_publish(const Expectation& expectation, const mqtt::Publish& publish, Bindings& bindings,
                   Differences& differences) {
    const std::string payload(publish.payload.begin(), publish.payload.end());
    const Value fields = fields_of(publish);
    for (const auto& field : expectation.fields) {
        if (field.name == "topic") {
            match_topic(field.value, publish.topic, bindings, differences);
        } else if (field.name == "raw_topic") {
            const Value raw(publish.topic);
            match(field.value, &raw, "raw_topic", bindings, differences);
        } else if (field.name == "properties") {
            const Value bag = to_value(iothub::split_topic(publish.topic).bag);
            match(field.value, &bag, "properties", bindings, differences);
        } else if (is_body(field.name)) {
            match_body(field, payload, bindings, differences);
        } else {
            match(field.value, fields.find(field.name), field.name, bindings, differences);
        }
    }
}

void match_fields(const Expectation& expectation, const Value& actual, Bindings& bindings, Differences& differences) {
    for (const auto& field : expectation.fields)
        match(field.value, actual.find(field.name), field.name, bindings, differences);
}

/// What is bound to a name of the identity that the line speaks of: ".id", ".module_id".
std::string of_identity(const Expectation& expectation, const std::string& what, const Bindings& bindings) {
    const auto* named = find(expectation.fields, "identity");
    const auto* text = named != nullptr ? std::get_if<TextPattern>(&named->form) : nullptr;
    const auto bound = bindings.find((text != nullptr ? text->text : std::string("device")) + what);
    return bound == bindings.end() ? "" : text_of(bound->second);
}

// Only what belongs to the scenario's own identity counts: others may be at work on the same hub.
bool is_of_identity(const Expectation& expectation, const Value& message, const Bindings& bindings) {
    const auto says = [&](std::string_view member) {
        const auto* found = message.find(member);
        return found != nullptr && found->text() != nullptr ? *found->text() : std::string();
    };
    return says("deviceId") == of_identity(expectation, ".id", bindings) &&
           says("moduleId") == of_identity(expectation, ".module_id", bindings);
}

void match_telemetry(const Expectation& expectation, const Value& message, Bindings& bindings,
                     Differences& differences) {
    const auto* encoded = message.find("body");
    const auto decoded =
        encoded != nullptr && encoded->text() != nullptr ? iothub::base64_decode(*encoded->text()) : std::nullopt;
    const std::string body = decoded ? std::string(decoded->begin(), decoded->end()) : std::string{};
    for (const auto& field : expectation.fields) {
        if (field.name == "identity") continue;
        if (is_body(field.name))
            match_body(field, body, bindings, differences);
        else
            match(field.value, message.find(field.name == "system" ? "systemProperties" : field.name), field.name,
                  bindings, differences);
    }
}

void match_log(const Expectation& expectation, const Value& entry, Bindings& bindings, Differences& differences) {
    for (const auto& field : expectation.fields) {
        if (field.name == "identity") continue;
        const std::string key = field.name == "code"        ? "resultType"
                                : field.name == "name"      ? "resultDescription"
                                : field.name == "operation" ? "operationName"
                                                            : field.name;
        match(field.value, entry.find(key), field.name, bindings, differences);
    }
}

void match_response(const Expectation& expectation, const HttpResponse& response, Bindings& bindings,
                    Differences& differences) {
    Object headers;
    for (const auto& [name, value] : response.headers) headers.push_back({lower(name), value});
    const Value status(response.status), all_headers(std::move(headers));
    for (const auto& field : expectation.fields) {
        if (field.name == "to") continue;
        if (is_body(field.name))
            match_body(field, response.body, bindings, differences);
        else
            match(field.value, field.name == "status" ? &status : &all_headers, field.name, bindings, differences);
    }
}

bool is_of_exchange(const Expectation& expectation, const std::string& exchange) {
    const auto* to = find(expectation.fields, "to");
    const auto* text = to != nullptr ? std::get_if<TextPattern>(&to->form) : nullptr;
    return text == nullptr || text->text == exchange;
}

void match_settlement(const Expectation& expectation, const CloudMessageSettled& settled, Bindings& bindings,
                      Differences& differences) {
    const Value told(
        Object{{"outcome", settled.outcome}, {"condition", settled.condition}, {"description", settled.description}});
    for (const auto& field : expectation.fields)
        if (field.name != "to") match(field.value, told.find(field.name), field.name, bindings, differences);
}

// What the application says of a message: its payload comes in Base64.
void match_told(const Expectation& expectation, const Value& event, Bindings& bindings, Differences& differences) {
    const auto* encoded = event.find("payload");
    const auto decoded = expectation.event == "message" && encoded != nullptr && encoded->text() != nullptr
                             ? iothub::base64_decode(*encoded->text())
                             : std::nullopt;
    for (const auto& field : expectation.fields)
        if (decoded && is_body(field.name))
            match_body(field, std::string(decoded->begin(), decoded->end()), bindings, differences);
        else
            match(field.value, event.find(field.name), field.name, bindings, differences);
}

// A device may subscribe to more than what is asked for.
bool is_covered(const Field& field, const Value& actual, const Bindings& bindings) {
    const auto* text = field.name == "filter" ? std::get_if<TextPattern>(&field.value.form) : nullptr;
    const auto* filter = actual.find("filter");
    return text != nullptr && unbound_names(text->text, bindings).empty() && filter != nullptr &&
           filter->text() != nullptr && mqtt::covers(*filter->text(), interpolate_text(text->text, bindings));
}

void match_filter(const Expectation& expectation, const Value& actual, Bindings& bindings, Differences& differences) {
    for (const auto& field : expectation.fields)
        if (!is_covered(field, actual, bindings))
            match(field.value, actual.find(field.name), field.name, bindings, differences);
}

// SUBSCRIBE and UNSUBSCRIBE: one of their filters is the one that is meant.
void match_any(const Expectation& expectation, const std::vector<Value>& filters, Bindings& bindings,
               Differences& differences) {
    Differences nearest;
    for (const auto& filter : filters) {
        Bindings tried = bindings;
        Differences here;
        match_filter(expectation, filter, tried, here);
        if (here.empty()) {
            bindings = std::move(tried);
            return;
        }
        if (nearest.empty() || here.size() < nearest.size()) nearest = std::move(here);
    }
    differences.insert(differences.end(), nearest.begin(), nearest.end());
}

void match_packet(const Expectation& expectation, const mqtt::Packet& packet, Bindings& bindings,
                  Differences& differences) {
    std::vector<Value> filters;
    if (const auto* publish = std::get_if<mqtt::Publish>(&packet))
        return match_publish(expectation, *publish, bindings, differences);
    if (const auto* subscribe = std::get_if<mqtt::Subscribe>(&packet))
        for (const auto& one : subscribe->subscriptions)
            filters.push_back(
                Object{{"filter", one.filter}, {"qos", int{one.qos}}, {"packet_id", int{subscribe->packet_id}}});
    if (const auto* unsubscribe = std::get_if<mqtt::Unsubscribe>(&packet))
        for (const auto& one : unsubscribe->filters)
            filters.push_back(Object{{"filter", one}, {"packet_id", int{unsubscribe->packet_id}}});
    if (!filters.empty()) return match_any(expectation, filters, bindings, differences);
    match_fields(expectation, fields_of(packet), bindings, differences);
}

const mqtt::Packet* packet_of(const EventForm& event) {
    if (const auto* received = std::get_if<PacketReceived>(&event)) return &received->packet;
    if (const auto* sent = std::get_if<PacketSent>(&event)) return &sent->packet;
    return nullptr;
}

// In the hub seat the device's connections are "main", "main 2" and so on: the scenario says "main" of all of them.
bool is_on(const std::string& wanted, const std::string& connection, Seat seat) {
    return wanted == connection || (seat == Seat::hub && connection.starts_with(wanted + " "));
}

}  // namespace

std::string event_name(const EventForm& event, Seat seat) {
    const bool as_hub = seat == Seat::hub;
    return std::visit(
        overloaded{
            [](const PacketReceived& e) { return lower(mqtt::packet_name(e.packet)); },
            [](const ConnectionOpened&) { return std::string("opens"); },
            [](const UpgradeAnswered&) { return std::string("upgrade"); },
            [](const PingFrameSent&) { return std::string(); },
            [&](const ConnectionClosed& e) {
                if (as_hub) return std::string(e.established && !e.silent ? "closes" : "refuses");
                return std::string(e.by_peer ? "closes" : "");
            },
            [](const ServiceAnswered&) { return std::string("answer"); },
            [](const CloudMessageSent&) { return std::string(); },
            [](const CloudMessageSettled&) { return std::string("answer"); },
            [](const TelemetrySeen&) { return std::string("telemetry"); },
            [](const LogSeen&) { return std::string("log"); },
            [](const MalformedReceived&) { return std::string("malformed"); },
            [](const StepBegan&) { return std::string(); },
            [](const StepExpired&) { return std::string(); },
            [](const NameBound&) { return std::string(); },
            [](const HarnessFailed&) { return std::string(); },
            [](const ClockMoved&) { return std::string(); },
            [](const HarnessStoodStill&) { return std::string(); },
            [&](const PacketSent& e) { return as_hub ? lower(mqtt::packet_name(e.packet)) : std::string(); },
            [](const BytesSent&) { return std::string(); },
            [](const ServiceAsked&) { return std::string(); },
            [](const DeviceStarted&) { return std::string(); },
            [](const DeviceExited&) { return std::string("exits"); },
            [](const AppAsked&) { return std::string(); },
            [](const AppAnswered&) { return std::string("answer"); },
            [](const AppTold& e) {
                const auto* saw = e.event.find("saw");
                return saw != nullptr && saw->text() != nullptr ? *saw->text() : std::string();
            },
            [](const HubTold&) { return std::string(); },
        },
        event);
}

Speaker speaker_of(const EventForm& event, Seat seat) {
    if (std::holds_alternative<ServiceAnswered>(event) || std::holds_alternative<CloudMessageSettled>(event) ||
        std::holds_alternative<TelemetrySeen>(event) || std::holds_alternative<LogSeen>(event))
        return Speaker::service;
    if (seat == Seat::device) return Speaker::hub;
    if (std::holds_alternative<AppAnswered>(event) || std::holds_alternative<AppTold>(event)) return Speaker::app;
    const auto* closed = std::get_if<ConnectionClosed>(&event);
    const bool by_hub =
        std::holds_alternative<PacketSent>(event) || (closed != nullptr && closed->established && !closed->by_peer);
    return by_hub ? Speaker::hub : Speaker::device;
}

std::string connection_of(const EventForm& event) {
    if (const auto* e = std::get_if<PacketReceived>(&event)) return e->connection;
    if (const auto* e = std::get_if<PacketSent>(&event)) return e->connection;
    if (const auto* e = std::get_if<BytesSent>(&event)) return e->connection;
    if (const auto* e = std::get_if<ConnectionOpened>(&event)) return e->connection;
    if (const auto* e = std::get_if<UpgradeAnswered>(&event)) return e->connection;
    if (const auto* e = std::get_if<PingFrameSent>(&event)) return e->connection;
    if (const auto* e = std::get_if<ConnectionClosed>(&event)) return e->connection;
    if (const auto* e = std::get_if<MalformedReceived>(&event)) return e->connection;
    return {};
}

Comparison compare(const Expectation& expectation, const std::string& connection, const EventForm& event,
                   const Bindings& bindings) {
    Comparison result;
    result.bindings = bindings;
    if (event_name(event, expectation.seat) != expectation.event) return result;
    if (speaker_of(event, expectation.seat) != expectation.speaker) return result;
    if (const auto on = connection_of(event); !on.empty() && !is_on(connection, on, expectation.seat)) return result;
    auto& differences = result.differences;
    result.same_kind = true;
    if (const auto* packet = packet_of(event)) {
        match_packet(expectation, *packet, result.bindings, differences);
    } else if (const auto* closed = std::get_if<ConnectionClosed>(&event)) {
        match_fields(expectation, Object{{"how", closed->how}}, result.bindings, differences);
    } else if (const auto* opened = std::get_if<ConnectionOpened>(&event)) {
        match_fields(expectation,
                     Object{{"tls_version", opened->tls_version},
                            {"server_name", opened->server_name},
                            {"transport", opened->transport},
                            {"certificate", opened->certificate},
                            {"chain", opened->chain},
                            {"path", opened->path}},
                     result.bindings, differences);
    } else if (const auto* upgrade = std::get_if<UpgradeAnswered>(&event)) {
        match_response(expectation, upgrade->response, result.bindings, differences);
    } else if (const auto* answered = std::get_if<ServiceAnswered>(&event)) {
        result.same_kind = is_of_exchange(expectation, answered->exchange);
        match_response(expectation, answered->response, result.bindings, differences);
    } else if (const auto* settled = std::get_if<CloudMessageSettled>(&event)) {
        result.same_kind = is_of_exchange(expectation, settled->exchange);
        match_settlement(expectation, *settled, result.bindings, differences);
    } else if (const auto* telemetry = std::get_if<TelemetrySeen>(&event)) {
        result.same_kind = is_of_identity(expectation, telemetry->message, bindings);
        match_telemetry(expectation, telemetry->message, result.bindings, differences);
    } else if (const auto* log = std::get_if<LogSeen>(&event)) {
        result.same_kind = is_of_identity(expectation, log->entry, bindings);
        match_log(expectation, log->entry, result.bindings, differences);
    } else if (const auto* exited = std::get_if<DeviceExited>(&event)) {
        match_fields(expectation, Object{{"status", exited->status}}, result.bindings, differences);
    } else if (const auto* told = std::get_if<AppTold>(&event)) {
        match_told(expectation, told->event, result.bindings, differences);
    } else if (const auto* app = std::get_if<AppAnswered>(&event)) {
        match_fields(expectation, app->answer, result.bindings, differences);
    }
    return result;
}

}  // namespace hubspec::run
