// Messages to devices, sent by AMQP.

#include <deque>
#include <map>
#include <proton/connection.hpp>
#include <proton/error_condition.hpp>
#include <proton/sender.hpp>
#include <proton/sender_options.hpp>
#include <proton/timestamp.hpp>
#include <proton/tracker.hpp>

#include "harness/actors/amqp_back_end.hpp"
#include "harness/actors/amqp_claims.hpp"
#include "harness/iothub/property_bag.hpp"
#include "harness/iothub/sas_token.hpp"
#include "harness/net/amqp_message.hpp"

namespace hubspec::actors {

using namespace model;

namespace {

constexpr std::chrono::hours token_lifetime{24 * 30};  // longer than any virtual time that a scenario lets pass

// X-AMQP-07.
std::string address_of(const CloudMessage& message) {
    return "/devices/" + iothub::percent_encode(message.device_id) + "/messages/devicebound";
}

proton::message to_amqp(const CloudMessage& message) {
    proton::message made;
    made.to(address_of(message));
    if (message.message_id) made.id(*message.message_id);
    if (message.correlation_id) made.correlation_id(*message.correlation_id);
    if (message.user_id) made.user(*message.user_id);
    if (message.content_type) made.content_type(*message.content_type);
    if (message.content_encoding) made.content_encoding(*message.content_encoding);
    if (message.expires)
        made.expiry_time(proton::timestamp(
            std::chrono::duration_cast<std::chrono::milliseconds>(message.expires->time_since_epoch()).count()));
    auto properties = message.properties;
    if (!message.ack.empty()) properties.emplace_back("iothub-ack", message.ack);
    net::set_properties(made, properties);
    net::set_body(made, message.body);
    return made;
}

Value to_trace(const CloudMessage& message) {
    Object shown{{"to", address_of(message)}, {"payload", iothub::base64_encode(message.body)}};
    const auto add = [&](const char* name, const std::optional<std::string>& value) {
        if (value) shown.push_back({name, *value});
    };
    add("message_id", message.message_id);
    add("correlation_id", message.correlation_id);
    add("user_id", message.user_id);
    add("content_type", message.content_type);
    add("content_encoding", message.content_encoding);
    if (!message.ack.empty()) shown.push_back({"ack", message.ack});
    Object properties;
    for (const auto& [name, value] : message.properties) properties.push_back({name, value ? Value(*value) : Value()});
    if (!properties.empty()) shown.push_back({"properties", std::move(properties)});
    return shown;
}

}  // namespace

struct DeviceMessages::Impl : ClaimsHandler, std::enable_shared_from_this<Impl> {
    Impl(net::Loop& owner, const Endpoint& where, const ServiceAccess& access, Inbox& events)
        : ClaimsHandler(where.host_name, service_token(where, access, token_lifetime)),
          loop(owner),
          endpoint(where),
          address(address_of(where)),
          inbox(events) {}

    struct Pending {
        std::string exchange;
        proton::message message;
    };

    net::Loop& loop;
    Endpoint endpoint;
    net::AmqpAddress address;
    Inbox& inbox;
    std::shared_ptr<net::AmqpClient> client;
    proton::sender sender;
    std::deque<Pending> waiting;
    std::map<proton::tracker, std::string> sent;  ///< exchanges of what the hub has not spoken of
    bool has_failed = false;

    void send(Pending pending) {
        waiting.push_back(std::move(pending));
        if (!client) return connect();
        if (!has_failed) go_on();  // else it waits for the next connection
    }

    void connect() {
        has_failed = false;
        const auto self = shared_from_this();
        client = net::AmqpClient::connect(loop, address, tls_of(endpoint), *this,
                                          proton::connection_options().sasl_allowed_mechs("ANONYMOUS"),
                                          [self](const std::string& why) { self->failed(why); });
    }

    void go_on() {
        send_waiting();
        client->flush();
    }

    void send_waiting() {
        while (sender && sender.active() && sender.credit() > 0 && !waiting.empty()) {
            sent[sender.send(waiting.front().message)] = waiting.front().exchange;
            waiting.pop_front();
        }
    }

    void granted(proton::connection& connection) override { sender = connection.open_sender("/messages/devicebound"); }
    void on_sendable(proton::sender& link) override {
        if (link == sender) send_waiting();
    }
    void on_sender_error(proton::sender& link) override { failed(link.error().what()); }

    void on_tracker_accept(proton::tracker& tracker) override { settled(tracker, "accepted"); }
    void on_tracker_reject(proton::tracker& tracker) override { settled(tracker, "rejected"); }
    void on_tracker_release(proton::tracker& tracker) override { settled(tracker, "released"); }

    void settled(proton::tracker& tracker, const std::string& outcome) {
        const auto found = sent.find(tracker);
        if (found == sent.end()) return;
        const auto exchange = found->second;
        sent.erase(found);
        const auto reason = net::reason_of(tracker);
        if (!exchange.empty())
            return inbox.put(CloudMessageSettled{exchange, outcome, reason.name(), reason.description()});
        if (outcome != "accepted")
            inbox.put(HarnessFailed{"service.send", "a message to a device was " + outcome + ": " + reason.what()});
    }

    void failed(const std::string& why) override {
        if (std::exchange(has_failed, true)) return;
        if (!waiting.empty() || !sent.empty()) inbox.put(HarnessFailed{"infra.service", amqp_failure(address, why)});
        waiting.clear();
        sent.clear();
        loop.post([self = shared_from_this()] {  // not from within the connection's own callback
            self->leave();
            if (!self->waiting.empty()) self->connect();
        });
    }

    void leave() {
        sender = {};
        if (const auto gone = std::exchange(client, nullptr)) gone->close();
    }
};

DeviceMessages::DeviceMessages(net::Loop& loop, const Endpoint& endpoint, const ServiceAccess& access, Inbox& inbox)
    : impl_(std::make_shared<Impl>(loop, endpoint, access, inbox)) {}

DeviceMessages::~DeviceMessages() {
    impl_->loop.call([impl = impl_] {
        impl->has_failed = true;
        impl->waiting.clear();
        impl->leave();
    });
}

void DeviceMessages::send(const std::string& exchange, CloudMessage message) {
    if (!exchange.empty()) impl_->inbox.put(CloudMessageSent{exchange, to_trace(message)});
    impl_->loop.call([&] { impl_->send({exchange, to_amqp(message)}); });
}

AmqpBytes DeviceMessages::bytes() {
    AmqpBytes bytes;
    impl_->loop.call([&] {
        if (impl_->client) bytes = impl_->client->bytes();
    });
    return bytes;
}

std::size_t DeviceMessages::unsettled() {
    std::size_t count = 0;
    impl_->loop.call([&] { count = impl_->waiting.size() + impl_->sent.size(); });
    return count;
}

}  // namespace hubspec::actors
