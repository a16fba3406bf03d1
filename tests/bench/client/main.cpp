// Measures a server of MQTT over TLS on this machine, from one thread. tools/bench runs it.

#include <signal.h>
#include <sys/resource.h>

#include <cstdio>
#include <exception>
#include <stdexcept>

#include "tests/bench/arguments.hpp"
#include "tests/bench/client/measure.hpp"

namespace {

using namespace hubspec::bench;

Setters setters(Wanted& wanted) {
    auto& server = wanted.server;
    return {{"port", number(server.port)},
            {"wss", number(server.is_web_socket)},
            {"ca", text(server.ca_file)},
            {"host-name", text(server.host_name)},
            {"key", text(server.key)},
            {"prefix", text(server.prefix)},
            {"tls", text(server.tls)},
            {"keep-alive", number(server.keep_alive)},
            {"pid", number(server.pid)},
            {"connections", number(wanted.connections)},
            {"first", number(wanted.first)},
            {"in-flight", number(wanted.in_flight)},
            {"at-once", number(wanted.at_once)},
            {"count", number(wanted.count)},
            {"resumed", number(wanted.resumed)},
            {"seconds", number(wanted.seconds)},
            {"payload", number(wanted.payload)},
            {"resume", number(wanted.resume)},
            {"certificate", text(wanted.certificate_file)},
            {"key-file", text(wanted.key_file)},
            {"https-port", number(wanted.https_port)},
            {"policy", text(wanted.policy)},
            {"policy-key", text(wanted.policy_key)}};
}

int measure(const std::string& what, const Wanted& wanted) {
    if (what == "publish") return measure_publishing(wanted);
    if (what == "connect") return measure_connecting(wanted);
    if (what == "idle") return measure_idling(wanted);
    if (what == "handshakes") return measure_handshakes(wanted);
    if (what == "round_trip" || what == "twin" || what == "method") return measure_requests(wanted, what);
    throw std::runtime_error("'" + what + "' cannot be measured");
}

}  // namespace

int main(int count, char** arguments) {
    ::signal(SIGPIPE, SIG_IGN);
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    try {
        Wanted wanted;
        parse(count, arguments, setters(wanted));
        return measure(arguments[1], wanted);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench-client: %s\n", error.what());
        return 3;
    }
}
