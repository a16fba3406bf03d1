// The floor: nothing but handshakes, client and server in this process, each on a new TCP connection of the loopback.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "tests/bench/client/measure.hpp"

namespace hubspec::bench {

namespace {

ContextPointer server_context(const Wanted& wanted) {
    ContextPointer context(SSL_CTX_new(TLS_server_method()));
    if (SSL_CTX_use_certificate_chain_file(context.get(), wanted.certificate_file.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(context.get(), wanted.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
        throw std::runtime_error("the server's certificate or key cannot be read");
    return context;
}

/// A listening socket of this machine.
struct Listener {
    Listener() : descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(descriptor, 64) != 0 ||
            ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            throw std::runtime_error("cannot listen on 127.0.0.1");
        port = ntohs(address.sin_port);
    }
    ~Listener() { ::close(descriptor); }
    int descriptor;
    std::uint16_t port = 0;
};

/// One end after the other until both are done; neither blocks, so they share a thread.
SessionPointer shake_hands(SSL_CTX* client_side, SSL_CTX* server_side, const Listener& listener,
                           const std::string& host_name, SSL_SESSION* session) {
    Channel client(client_side, connect_socket(listener.port, 0), host_name, session);
    const int accepted = ::accept4(listener.descriptor, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    const int yes = 1;
    ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const SslPointer server(SSL_new(server_side));
    SSL_set_fd(server.get(), accepted);
    SSL_set_accept_state(server.get());
    bool is_done = false;
    while (!is_done || !client.is_established()) {
        if (!client.advance()) throw std::runtime_error("a bare handshake failed");
        is_done = SSL_do_handshake(server.get()) == 1;
        ERR_clear_error();
    }
    client.advance();  // TLS 1.3 sends its tickets after the handshake
    if ((session != nullptr) != (SSL_session_reused(server.get()) == 1))
        throw std::runtime_error("a bare handshake was not resumed as wanted");
    SSL_set_shutdown(server.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    ::close(accepted);
    return SessionPointer(SSL_get1_session(client.ssl()));
}

/// Takes from what is left to do until nothing is.
void work(const Wanted& wanted, std::atomic<long>& full, std::atomic<long>& resumed) {
    const auto client = client_context(wanted.server.ca_file, wanted.server.tls), server = server_context(wanted);
    const Listener listener;
    SessionPointer session;
    while (full.fetch_sub(1) > 0)
        session = shake_hands(client.get(), server.get(), listener, wanted.server.host_name, nullptr);
    if (!session) session = shake_hands(client.get(), server.get(), listener, wanted.server.host_name, nullptr);
    while (resumed.fetch_sub(1) > 0)
        session = shake_hands(client.get(), server.get(), listener, wanted.server.host_name, session.get());
}

}  // namespace

int measure_handshakes(const Wanted& wanted) {
    std::atomic<long> full = static_cast<long>(wanted.count), resumed = static_cast<long>(wanted.resumed);
    const auto began = Clock::now();
    std::vector<std::thread> threads;
    std::atomic<bool> has_failed = false;
    for (std::size_t i = 0; i < wanted.at_once; ++i)
        threads.emplace_back([&] {
            try {
                work(wanted, full, resumed);
            } catch (const std::exception& error) {
                std::fprintf(stderr, "bench-client: %s\n", error.what());
                has_failed = true;
            }
        });
    for (auto& thread : threads) thread.join();
    if (has_failed) return 3;
    const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
    print({{"full", static_cast<double>(wanted.count)},
           {"resumed", static_cast<double>(wanted.resumed)},
           {"seconds", seconds},
           {"cpu_seconds", own_processor_time()}});
    return 0;
}

}  // namespace hubspec::bench
