#include "harness/net/socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>
#include <vector>

#include "harness/net/asio_loop.hpp"
#include "harness/net/peer_facts.hpp"

namespace hubspec::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// What an idle connection keeps of its output buffer.
constexpr std::size_t most_spare = 512;
// Above this much unsent output nothing more is read from the peer: it must take its answers first.
constexpr std::size_t output_high_water = 4 * 1024 * 1024;
// After this side has closed, the peer gets this long to close as well.
constexpr std::chrono::seconds close_patience{5};

// A connection that never got through is told apart by why.
std::string handshake_failure(SSL* ssl) {
    const long verified = SSL_get_verify_result(ssl);
    if (verified != X509_V_OK) return std::string("certificate refused: ") + X509_verify_cert_error_string(verified);
    return "TLS handshake failed: " + openssl_error("the peer closed the connection");
}

}  // namespace

struct Socket::Impl : Connection {
    Impl(Loop& owner, Callbacks given)
        : loop(owner), socket(owner.impl().context), patience(owner.impl().context), callbacks(std::move(given)) {
        loop.impl().connections.add(*this);
    }
    ~Impl() override {
        if (!ended) loop.impl().connections.remove(*this);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    Loop& loop;
    tcp::socket socket;
    std::optional<tcp::resolver> resolver;  // of a client
    asio::steady_timer patience;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl{nullptr, SSL_free};
    Callbacks callbacks;
    std::vector<std::uint8_t> output;
    std::size_t written = 0;
    bool open = false, ended = false, closing = false, half_closed = false, was_reset = false;
    bool is_lost = false;   // nothing can be written any more
    bool is_eager = false;  // acknowledges segments at once
    bool awaited = false;   // the peer has to show that it is there
    bool until_it_speaks = false;
    bool waiting_read = false;
    bool waiting_write = false;
    std::weak_ptr<Socket> self;

    bool is_tls() const { return ssl != nullptr; }

    void end(Ending ending, std::string text) {
        if (ended) return;
        const auto keep = self.lock();
        const auto told = std::move(callbacks.ended);
        abandon();
        if (told) told(closing ? Ended{Ending::local, "closed by this side"} : Ended{ending, std::move(text)});
    }

    void abandon() override {
        const auto keep = self.lock();
        ended = true;
        loop.impl().connections.remove(*this);
        error_code ignored;
        if (resolver) resolver->cancel();
        patience.cancel();
        socket.close(ignored);
        ssl.reset();
        const auto let_go = std::exchange(callbacks, {});
    }

    void wait(tcp::socket::wait_type type) {
        bool& waiting = type == tcp::socket::wait_read ? waiting_read : waiting_write;
        if (waiting || ended) return;
        waiting = true;
        socket.async_wait(type, [keep = self.lock(), this, &waiting](const error_code& error) {
            waiting = false;
            if (error || ended) return;
            if (open || !is_tls() || SSL_is_server(ssl.get()) == 0) return progress();
            // A flood of handshakes does not hold up those who are connected.
            loop.impl().defer([keep, this] {
                if (!ended) progress();
            });
        });
    }

    void progress() {
        if (!open && !handshake()) return;
        const bool was_full = !output.empty();
        flush();
        if (!ended) read();
        if (!ended) flush();
        if (!ended && is_eager) acknowledge();
        if (!ended && was_full && output.empty() && callbacks.drained) callbacks.drained();
    }

    // Who comes in and says nothing is not waited for.
    void await_peer(const HandshakeTerms& terms) {
        awaited = true;
        until_it_speaks = terms.until_it_speaks;
        patience.expires_after(terms.patience);
        patience.async_wait([keep = self.lock(), this](const error_code& stopped) {
            if (!stopped && awaited) end(Ending::handshake, "nothing came from the peer in time");
        });
    }
    void stop_waiting() {
        if (std::exchange(awaited, false)) patience.cancel();
    }

    // The system falls back to delayed acknowledgements by itself, so it is told again and again.
    void acknowledge() {
        const int on = 1;
        ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
    }

    /// True when the connection is ready for data.
    bool handshake() {
        if (is_tls()) {
            ERR_clear_error();
            const int result = SSL_do_handshake(ssl.get());
            if (result != 1) {
                const int reason = SSL_get_error(ssl.get(), result);
                if (reason == SSL_ERROR_WANT_READ) return wait(tcp::socket::wait_read), false;
                if (reason == SSL_ERROR_WANT_WRITE) return wait(tcp::socket::wait_write), false;
                return end(Ending::handshake, handshake_failure(ssl.get())), false;
            }
        }
        open = true;
        if (!until_it_speaks) stop_waiting();
        const auto keep = self.lock();
        if (callbacks.opened) callbacks.opened(is_tls() ? facts_of(ssl.get()) : PeerFacts{});
        return !ended;
    }

    void flush() {
        written += write(std::span<const std::uint8_t>(output).subspan(written));
        if (ended || written < output.size()) return;
        output.clear();
        if (output.capacity() > most_spare) output.shrink_to_fit();
        written = 0;
        if (closing && open && !half_closed) finish();
    }

    /// How many of them the system took; 0 when the connection is lost as well.
    std::size_t write(std::span<const std::uint8_t> bytes) {
        std::size_t all = 0;
        while (open && !ended && all < bytes.size()) {
            const long taken = is_tls() ? write_tls(bytes.subspan(all)) : write_plain(bytes.subspan(all));
            if (taken <= 0) break;
            all += static_cast<std::size_t>(taken);
        }
        return all;
    }

    void send(std::span<const std::uint8_t> bytes) {
        if (open && output.empty() && !is_lost) bytes = bytes.subspan(write(bytes));
        if (!ended && !is_lost) output.insert(output.end(), bytes.begin(), bytes.end());
    }

    long write_tls(std::span<const std::uint8_t> bytes) {
        ERR_clear_error();
        std::size_t taken = 0;
        const int result = SSL_write_ex(ssl.get(), bytes.data(), bytes.size(), &taken);
        if (result == 1) return static_cast<long>(taken);
        switch (SSL_get_error(ssl.get(), result)) {
            case SSL_ERROR_WANT_WRITE:
                return wait(tcp::socket::wait_write), 0;
            case SSL_ERROR_WANT_READ:
                return wait(tcp::socket::wait_read), 0;
            default:
                return lost_while_writing(errno), -1;
        }
    }

    long write_plain(std::span<const std::uint8_t> bytes) {
        error_code error;
        const auto taken = socket.write_some(asio::buffer(bytes.data(), bytes.size()), error);
        if (error == asio::error::would_block) return wait(tcp::socket::wait_write), 0;
        if (error) return lost_while_writing(error.value()), -1;
        return static_cast<long>(taken);
    }

    // What the peer sent before it closed may still be unread: deliver that first, the end comes with it.
    void lost_while_writing(int code) {
        is_lost = true;
        was_reset = was_reset || code == ECONNRESET;  // the system says so once: what reads sees no more than an end
        output.clear();
        written = 0;
        closing = false;
        wait(tcp::socket::wait_read);
    }

    void read() {
        static thread_local std::array<std::uint8_t, 16 * 1024> buffer;
        const auto keep = self.lock();
        while (!ended) {
            if (output.size() - written > output_high_water) return wait(tcp::socket::wait_write);
            const long size = is_tls() ? read_tls(buffer) : read_plain(buffer);
            if (size <= 0) return;
            stop_waiting();
            if (callbacks.received && !closing)
                callbacks.received(std::span(buffer).first(static_cast<std::size_t>(size)));
            if (!ended && !has_more(static_cast<std::size_t>(size), buffer.size())) return wait(tcp::socket::wait_read);
        }
    }

    /// Spares the system call that would only say that there is nothing.
    bool has_more(std::size_t size, std::size_t most) const {
        return is_tls() ? SSL_has_pending(ssl.get()) == 1 : size == most;
    }

    long read_tls(std::span<std::uint8_t> buffer) {
        ERR_clear_error();
        std::size_t size = 0;
        const int result = SSL_read_ex(ssl.get(), buffer.data(), buffer.size(), &size);
        if (result == 1) return static_cast<long>(size);
        switch (SSL_get_error(ssl.get(), result)) {
            case SSL_ERROR_WANT_READ:
                return wait(tcp::socket::wait_read), 0;
            case SSL_ERROR_WANT_WRITE:
                return wait(tcp::socket::wait_write), 0;
            case SSL_ERROR_ZERO_RETURN:
                return end(Ending::close_notify, "closed (TLS close_notify)"), -1;
            case SSL_ERROR_SYSCALL:
                return end_of_system_error(errno), -1;
            default:
                break;
        }
        if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
            ERR_clear_error();
            return end_of_stream("closed (TCP FIN without TLS close_notify)"), -1;
        }
        return end(Ending::reset, "TLS failed: " + openssl_error("unknown reason")), -1;
    }

