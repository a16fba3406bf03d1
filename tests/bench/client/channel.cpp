#include "tests/bench/client/channel.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <system_error>

namespace hubspec::bench {

namespace {

constexpr std::size_t sources = 8;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

sockaddr_in loopback(std::uint32_t last, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl((127U << 24U) + last);
    return address;
}

int version_of(const std::string& text) {
    if (text == "1.2") return TLS1_2_VERSION;
    if (text == "1.3") return TLS1_3_VERSION;
    throw std::runtime_error("--tls takes 1.2 or 1.3, not '" + text + "'");
}

}  // namespace

ContextPointer client_context(const std::string& ca_file, const std::string& version) {
    ContextPointer context(SSL_CTX_new(TLS_client_method()));
    if (SSL_CTX_load_verify_file(context.get(), ca_file.c_str()) != 1)
        throw std::runtime_error("'" + ca_file + "' has no certificates");
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_mode(context.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context.get(), 1);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    if (!version.empty()) {
        SSL_CTX_set_min_proto_version(context.get(), version_of(version));
        SSL_CTX_set_max_proto_version(context.get(), version_of(version));
    }
    return context;
}

int connect_socket(std::uint16_t port, std::size_t source) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) fail("socket");
    const int yes = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    ::setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    const auto from = loopback(2 + static_cast<std::uint32_t>(source % sources), 0);
    if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) fail("bind");
    const auto to = loopback(1, port);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS) {
        ::close(descriptor);
        fail("connect");
    }
    return descriptor;
}

Channel::Channel(SSL_CTX* context, int descriptor, const std::string& host_name, SSL_SESSION* session)
    : descriptor_(descriptor), ssl_(SSL_new(context)) {
    SSL_set_fd(ssl_.get(), descriptor);
    SSL_set_connect_state(ssl_.get());
    SSL_set_tlsext_host_name(ssl_.get(), host_name.c_str());
    SSL_set1_host(ssl_.get(), host_name.c_str());
    if (session != nullptr) SSL_set_session(ssl_.get(), session);
}

Channel::~Channel() {
    // Marked as ended in order: OpenSSL would forbid to resume the session otherwise.
    if (is_established_) SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    ::close(descriptor_);
}

bool Channel::goes_on(int result) {
    const int why = SSL_get_error(ssl_.get(), result);
    ERR_clear_error();
    if (why == SSL_ERROR_WANT_WRITE) wants_to_write_ = true;
    return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
}

bool Channel::shake_hands() {
    wants_to_write_ = false;
    const int result = SSL_do_handshake(ssl_.get());
    if (result != 1) return goes_on(result);
    is_established_ = true;
    return true;
}

bool Channel::flush() {
    wants_to_write_ = false;
    while (!out_.empty()) {
        const int written = SSL_write(ssl_.get(), out_.data(), static_cast<int>(out_.size()));
        if (written <= 0) return goes_on(written);
        out_.erase(out_.begin(), out_.begin() + written);
    }
    return true;
}

bool Channel::read() {
    thread_local Bytes piece(16 * 1024);
    in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(read_));
    read_ = 0;
    do {
        const int got = SSL_read(ssl_.get(), piece.data(), static_cast<int>(piece.size()));
        if (got <= 0) {
            if (in_.empty()) Bytes().swap(in_);  // idle connections give their buffers back
            return goes_on(got);
        }
        in_.insert(in_.end(), piece.begin(), piece.begin() + got);
    } while (SSL_has_pending(ssl_.get()) == 1);  // of what is left in the socket epoll tells again
    return true;
}

bool Channel::advance() {
    if (!is_established_ && !shake_hands()) return false;
    if (!is_established_) return true;
    return flush() && read();
}

}  // namespace hubspec::bench
