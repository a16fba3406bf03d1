// What lies between this machine and a hub: names, ports, certificates, a proxy.

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <future>

#include "harness/actors/proxy.hpp"
#include "harness/cli/doctor.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/iothub/sas_token.hpp"
#include "harness/model/time.hpp"
#include "harness/net/reach.hpp"

namespace hubspec::cli {

namespace {

using std::chrono::milliseconds;

std::string date_of(std::chrono::sys_seconds time) { return model::iso8601(time).substr(0, 10); }

bool is_azures_issuer(const std::string& issuer) {
    return issuer.find("Microsoft") != std::string::npos || issuer.find("DigiCert") != std::string::npos ||
           issuer.find("Baltimore") != std::string::npos;
}

/// A port and what it is for.
struct Door {
    const char* name;
    const char* purpose;
    std::uint16_t port;
    const char* advice;  ///< when it is closed
    Health closed = Health::problem;
};

std::string at(const TargetFile& target, const Door& door) {
    return target.endpoint.address + ":" + std::to_string(door.port);
}

std::string chain_text(const net::Reached& reached) {
    std::string text;
    for (const auto& one : reached.chain) text += (text.empty() ? "'" : " < '") + one.subject + "'";
    const auto& last = reached.chain.back();
    if (last.issuer != last.subject) text += " < '" + last.issuer + "'";
    return text;
}

Check untrusted(const Door& door, const std::string& where, const net::Reached& reached, const TargetFile& target) {
    const auto& root = reached.chain.back().issuer;
    std::string advice;
    if (reached.distrust.find("expired") != std::string::npos ||
        reached.distrust.find("not yet valid") != std::string::npos)
        advice = fmt::format("it holds from {} to {}: look at this machine's clock, then at the hub's certificate",
                             date_of(reached.chain.front().not_before), date_of(reached.chain.front().not_after));
    else if (is_azure(target.endpoint.host_name) && target.endpoint.ca_pem.empty() && !is_azures_issuer(root))
        advice = fmt::format(
            "the root '{}' is missing here, and Azure's certificates come from Microsoft and DigiCert: "
            "a proxy between here and the hub opens TLS. Have the host excepted, or name that root "
            "with `ca:` in the target file",
            root);
    else
        advice = fmt::format("the root '{}' is missing: {}", root,
                             target.endpoint.ca_pem.empty()
                                 ? "install the package ca-certificates, or name a file that has it with `ca:`"
                                 : "'" + target.endpoint.ca_file + "' does not have it");
    return {door.name, Health::problem,
            fmt::format("{}: the certificate is not trusted ({}): {}", where, reached.distrust, chain_text(reached)),
            advice};
}

Check look_at_certificate(const Door& door, const net::Reached& reached, const TargetFile& target) {
    const auto where = fmt::format("{} ({})", at(target, door), door.purpose);
    if (reached.chain.empty())
        return {door.name, Health::problem, where + ": no certificate was shown", "this is no hub"};
    const auto& own = reached.chain.front();
    if (!reached.distrust.empty()) return untrusted(door, where, reached, target);
    if (!reached.covers_name)
        return {door.name, Health::problem,
                fmt::format("{}: the certificate is for {}, not for '{}'", where, fmt::join(own.names, ", "),
                            target.endpoint.host_name),
                "another server answers there: look at `host`, `address` and the name servers"};
    const auto told =
        fmt::format("{}: TCP {} ms, {} {} ms, certificate {}, until {}", where, reached.connecting.count(),
                    reached.tls_version, reached.securing.count(), chain_text(reached), date_of(own.not_after));
    if (is_azure(target.endpoint.host_name) && target.endpoint.ca_pem.empty() && !is_azures_issuer(own.issuer))
        return {door.name, Health::warning, told,
                fmt::format("'{}' has issued it, neither Microsoft nor DigiCert: a proxy that this machine trusts "
                            "opens TLS and can read along",
                            own.issuer)};
    return {door.name, Health::ok, told, {}};
}

net::Attempt attempt_at(const Visit& visit, std::uint16_t port) {
    net::Attempt attempt{visit.target.endpoint.address, port};
    attempt.server_name = visit.target.endpoint.host_name;
    attempt.ca_pem = visit.target.endpoint.ca_pem;
    attempt.limit = visit.limit;
    return attempt;
}

Check knock(const Visit& visit, const Door& door) {
    const auto reached = net::reach(attempt_at(visit, door.port));
    const auto where = fmt::format("{} ({})", at(visit.target, door), door.purpose);
    if (!reached.connected)
        return {door.name, door.closed, where + ": no TCP connection: " + reached.problem, door.advice};
    if (!reached.secured)
        return {door.name, door.closed, where + ": TCP connects, TLS does not: " + reached.problem,
                "what listens there does not speak TLS, or something on the way keeps it from it"};
    return look_at_certificate(door, reached, visit.target);
}

Check resolve_host(const Visit& visit) {
    const auto& endpoint = visit.target.endpoint;
    if (endpoint.address != endpoint.host_name)
        return {"dns",
                Health::ok,
                fmt::format("{} is taken to be at {}, as the target file says", endpoint.host_name, endpoint.address),
                {}};
    const auto resolved = net::resolve(endpoint.host_name, visit.limit);
    if (!resolved.problem.empty())
        return {"dns", Health::problem, fmt::format("{} is not found: {}", endpoint.host_name, resolved.problem),
                "check the spelling of the hub's name, and that this machine's name servers know names on the internet "
                "(or the private zone of the hub)"};
    return {
        "dns",
        Health::ok,
        fmt::format("{} is {} ({} ms)", endpoint.host_name, fmt::join(resolved.addresses, ", "), resolved.took.count()),
        {}};
}

std::string upgrade_request(const Visit& visit, const char* subprotocol) {
    return fmt::format(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
        "aHVic3BlYy1kb2N0b3IhIQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {}\r\n\r\n",
        visit.target.endpoint.web_socket_path, visit.target.endpoint.host_name, subprotocol);
}

Check upgrade(const Visit& visit, const char* name, const char* subprotocol, const char* purpose) {
    auto attempt = attempt_at(visit, visit.target.endpoint.https_port);
    attempt.request = upgrade_request(visit, subprotocol);
    const auto reached = net::reach(attempt);
    const auto where = fmt::format("{}:{} ({})", visit.target.endpoint.address, attempt.port, purpose);
    if (!reached.problem.empty())
        return {name, Health::warning, where + ": no upgrade: " + reached.problem,
                "a WebSocket needs the HTTPS port to be open and nothing on the way that takes it for a mere request"};
    const auto status = reached.answer.substr(0, reached.answer.find('\r'));
    if (status.find(" 101") == std::string::npos)
        return {name, Health::warning, fmt::format("{}: the upgrade was answered '{}'", where, status),
                "a proxy that knows no WebSocket answers so, or a hub that offers none"};
    return {name, Health::ok, where + ": the upgrade was granted", {}};
}

Check ask_proxy(const Visit& visit, const std::string& url) {
    const auto proxy = actors::parse_proxy(url);
    if (!proxy) return {"proxy", Health::problem, "https_proxy is no URL", "write http://HOST:PORT"};
    const auto where = fmt::format("https_proxy leads to {}:{}", proxy->host, proxy->port);
    if (proxy->scheme != "http")
        return {"proxy", Health::warning, fmt::format("{} by {}, which is not examined", where, proxy->scheme), {}};
    const auto to = fmt::format("{}:{}", visit.target.endpoint.host_name, visit.target.endpoint.https_port);
    net::Attempt attempt{proxy->host, proxy->port, false};
    attempt.limit = visit.limit;
    attempt.request = fmt::format("CONNECT {} HTTP/1.1\r\nHost: {}\r\n", to, to);
    if (const auto pair = proxy->user + ":" + proxy->password; pair != ":")
        attempt.request += "Proxy-Authorization: Basic " +
                           iothub::base64_encode(std::vector<std::uint8_t>(pair.begin(), pair.end())) + "\r\n";
    attempt.request += "\r\n";
    const auto reached = net::reach(attempt);
    if (!reached.problem.empty())
        return {"proxy", Health::problem, where + ", which cannot be used: " + reached.problem,
                "correct https_proxy, or except the hub: no_proxy=" + visit.target.endpoint.host_name};
    const auto status = reached.answer.substr(0, reached.answer.find('\r'));
    if (status.find(" 200") == std::string::npos)
        return {"proxy", Health::problem, fmt::format("{}, which answers '{}'", where, status),
                status.find(" 407") != std::string::npos
                    ? "it wants a user and a password: https_proxy=http://USER:PASSWORD@HOST:PORT"
                    : "have the hub allowed there, or except it: no_proxy=" + visit.target.endpoint.host_name};
    return {"proxy",
            Health::ok,
            where +
                " and lets requests through. MQTT, WebSocket and AMQP connections of hubspec "
                "do not use it",
            {}};
}

Check look_at_proxy(const Visit& visit) {
    const auto url = actors::proxy_for(visit.target.endpoint);
    if (url.empty()) return {"proxy", Health::ok, "no proxy (https_proxy, no_proxy) is between here and the hub", {}};
    return ask_proxy(visit, url);
}

// The way round a closed port is open: what cannot be done is done in another way.
void soften(Checks& checks) {
    const auto named = [&](const char* name) {
        return std::find_if(checks.begin(), checks.end(), [&](const Check& one) { return one.name == name; });
    };
    const auto amqp = named("amqp"), over = named("amqp in a WebSocket");
    if (amqp == checks.end() || amqp->health == Health::ok) return;
    if (over != checks.end() && over->health == Health::ok) {
        amqp->health = Health::warning;
        amqp->advice =
            "nothing need be done: hubspec goes on in a WebSocket. `service: {amqp: web_socket}` saves the try";
    }
}

}  // namespace

std::string_view to_string(Health health) {
    switch (health) {
        case Health::ok:
            return "ok";
        case Health::warning:
            return "warning";
        case Health::problem:
            return "problem";
    }
    return {};
}

Checks examine_network(const Visit& visit) {
    const auto& endpoint = visit.target.endpoint;
    Checks checks{resolve_host(visit)};
    if (checks.front().health == Health::problem) {
        if (!visit.target.has_https_port || actors::proxy_for(endpoint).empty()) return checks;
        checks.front().health = Health::warning;
        checks.front().advice =
            "the proxy may know the name: the service API is reached through it. Devices are not: MQTT and AMQP "
            "connections need the name here, or `address` in the target file";
        checks.push_back(look_at_proxy(visit));
        return checks;
    }
    std::vector<std::function<Check()>> probes;
    const auto door = [&](Door one) { probes.emplace_back([&visit, one] { return knock(visit, one); }); };
    door({"mqtt", "MQTT over TLS", endpoint.mqtt_port,
          "have this machine's network let the port out; devices can speak MQTT in a WebSocket meanwhile"});
    if (visit.target.has_https_port) {
        door({"https", "HTTPS", endpoint.https_port,
              "the service API and WebSockets need it: have this machine's network let it out"});
        probes.emplace_back([&] { return upgrade(visit, "web_socket", "mqtt", "MQTT in a WebSocket"); });
        probes.emplace_back([&] { return look_at_proxy(visit); });
    }
    if (visit.target.service) {
        door({"amqp", "AMQP over TLS", endpoint.amqp_port,
              "cases with cloud-to-device messages and telemetry are not applicable without it", Health::warning});
        if (visit.target.has_https_port)
            probes.emplace_back(
                [&] { return upgrade(visit, "amqp in a WebSocket", "AMQPWSB10", "AMQP in a WebSocket"); });
    }
    std::vector<std::future<Check>> pending;
    for (const auto& probe : probes) pending.push_back(std::async(std::launch::async, probe));
    for (auto& one : pending) checks.push_back(one.get());
    soften(checks);
    return checks;
}

}  // namespace hubspec::cli
