// Where telemetry is read: a hub answers a reader of messages/events with a redirection (X-EH-02).

#include <future>
#include <map>
#include <proton/connection.hpp>
#include <proton/error_condition.hpp>
#include <proton/types.hpp>

#include "harness/actors/amqp_back_end.hpp"
#include "harness/actors/amqp_claims.hpp"

namespace hubspec::actors {

namespace {

struct Finder : ClaimsHandler {
    using ClaimsHandler::ClaimsHandler;
    std::promise<std::variant<EventsEndpoint, std::string>> found;
    bool is_settled = false;

    void settle(std::variant<EventsEndpoint, std::string> what) {
        if (!std::exchange(is_settled, true)) found.set_value(std::move(what));
    }

    void granted(proton::connection& connection) override {
        connection.open_receiver("messages/events/ConsumerGroups/$Default/Partitions/0");
    }
    void failed(const std::string& why) override { settle(why); }

    void on_receiver_error(proton::receiver& link) override {
        const auto error = link.error();
        if (error.name() != "amqp:link:redirect") return settle(error.what());
        try {
            std::map<proton::symbol, proton::value> where;
            proton::get(error.properties(), where);
            settle(read(proton::get<std::string>(where.at("hostname")), proton::get<std::string>(where.at("address"))));
        } catch (const std::exception&) {
            settle(std::string("the redirection of messages/events says no hostname and address"));
        }
    }

    // "amqps://host:5671/entity/ConsumerGroups/..."
    static EventsEndpoint read(const std::string& host, const std::string& address) {
        EventsEndpoint events;
        events.host_name = events.address = host;
        const auto begin = address.find("://");
        const auto slash = begin == std::string::npos ? begin : address.find('/', begin + 3);
        if (slash == std::string::npos) throw std::runtime_error("no address");
        const auto place = address.substr(begin + 3, slash - begin - 3);
        if (const auto colon = place.rfind(':'); colon != std::string::npos)
            events.port = static_cast<std::uint16_t>(std::stoul(place.substr(colon + 1)));
        events.entity = address.substr(slash + 1, address.find('/', slash + 1) - slash - 1);
        return events;
    }
};

}  // namespace

EventsEndpoint find_events(net::Loop& loop, const Endpoint& endpoint, const ServiceAccess& access) {
    const auto finder =
        std::make_shared<Finder>(endpoint.host_name, service_token(endpoint, access, std::chrono::hours(1)));
    const auto address = address_of(endpoint);
    auto found = finder->found.get_future();
    std::shared_ptr<net::AmqpClient> client;
    loop.call([&] {
        client = net::AmqpClient::connect(loop, address, tls_of(endpoint), *finder,
                                          proton::connection_options().sasl_allowed_mechs("ANONYMOUS"),
                                          [finder](const std::string& why) { finder->settle(why); });
    });
    const bool has_answer = found.wait_for(endpoint.connect_timeout) == std::future_status::ready;
    loop.call([&] {
        finder->is_settled = true;
        client->close();
        client.reset();
    });
    if (!has_answer) throw std::runtime_error(amqp_failure(address, "no answer in time"));
    auto answer = found.get();
    if (const auto* why = std::get_if<std::string>(&answer)) throw std::runtime_error(amqp_failure(address, *why));
    auto events = std::get<EventsEndpoint>(std::move(answer));
    // The same machine under another name is reached as the hub itself is.
    if (events.host_name == endpoint.host_name) events.address = endpoint.address;
    return events;
}

}  // namespace hubspec::actors
