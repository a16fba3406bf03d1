// Rules of TLS and CONNECT, and of coming back.

#include <deque>
#include <set>

#include "harness/iothub/sas_token.hpp"
#include "harness/iothub/topic.hpp"
#include "harness/iothub/user_name.hpp"
#include "harness/run/device_rule_book.hpp"

namespace hubspec::run::rules {

using namespace model;

namespace {

constexpr std::uint16_t longest_keep_alive = 1177;  // KEEP-14
constexpr std::size_t most_connections_a_second = 10;
constexpr std::size_t most_tries_after_refusals = 5;

std::string quoted(const std::string& text) { return "'" + text + "'"; }

void look_at_user_name(Book& book, std::size_t event, const mqtt::Connect& connect) {
    const auto& device = book.device();
    const std::string name = connect.user_name.value_or("");
    const auto parsed = iothub::parse_user_name(name);
    const auto* user = std::get_if<iothub::UserName>(&parsed);
    if (user == nullptr)
        return book.broken("the-user-name-is-well-formed", event,
                           "the user name " + quoted(name) + " cannot be read: " +
                               std::string(iothub::describe(std::get<iothub::UserNameProblem>(parsed))));
    if (user->device_id != device.device_id || user->module_id.value_or("") != device.module_id)
        book.broken("the-user-name-is-well-formed", event,
                    "the user name " + quoted(name) + " does not name " + device.client_id());
    if (user->host != device.host_name && user->host != "localhost" && user->host != "127.0.0.1")
        book.broken("the-user-name-is-well-formed", event,
                    "the user name " + quoted(name) + " does not begin with the hub's name " + device.host_name);
    if (!user->api_version())
        book.broken("the-api-version-is-named", event, "the user name " + quoted(name) + " names none");
}

void look_at_password(Book& book, std::size_t event, const mqtt::Connect& connect) {
    const auto& device = book.device();
    const bool is_there = connect.password && !connect.password->empty();
    if (device.has_certificate) {
        if (is_there) book.broken("a-certificate-needs-no-password", event, "there is a password");
        return;
    }
    if (!is_there) return book.broken("the-password-is-a-token", event, "there is no password");
    const auto token = iothub::parse_sas_token(std::string(connect.password->begin(), connect.password->end()));
    if (const auto* problem = std::get_if<iothub::SasProblem>(&token))
        return book.broken("the-password-is-a-token", event, std::string(iothub::describe(*problem)));
    const auto& sas = std::get<iothub::SasToken>(token);
    if (sas.policy) return;  // of a shared access policy, which may cover the whole hub
    bool covered = false;
    for (const auto& host : {device.host_name, std::string("localhost"), std::string("127.0.0.1")})
        covered = covered || iothub::covers(sas, host + "/devices/" + device.path());
    if (!covered)
        book.broken("the-token-is-for-the-device", event,
                    "its resource is " + quoted(iothub::percent_decode(sas.resource_raw)));
}

void look_at_connect(Book& book, std::size_t event, const mqtt::Connect& connect) {
    const auto& device = book.device();
    if (connect.client_id != device.client_id())
        book.broken("the-client-id-is-the-devices", event,
                    "it is " + quoted(connect.client_id) + ", not " + quoted(device.client_id()));
    look_at_user_name(book, event, connect);
    look_at_password(book, event, connect);
    if (connect.keep_alive > longest_keep_alive)
        book.broken("keep-alive-is-short-enough", event, "it is " + std::to_string(connect.keep_alive) + " s");
    if (!connect.will) return;
    const auto topic = iothub::parse_device_topic(connect.will->topic);
    const auto* telemetry = std::get_if<iothub::TelemetryTopic>(&topic);
    if (telemetry == nullptr || telemetry->device_id != device.device_id ||
        telemetry->module_id.value_or("") != device.module_id)
        book.broken("the-will-is-telemetry", event, "it is " + quoted(connect.will->topic));
}

void look_at_transport(Book& book, std::size_t event, const ConnectionOpened& opened) {
    if (opened.tls_version != "TLSv1.2" && opened.tls_version != "TLSv1.3")
        book.broken("tls-is-1.2-or-newer", event, "it is " + opened.tls_version);
    const auto& host = book.device().host_name;
    const bool is_address = host.find_first_not_of("0123456789.:") == std::string::npos;
    if (opened.server_name.empty() && !is_address) book.broken("the-host-is-named", event, "it names nothing");
}

// What OpenSSL says of bytes that are no TLS.
bool is_plain(const std::string& how) {
    for (const auto* text : {"wrong version number", "http request", "packet length too long", "bad record type"})
        if (how.find(text) != std::string::npos) return true;
    return false;
}

}  // namespace

void look_at_connecting(Book& book) {
    std::set<std::string> connected;
    std::deque<std::chrono::microseconds> openings;
    std::size_t refusals = 0;
    for (std::size_t i = 0; i < book.trace().size(); ++i) {
        const auto& event = book.trace()[i];
        if (const auto* opened = std::get_if<ConnectionOpened>(&event.form)) {
            look_at_transport(book, i, *opened);
            openings.push_back(event.at);
            while (openings.front() + std::chrono::seconds(1) < event.at) openings.pop_front();
            if (openings.size() > most_connections_a_second)
                book.broken("reconnects-are-spaced", i,
                            std::to_string(openings.size()) + " connections within a second");
        }
        if (const auto* closed = std::get_if<ConnectionClosed>(&event.form);
            closed != nullptr && !closed->established && is_plain(closed->how))
            book.broken("tls-is-spoken", i, closed->how);
        if (const auto* sent = std::get_if<PacketSent>(&event.form))
            if (const auto* connack = std::get_if<mqtt::Connack>(&sent->packet))
                refusals = connack->return_code == 4 || connack->return_code == 5 ? refusals + 1 : 0;
        const auto* received = std::get_if<PacketReceived>(&event.form);
        if (received == nullptr) continue;
        if (std::holds_alternative<mqtt::Connect>(received->packet) && refusals > most_tries_after_refusals)
            book.broken("refusals-are-heeded", i, "CONNECT came again after " + std::to_string(refusals) + " refusals");
        const auto* connect = std::get_if<mqtt::Connect>(&received->packet);
        const bool is_first = connected.insert(received->connection).second;
        if (is_first && connect == nullptr) book.broken("connect-comes-first", i, "it is " + describe(event.form));
        if (!is_first && connect != nullptr) book.broken("connect-comes-once", i, "another CONNECT came");
        if (connect != nullptr) look_at_connect(book, i, *connect);
    }
}

}  // namespace hubspec::run::rules
