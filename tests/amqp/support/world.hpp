#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <proton/connection.hpp>
#include <proton/error_condition.hpp>
#include <proton/message.hpp>
#include <proton/messaging_handler.hpp>
#include <proton/receiver.hpp>
#include <proton/receiver_options.hpp>
#include <proton/sender.hpp>
#include <proton/source_options.hpp>
#include <proton/tracker.hpp>
#include <proton/transport.hpp>
#include <proton/types.hpp>
#include <string>
#include <vector>

#include "fixtures/hub/amqp/event_readers.hpp"
#include "fixtures/hub/amqp/service_session.hpp"
#include "harness/iothub/sas_token.hpp"
#include "harness/net/amqp_engine.hpp"
#include "harness/net/amqp_message.hpp"

/// The hub's AMQP on bytes and a chosen time: a client of Proton's engine at the other end, no sockets between them.
namespace hubspec::hub::test {

inline const std::string host = "h.azure-devices.net";

/// A client that notes what it hears.
struct Client : proton::messaging_handler {
    std::vector<std::string> said;
    std::vector<proton::message> received;
    bool accepts = true;

    void on_message(proton::delivery& delivery, proton::message& message) override {
        received.push_back(message);
        accepts ? delivery.accept() : delivery.release();
    }
    void on_tracker_accept(proton::tracker&) override { said.emplace_back("accepted"); }
    void on_tracker_reject(proton::tracker& tracker) override {
        said.push_back("rejected " + net::reason_of(tracker).name());
    }
    void on_tracker_release(proton::tracker&) override { said.emplace_back("released"); }
    void on_sender_error(proton::sender& link) override { said.push_back("sender " + link.error().name()); }
    void on_receiver_error(proton::receiver& link) override { said.push_back("receiver " + link.error().name()); }
    void on_connection_error(proton::connection& one) override { said.push_back("connection " + one.error().name()); }
    void on_transport_error(proton::transport& one) override { said.push_back("transport " + one.error().name()); }
    void on_error(const proton::error_condition&) override {}
};

inline Settings settings() {
    Settings made;
    made.host_name = host;
    made.random = [](std::size_t size) { return mqtt::Bytes(size, 7); };
    return made;
}

/// What the connections of one hub share.
struct Service {
    Hub hub{settings(), Policy{}};
    EventReaders readers;
    RequestId last_request = 0;
};

/// One connection of a client.
struct World {
    std::shared_ptr<Service> service;
    Hub& hub = service->hub;
    Time now{std::chrono::seconds(1'700'000'000)};
    Client client;
    mqtt::Bytes sent;  ///< all that the client has
    std::unique_ptr<ServiceSession> session;
    std::unique_ptr<net::AmqpEngine> engine;

    /// Another connection to that hub.
    explicit World(std::shared_ptr<Service> with)
        : World(proton::connection_options().sasl_allowed_mechs("ANONYMOUS"), std::move(with)) {}
    explicit World(proton::connection_options options = proton::connection_options().sasl_allowed_mechs("ANONYMOUS"),
                   std::shared_ptr<Service> with = std::make_shared<Service>())
        : service(std::move(with)) {
        hub.provision({"D", iothub::base64_encode(mqtt::Bytes(32, 1)), {}}, now);
        const EventsEndpoint endpoint{"events.example", 5671, "entity", {"$Default"}};
        session = std::make_unique<ServiceSession>(hub, endpoint, service->readers, now);
        engine = net::AmqpEngine::client(client, options.virtual_host(host));
        settle();
    }

    static constexpr std::size_t piece = 16 * 1024;  ///< as a socket brings them

    /// Carries bytes to and fro until neither side has any.
    void settle() {
        engine->dispatch();
        for (bool moved = true; moved;) {
            const auto to_hub = engine->take_output();
            sent.insert(sent.end(), to_hub.begin(), to_hub.end());
            for (std::size_t at = 0; at < to_hub.size(); at += piece)
                session->received(std::span(to_hub).subspan(at, std::min(piece, to_hub.size() - at)), now);
            session->advance(now);
            const auto to_client = session->take_output();
            if (!to_client.empty()) engine->feed(to_client);
            moved = !to_hub.empty() || !to_client.empty();
        }
        if (session->is_over() && !engine->is_over()) engine->end_input();
    }

    std::string key(const std::string& policy = "iothubowner") const {
        return find_policy(hub.settings(), policy)->primary_key;
    }
    std::string token(const std::string& policy = "iothubowner", const std::string& resource = host,
                      std::int64_t lives = 3600) const {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
        return iothub::make_sas_token({resource, *iothub::base64_decode(key(policy)), seconds + lives, policy});
    }

    /// Puts a token on $cbs; the status of the answer.
    std::int32_t put(const std::string& text, const std::string& operation = "put-token") {
        auto connection = engine->connection();
        if (!cbs) {
            connection.open_receiver("$cbs");
            cbs = connection.open_sender("$cbs");
            settle();
        }
        proton::message request(text);
        request.id(std::string("r1"));
        net::set_properties(request,
                            {{"operation", operation}, {"type", "servicebus.windows.net:sastoken"}, {"name", host}});
        cbs.send(request);
        settle();
        const auto answer = client.received.back();
        client.received.clear();
        client.said.clear();
        EXPECT_EQ(net::text_of(answer.correlation_id()), "r1");
        return proton::get<std::int32_t>(answer.properties().get("status-code"));
    }

    /// What the hub says to one message to a device.
    std::string send(const std::string& to, std::size_t size = 1) {
        if (!sender) sender = engine->connection().open_sender("/messages/deviceBound");
        settle();
        proton::message message;
        message.to(to);
        net::set_body(message, mqtt::Bytes(size, 'x'));
        sender.send(message);
        settle();
        return client.said.empty() ? "nothing" : client.said.back();
    }

    /// Telemetry of the device.
    void store_event(std::size_t size = 1) {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
        const auto token = iothub::make_sas_token({host + "/devices/D", mqtt::Bytes(32, 1), seconds + 60, {}});
        hub.request(++service->last_request,
                    {"POST",
                     "/devices/D/messages/events?api-version=2021-04-12",
                     {{"Authorization", token}},
                     std::string(size, 'e')},
                    now);
    }
    /// The partition that has it.
    std::uint32_t partition_of_events() const {
        const auto all = hub.partitions();
        for (std::uint32_t id = 0; id < all.size(); ++id)
            if (!all[id].is_empty()) return id;
        return 0;
    }
    /// Reads a partition from its beginning.
    proton::receiver read(std::uint32_t partition, std::optional<std::int64_t> epoch = {}, int credit = 100) {
        proton::receiver_options options;
        options.credit_window(credit);
        if (epoch) options.properties({{"com.microsoft:epoch", *epoch}});
        const auto link = engine->connection().open_receiver(
            "entity/ConsumerGroups/$Default/Partitions/" + std::to_string(partition), options);
        settle();
        return link;
    }

    proton::sender cbs, sender;
};

}  // namespace hubspec::hub::test
