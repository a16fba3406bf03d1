// Telemetry, read from the Event Hubs-compatible endpoint by AMQP.

#include <future>
#include <map>
#include <proton/binary.hpp>
#include <proton/codec/decoder.hpp>
#include <proton/codec/encoder.hpp>
#include <proton/codec/vector.hpp>
#include <proton/connection.hpp>
#include <proton/delivery.hpp>
#include <proton/error_condition.hpp>
#include <proton/receiver_options.hpp>
#include <proton/sender_options.hpp>
#include <proton/source_options.hpp>
#include <proton/target_options.hpp>
#include <proton/transport.hpp>
#include <proton/types.hpp>
#include <set>

#include "harness/actors/amqp_back_end.hpp"
#include "harness/actors/amqp_claims.hpp"
#include "harness/iothub/sas_token.hpp"
#include "harness/model/time.hpp"
#include "harness/net/amqp_message.hpp"

namespace hubspec::actors {

using namespace model;

namespace {

constexpr const char* selector_name = "apache.org:selector-filter:string";
constexpr int window = 300;

/// Values of annotations as JSON has them; times as ISO 8601.
Value value_of(const proton::value& value) {
    switch (value.type()) {
        case proton::NULL_TYPE:
            return {};
        case proton::BOOLEAN:
            return proton::get<bool>(value);
        case proton::TIMESTAMP:
            return iso8601(std::chrono::sys_time<std::chrono::milliseconds>(
                std::chrono::milliseconds(proton::get<proton::timestamp>(value).milliseconds())));
        case proton::STRING:
            return proton::get<std::string>(value);
        case proton::SYMBOL:
            return std::string(proton::get<proton::symbol>(value));
        case proton::INT:
        case proton::LONG:
        case proton::UINT:
        case proton::ULONG:
        case proton::SHORT:
        case proton::USHORT:
        case proton::BYTE:
        case proton::UBYTE:
            return proton::coerce<std::int64_t>(value);
        default:
            return to_string(value);
    }
}

/// Annotations under which the hub writes system properties that AMQP has no property for.
const std::map<std::string, std::string>& system_annotations() {
    static const std::map<std::string, std::string> names{{"iothub-connection-device-id", "connectionDeviceId"},
                                                          {"iothub-connection-module-id", "connectionModuleId"},
                                                          {"iothub-creation-time-utc", "creationTimeUtc"},
                                                          {"iothub-message-schema", "messageSchema"},
                                                          {"iothub-expiry-time-utc", "expiryTimeUtc"},
                                                          {"iothub-ack", "ack"},
                                                          {"iothub-operation", "operation"},
                                                          {"iothub-output-name", "outputName"},
                                                          {"iothub-diagnostic-id", "diagnosticId"},
                                                          {"iothub-diagnostic-context", "diagnosticCorrelation"},
                                                          {"iothub-interface-id", "interfaceId"},
                                                          {"dt-subject", "subject"}};
    return names;
}

Object annotations_of(const proton::message& message) {
    std::vector<std::pair<proton::symbol, proton::value>> pairs;
    const auto& encoded = message.message_annotations().value();
    if (!encoded.empty()) proton::get(encoded, pairs);
    Object all;
    for (const auto& [name, value] : pairs) all.push_back({std::string(name), value_of(value)});
    return all;
}

Object system_of(const proton::message& message, const Object& annotations) {
    Object system;
    const auto add = [&](const char* name, const std::optional<std::string>& text) {
        if (text && !text->empty()) system.push_back({name, *text});
    };
    add("messageId", net::text_of(message.id()));
    add("correlationId", net::text_of(message.correlation_id()));
    add("userId", message.user());
    add("to", message.to());
    add("contentType", message.content_type());
    add("contentEncoding", message.content_encoding());
    for (const auto& [name, value] : annotations)
        if (const auto found = system_annotations().find(name); found != system_annotations().end())
            system.push_back({found->second, value});
    return system;
}

/// The message as scenarios speak of it.
Value to_value(const proton::message& message) {
    Object annotations = annotations_of(message), properties;
    for (const auto& [name, value] : net::properties_of(message))
        properties.push_back({name, value ? Value(*value) : Value()});
    const Value all(annotations);
    const auto member = [&](const char* name) {
        const auto* found = all.find(name);
        return found == nullptr ? Value() : *found;
    };
    return Object{{"sequenceNumber", member("x-opt-sequence-number")},
                  {"enqueuedTimeUtc", member("x-opt-enqueued-time")},
                  {"deviceId", member("iothub-connection-device-id")},
                  {"moduleId", member("iothub-connection-module-id")},
                  {"body", iothub::base64_encode(net::body_of(message).value_or(std::vector<std::uint8_t>{}))},
                  {"properties", std::move(properties)},
                  {"systemProperties", system_of(message, annotations)},
                  {"annotations", std::move(annotations)}};
}

/// X-EH-05: a filter is text, described by its own name.
proton::source::filter_map begin_at(const std::string& selector) {
    proton::value described;
    proton::codec::encoder encoder(described);
    encoder << proton::codec::start::described() << proton::symbol(selector_name) << selector
            << proton::codec::finish();
    proton::source::filter_map filters;
    filters.put(proton::symbol(selector_name), described);
    return filters;
}

net::AmqpAddress address_of(const EventsEndpoint& events) {
    if (events.web_socket_port != 0)
        return {events.address, events.web_socket_port, events.host_name, "/$servicebus/websocket"};
    return {events.address, events.port, events.host_name, {}};
}

}  // namespace

struct TelemetryReader::Impl : proton::messaging_handler, std::enable_shared_from_this<Impl> {
    Impl(net::Loop& owner, EventsEndpoint where, Tell to, Options given)
        : loop(owner), events(std::move(where)), tell(std::move(to)), options(std::move(given)) {}

