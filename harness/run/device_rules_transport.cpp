// Rules of TCP and TLS, and of coming back.

#include <algorithm>
#include <array>
#include <deque>

#include "harness/iothub/text.hpp"
#include "harness/run/device_rule.hpp"

namespace hubspec::run {

using namespace model;

namespace {

constexpr std::size_t most_connections_a_second = 10;
constexpr std::size_t few_displacements = 3;

bool has_any(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

/// Calls `look(index, how)` for each TLS connection that was never established.
template <class Look>
void for_each_failure(const Talk& talk, Look look) {
    for (std::size_t index = 0; index < talk.trace.size(); ++index)
        if (const auto* closed = std::get_if<ConnectionClosed>(&talk.trace[index].form);
            closed != nullptr && !closed->established)
            look(index, closed->how);
}

template <class Look>
void for_each_opening(const Talk& talk, Look look) {
    for (const auto& dialogue : talk.dialogues)
        if (dialogue.opened) look(dialogue, std::get<ConnectionOpened>(talk.trace[*dialogue.opened].form));
}

// What OpenSSL says of bytes that are no TLS.
bool is_about_plain_bytes(std::string_view how) {
    return has_any(how, {"wrong version number", "http request", "https proxy request", "packet length too long",
                         "bad record type"});
}

Breaches plain_bytes(const Talk& talk) {
    Breaches found;
    for_each_failure(talk, [&](std::size_t index, const std::string& how) {
        if (is_about_plain_bytes(how)) found.push_back({nullptr, index, "the first bytes are no TLS (" + how + ")"});
    });
    return found;
}

Breaches old_tls(const Talk& talk) {
    Breaches found;
    for_each_opening(talk, [&](const Dialogue& dialogue, const ConnectionOpened& opened) {
        if (has_any(opened.tls_version, {"SSL"}) || opened.tls_version == "TLSv1" || opened.tls_version == "TLSv1.1")
            found.push_back({&dialogue, *dialogue.opened, "the connection has " + opened.tls_version});
    });
    for_each_failure(talk, [&](std::size_t index, const std::string& how) {
        if (has_any(how, {"unsupported protocol", "version too low"}))
            found.push_back({nullptr, index, "the ClientHello offers older versions only (" + how + ")"});
    });
    return found;
}

bool is_address(std::string_view name) { return name.find_first_not_of("0123456789.:[]") == std::string_view::npos; }

Breaches host_is_not_named(const Talk& talk) {
    Breaches found;
    const auto& wanted = talk.device.server_name_expected;
    if (is_address(wanted)) return found;  // an address is no server name
    const auto& others = talk.device.other_host_names;
    for_each_opening(talk, [&](const Dialogue& dialogue, const ConnectionOpened& opened) {
        const auto is_named = [&](const std::string& name) {
            return iothub::equal_ignoring_case(opened.server_name, name);
        };
        if (is_named(wanted) || std::ranges::any_of(others, is_named)) return;
        const auto seen = opened.server_name.empty() ? "no host" : quoted(opened.server_name);
        found.push_back({&dialogue, *dialogue.opened, "the ClientHello names " + seen + ", not " + quoted(wanted)});
    });
    return found;
}

// X-WS-04: the front end is told not to ask for the certificate that proves who this is.
Breaches certificate_is_declined(const Talk& talk) {
    Breaches found;
    if (!talk.device.has_certificate) return found;
    for_each_opening(talk, [&](const Dialogue& dialogue, const ConnectionOpened& opened) {
        if (opened.path.find("iothub-no-client-cert=true") != std::string::npos)
            found.push_back({&dialogue, *dialogue.opened, "the WebSocket is asked for at " + quoted(opened.path)});
    });
    return found;
}

// A connection begins where it stands, or where it failed to.
bool is_an_attempt(const EventForm& form) {
    const auto* closed = std::get_if<ConnectionClosed>(&form);
    return std::holds_alternative<ConnectionOpened>(form) || (closed != nullptr && !closed->established);
}

Breaches tight_loop(const Talk& talk) {
    std::deque<std::chrono::microseconds> attempts;
    std::size_t most = 0, where = 0;
    for (std::size_t index = 0; index < talk.trace.size(); ++index) {
        if (!is_an_attempt(talk.trace[index].form)) continue;
        const auto now = talk.trace[index].at;
        attempts.push_back(now);
        while (attempts.front() + std::chrono::seconds(1) < now) attempts.pop_front();
        if (attempts.size() > most) most = attempts.size(), where = index;
    }
    if (most <= most_connections_a_second) return {};
    return {{nullptr, where, "there are " + std::to_string(most) + " connections within one second"}};
}

/// A connection of this client that the hub had accepted and that was still there.
bool stands_beside(const Dialogue& other, const Dialogue& newer, std::size_t at, const std::string& client_id) {
    if (&other == &newer || other.end <= at) return false;
    const auto* connect = first_of<mqtt::Connect>(other, true);
    const auto* connack = first_of<mqtt::Connack>(other, false);
    return connect != nullptr && connect->client_id == client_id && connack != nullptr && connack->return_code == 0 &&
           other.said.front().at < at;
}

// Once or twice is a device that noticed the loss of its connection before the hub did.
Breaches displaces_itself(const Talk& talk) {
    Breaches found;
    std::size_t displaced = 0;
    for_each_from_device<mqtt::Connect>(talk, [&](const Dialogue& dialogue, std::size_t at, const auto& connect) {
        const auto stands = [&](const Dialogue& other) {
            return stands_beside(other, dialogue, at, connect.client_id);
        };
        if (!std::ranges::any_of(talk.dialogues, stands) || ++displaced < few_displacements) return;
        found.push_back({&dialogue, at,
                         "for the " + std::to_string(displaced) + ". time " + quoted(connect.client_id) +
                             " connects while it is connected, as two programs with one identity do"});
    });
    return found;
}

}  // namespace

std::vector<Rule> rules_of_transport() {
    return {
        {"tls-is-spoken", {"TLS-01", "SCOPE-05"}, "Nothing is sent without TLS.", plain_bytes},
        {"tls-is-1.2-or-newer", {"TLS-07", "X-TLS-01"}, "TLS is 1.2 or newer.", old_tls},
        {"the-host-is-named", {"X-TLS-06"}, "The ClientHello names the host.", host_is_not_named},
        {"a-certificate-is-not-declined",
         {"X-WS-04"},
         "iothub-no-client-cert=true is for devices that have no certificate.",
         certificate_is_declined},
        {"reconnects-are-spaced",
         {"X-DEV-01"},
         "Reconnects do not follow each other in a tight loop: at most 10 connections begin within a second.",
         tight_loop},
        {"one-connection-at-a-time",
         {"X-DEV-01"},
         "A device does not displace its own connection again and again.",
         displaces_itself},
    };
}

}  // namespace hubspec::run