    long read_plain(std::span<std::uint8_t> buffer) {
        error_code error;
        const auto size = socket.read_some(asio::buffer(buffer.data(), buffer.size()), error);
        if (error == asio::error::would_block) return wait(tcp::socket::wait_read), 0;
        if (error == asio::error::eof) return end_of_stream("closed (TCP FIN)"), -1;
        if (error) return end_of_system_error(error.value()), -1;
        return static_cast<long>(size);
    }

    void end_of_stream(const char* how) {
        if (was_reset) return end(Ending::reset, "reset (TCP RST)");
        end(Ending::fin, how);
    }

    void end_of_system_error(int code) {
        if (code == 0 || code == EPIPE) return end_of_stream("closed (TCP FIN without TLS close_notify)");
        end(Ending::reset, code == ECONNRESET
                               ? "reset (TCP RST)"
                               : "broken (" + error_code(code, boost::system::system_category()).message() + ")");
    }

    void finish() {
        if (is_tls()) {
            ERR_clear_error();
            SSL_shutdown(ssl.get());
        }
        half_close();
    }

    // The peer's own end is awaited, so that nothing that was sent is destroyed by a RST.
    void half_close() {
        if (half_closed) return;
        half_closed = true;
        stop_waiting();
        error_code ignored;
        socket.shutdown(tcp::socket::shutdown_send, ignored);
        wait(tcp::socket::wait_read);
        patience.expires_after(close_patience);
        patience.async_wait([keep = self.lock(), this](const error_code& stopped) {
            if (!stopped) end(Ending::local, "closed by this side");
        });
    }