    net::Loop& loop;
    EventsEndpoint events;
    Tell tell;
    Options options;
    std::shared_ptr<net::AmqpClient> client;
    proton::sender requests;
    std::set<proton::receiver> readers;
    std::size_t opened = 0;
    std::promise<std::string> ready;  ///< empty: every partition is being read; else why not
    bool is_settled = false, is_leaving = false;

    void leave() {
        is_leaving = is_settled = true;
        if (const auto gone = std::exchange(client, nullptr)) gone->close();
    }

    void settle(const std::string& why) {
        if (!std::exchange(is_settled, true)) return ready.set_value(why);
        if (!why.empty() && !std::exchange(is_leaving, true))
            tell(HarnessFailed{"infra.service", amqp_failure(address_of(events), why)});
    }

    void on_connection_open(proton::connection& connection) override {
        connection.open_receiver("$management",
                                 proton::receiver_options().target(proton::target_options().address("management")));
        requests = connection.open_sender("$management");
    }

    void on_sender_open(proton::sender& link) override {
        if (link != requests) return;
        proton::message request;
        request.id(std::string("1"));
        request.reply_to("management");
        request.body(proton::binary("[]"));  // a message has a body (AMQP 1.0, 3.2); this is the SDKs'
        net::set_properties(request,
                            {{"operation", "READ"}, {"type", "com.microsoft:eventhub"}, {"name", events.entity}});
        link.send(request);
    }

    void on_receiver_open(proton::receiver& link) override {
        // An attach without a source says that there is no such node; why comes with the detach (AMQP 1.0, 2.6.3).
        const bool is_refused = link.error() || link.source().address().empty();
        if (readers.contains(link) && !is_refused && ++opened == readers.size()) settle({});
    }

    void on_message(proton::delivery& delivery, proton::message& message) override {
        if (is_leaving) return;
        if (!readers.contains(delivery.receiver())) return read_partitions(delivery.connection(), message);
        auto value = to_value(message);
        const auto* device = value.find("deviceId");
        const bool is_named = device != nullptr && device->text() != nullptr;
        if (is_named && options.is_wanted && !options.is_wanted(*device->text())) return;
        tell(TelemetrySeen{std::move(value)});
    }

    void read_partitions(proton::connection connection, const proton::message& answer) {
        try {
            const auto facts = proton::get<std::map<std::string, proton::value>>(answer.body());
            std::vector<std::string> ids;
            proton::get(facts.at("partition_ids"), ids);
            for (const auto& id : ids) open_reader(connection, id);
        } catch (const std::exception&) {
            std::string said;
            for (const auto& [name, value] : net::properties_of(answer))
                if (name == "status-description") said = value.value_or("");
            settle("$management does not name the partitions of '" + events.entity + "': " + said);
        }
    }

    void open_reader(proton::connection& connection, const std::string& partition) {
        const auto address = events.entity + "/ConsumerGroups/" + events.consumer_group + "/Partitions/" + partition;
        const std::string from = options.from_now ? "@latest" : "-1";
        auto source = proton::source_options().address(address).filters(
            begin_at("amqp.annotation.x-opt-offset > '" + from + "'"));
        readers.insert(
            connection.open_receiver(address, proton::receiver_options().source(source).credit_window(window)));
    }

    void on_receiver_error(proton::receiver& link) override { settle(link.error().what()); }
    void on_sender_error(proton::sender& link) override { settle(link.error().what()); }
    void on_transport_error(proton::transport& transport) override { settle(transport.error().what()); }
    void on_connection_error(proton::connection& connection) override { settle(connection.error().what()); }
    void on_error(const proton::error_condition& error) override { settle(error.what()); }
};

TelemetryReader::TelemetryReader(net::Loop& loop, const Endpoint& endpoint, const EventsEndpoint& events,
                                 const ServiceAccess& access, Tell tell, Options options)
    : impl_(std::make_shared<Impl>(loop, events, std::move(tell), std::move(options))) {
    proton::connection_options how;
    how.sasl_allowed_mechs("PLAIN")
        .user(events.policy.empty() ? access.policy : events.policy)
        .password(events.key.empty() ? access.key : events.key);
    auto ready = impl_->ready.get_future();
    loop.call([&] {
        impl_->client = net::AmqpClient::connect(loop, address_of(events), tls_of(endpoint), *impl_, how,
                                                 [impl = impl_](const std::string& why) { impl->settle(why); });
    });
    const auto why = ready.wait_for(endpoint.connect_timeout) == std::future_status::ready
                         ? ready.get()
                         : "no answer within " + std::to_string(endpoint.connect_timeout.count() / 1000) + " s";
    if (why.empty()) return;
    loop.call([&] { impl_->leave(); });  // nothing is told any more to who does not get this
    throw std::runtime_error("telemetry cannot be read: " + amqp_failure(address_of(events), why));
}

TelemetryReader::~TelemetryReader() {
    impl_->loop.call([impl = impl_] { impl->leave(); });
}

AmqpBytes TelemetryReader::bytes() {
    AmqpBytes bytes;
    impl_->loop.call([&] {
        if (impl_->client) bytes = impl_->client->bytes();
    });
    return bytes;
}

}  // namespace hubspec::actors