    void start_tls(const TlsContext& tls, const std::string& server_name) {
        ssl.reset(SSL_new(tls.native()));
        if (!ssl) throw TlsError(openssl_error("OpenSSL has no memory"));
        SSL_set_fd(ssl.get(), socket.native_handle());
        if (server_name.empty()) return SSL_set_accept_state(ssl.get());
        SSL_set_connect_state(ssl.get());
        error_code not_an_address;
        asio::ip::make_address(server_name, not_an_address);
        if (!not_an_address) {
            X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), server_name.c_str());
        } else {
            SSL_set_tlsext_host_name(ssl.get(), server_name.c_str());
            SSL_set1_host(ssl.get(), server_name.c_str());
        }
    }

    void set_terms(const HandshakeTerms& terms) {
        if (terms.version == TlsVersion::tls_1_2) SSL_set_max_proto_version(ssl.get(), TLS1_2_VERSION);
        if (terms.version == TlsVersion::tls_1_3) SSL_set_min_proto_version(ssl.get(), TLS1_3_VERSION);
        if (terms.demands_certificate)
            SSL_set_verify(ssl.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                           SSL_get_verify_callback(ssl.get()));
    }

    void connect_to(const std::string& host, std::uint16_t port, const std::optional<TlsContext>& tls,
                    const std::string& server_name) {
        resolver.emplace(loop.impl().context);
        resolver->async_resolve(host, std::to_string(port),
                                [keep = self.lock(), this, tls, server_name](const error_code& error,
                                                                             const tcp::resolver::results_type& found) {
                                    if (ended) return;
                                    if (error)
                                        return end(Ending::unreachable, "host name not found: " + error.message());
                                    try_endpoints(std::make_shared<tcp::resolver::results_type>(found), found.begin(),
                                                  tls, server_name, {});
                                });
    }

    void try_endpoints(std::shared_ptr<tcp::resolver::results_type> found,
                       tcp::resolver::results_type::const_iterator next, const std::optional<TlsContext>& tls,
                       const std::string& server_name, const error_code& last) {
        if (next == found->end()) return end(Ending::unreachable, "TCP connection failed: " + last.message());
        error_code ignored;
        socket.close(ignored);
        socket.async_connect(next->endpoint(), [keep = self.lock(), this, found, next, tls,
                                                server_name](const error_code& error) mutable {
            if (ended) return;
            if (error) return try_endpoints(found, ++next, tls, server_name, error);
            error_code option;
            socket.set_option(tcp::no_delay(true), option);
            socket.non_blocking(true, option);
            if (tls) start_tls(*tls, server_name);
            progress();
        });
    }
};

Socket::Socket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Socket::~Socket() = default;

std::shared_ptr<Socket> Socket::accept(Loop& loop, Accepted accepted, const std::optional<TlsContext>& tls,
                                       Callbacks callbacks, const HandshakeTerms& terms) {
    auto impl = std::make_unique<Impl>(loop, std::move(callbacks));
    const bool v6 = accepted.peer_address.find(':') != std::string::npos;
    impl->socket.assign(v6 ? tcp::v6() : tcp::v4(), accepted.descriptor);
    impl->socket.non_blocking(true);
    if (tls) impl->start_tls(*tls, {}), impl->set_terms(terms);
    std::shared_ptr<Socket> socket(new Socket(std::move(impl)));
    socket->impl_->self = socket;
    socket->impl_->await_peer(terms);
    asio::post(loop.impl().context, [socket] {
        if (!socket->impl_->ended) socket->impl_->progress();
    });
    return socket;
}

std::shared_ptr<Socket> Socket::connect(Loop& loop, const std::string& host, std::uint16_t port,
                                        const std::optional<TlsContext>& tls, const std::string& server_name,
                                        Callbacks callbacks) {
    std::shared_ptr<Socket> socket(new Socket(std::make_unique<Impl>(loop, std::move(callbacks))));
    socket->impl_->self = socket;
    socket->impl_->connect_to(host, port, tls, server_name);
    return socket;
}

void Socket::send(std::span<const std::uint8_t> bytes) {
    if (impl_->ended || impl_->closing) return;
    impl_->send(bytes);
}

std::size_t Socket::queued() const { return impl_->output.size() - impl_->written; }

void Socket::close() {
    if (impl_->ended || impl_->closing) return;
    if (!impl_->open) return impl_->end(Ending::local, "closed by this side");
    impl_->closing = true;
    impl_->flush();
}

void Socket::acknowledge_at_once() { impl_->is_eager = true; }

void Socket::cut_off(const std::string& why) {
    if (impl_->ended) return;
    error_code ignored;
    impl_->socket.set_option(asio::socket_base::linger(true, 0), ignored);
    impl_->end(Ending::local, why);
}

void Socket::fin() {
    if (impl_->ended) return;
    impl_->half_close();
}

}  // namespace hubspec::net
