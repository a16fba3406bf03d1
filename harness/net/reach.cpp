#include "harness/net/reach.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <future>
#include <memory>
#include <thread>
#include <utility>

#include "harness/net/tls_context.hpp"

namespace hubspec::net {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t longest_answer = 65'536;

milliseconds since(Clock::time_point begin) { return std::chrono::duration_cast<milliseconds>(Clock::now() - begin); }

std::string seconds(milliseconds time) {
    return time.count() % 1000 == 0 ? std::to_string(time.count() / 1000) + " s" : std::to_string(time.count()) + " ms";
}

bool is_address(const std::string& host) {
    in6_addr unused{};
    return ::inet_pton(AF_INET, host.c_str(), &unused) == 1 || ::inet_pton(AF_INET6, host.c_str(), &unused) == 1;
}

Resolved look_up(const std::string& host) {
    Resolved resolved;
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) {
        resolved.problem = ::gai_strerror(error);
        return resolved;
    }
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (::getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0)
            resolved.addresses.emplace_back(text.data());
    }
    ::freeaddrinfo(found);
    if (resolved.addresses.empty()) resolved.problem = "it has no address";
    return resolved;
}

/// A file descriptor that is closed with its owner.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;
    int number() const { return number_; }

private:
    int number_;
};

bool is_ready(int descriptor, short events, Clock::time_point deadline) {
    while (true) {
        const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now()).count();
        pollfd one{descriptor, events, 0};
        const int ready = ::poll(&one, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
        if (ready > 0) return true;
        if (ready == 0 || errno != EINTR) return false;
    }
}

// The problem, or nothing when the connection stands.
std::string connect_to(const Descriptor& socket, const addrinfo& to, Clock::time_point deadline) {
    if (::connect(socket.number(), to.ai_addr, to.ai_addrlen) == 0) return {};
    if (errno != EINPROGRESS) return std::strerror(errno);
    if (!is_ready(socket.number(), POLLOUT, deadline)) return "no answer in time: packets are swallowed on the way";
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket.number(), SOL_SOCKET, SO_ERROR, &error, &size);
    return error == 0 ? std::string() : std::strerror(error);
}

Descriptor connect_to(const std::string& address, std::uint16_t port, Clock::time_point deadline,
                      std::string& problem) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
        problem = "no address";
        return Descriptor(-1);
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, ::freeaddrinfo);
    Descriptor socket(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    problem = socket.number() < 0 ? std::strerror(errno) : connect_to(socket, *found, deadline);
    return socket;
}

std::string name_of(const X509_NAME* name) {
    std::array<char, 256> common{};
    if (X509_NAME_get_text_by_NID(const_cast<X509_NAME*>(name), NID_commonName, common.data(), common.size()) > 0)
        return common.data();
    X509_NAME_oneline(name, common.data(), common.size());
    return common.data();
}

std::chrono::sys_seconds time_of(const ASN1_TIME* time) {
    std::tm parts{};
    ASN1_TIME_to_tm(time, &parts);
    return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&parts)));
}

std::vector<std::string> names_of(const X509* certificate) {
    std::vector<std::string> names;
    auto* list = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) {
        const auto* one = sk_GENERAL_NAME_value(list, i);
        if (one->type == GEN_DNS)
            names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(one->d.dNSName)));
        std::array<char, INET6_ADDRSTRLEN> text{};
        if (one->type == GEN_IPADD && ::inet_ntop(ASN1_STRING_length(one->d.iPAddress) == 4 ? AF_INET : AF_INET6,
                                                  ASN1_STRING_get0_data(one->d.iPAddress), text.data(), text.size()))
            names.emplace_back(text.data());
    }
    GENERAL_NAMES_free(list);
    return names;
}

ShownCertificate shown(const X509* certificate) {
    return {name_of(X509_get_subject_name(certificate)), name_of(X509_get_issuer_name(certificate)),
            names_of(certificate), time_of(X509_get0_notBefore(certificate)), time_of(X509_get0_notAfter(certificate))};
}

void look_at_peer(SSL* ssl, const Attempt& attempt, Reached& reached) {
    reached.tls_version = SSL_get_version(ssl);
    const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl);
    for (int i = 0; chain != nullptr && i < sk_X509_num(chain); ++i)
        reached.chain.push_back(shown(sk_X509_value(chain, i)));
    if (const long verified = SSL_get_verify_result(ssl); verified != X509_V_OK)
        reached.distrust = X509_verify_cert_error_string(verified);
    X509* own = SSL_get0_peer_certificate(ssl);
    const auto& name = attempt.server_name;
    reached.covers_name =
        own != nullptr && (is_address(name) ? X509_check_ip_asc(own, name.c_str(), 0) == 1
                                            : X509_check_host(own, name.data(), name.size(), 0, nullptr) == 1);
}

/// Bytes over TCP or TLS, each call within the deadline.
class Line {
public:
    Line(const Attempt& attempt, const Descriptor& socket, Clock::time_point deadline)
        : attempt_(attempt), socket_(socket), deadline_(deadline) {}

    void secure(Reached& reached) {
        const auto context = TlsContext::client({attempt_.ca_pem, {}, {}, TlsVersion::any, false});
        ssl_.reset(SSL_new(context.native()));
        SSL_set_fd(ssl_.get(), socket_.number());
        if (!attempt_.server_name.empty() && !is_address(attempt_.server_name))
            SSL_set_tlsext_host_name(ssl_.get(), attempt_.server_name.c_str());
        if (!again([&] { return SSL_connect(ssl_.get()); }, reached)) return;
        reached.secured = true;
        look_at_peer(ssl_.get(), attempt_, reached);
    }

    void ask(Reached& reached) {
        const auto& request = attempt_.request;
        if (!again([&] { return write(request); }, reached)) return;
        std::array<char, 4096> bytes{};
        while (!is_enough(reached.answer)) {
            int got = 0;
            if (!again([&] { return got = read(bytes); }, reached)) return;
            reached.answer.append(bytes.data(), static_cast<std::size_t>(got));
        }
    }

private:
    int write(const std::string& text) {
        if (ssl_) return SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
        return static_cast<int>(::send(socket_.number(), text.data(), text.size(), MSG_NOSIGNAL));
    }
    int read(std::array<char, 4096>& bytes) {
        if (ssl_) return SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
        return static_cast<int>(::recv(socket_.number(), bytes.data(), bytes.size(), 0));
    }
    static bool is_enough(const std::string& answer) {
        return answer.size() >= longest_answer || answer.find("\r\n\r\n") != std::string::npos;
    }

    // Until it succeeds; what keeps it from that becomes the problem.
    template <class Work>
    bool again(Work work, Reached& reached) {
        while (true) {
            ERR_clear_error();
            errno = 0;
            const int result = work();
            if (result > 0) return true;
            const auto events = wants(result);
            if (events == 0) return reached.problem = problem(result), false;
            if (!is_ready(socket_.number(), events, deadline_))
                return reached.problem = "it does not answer within " + seconds(attempt_.limit), false;
        }
    }

    short wants(int result) const {
        if (!ssl_) return result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? POLLIN : 0;
        const int reason = SSL_get_error(ssl_.get(), result);
        return reason == SSL_ERROR_WANT_READ ? POLLIN : reason == SSL_ERROR_WANT_WRITE ? POLLOUT : 0;
    }

    std::string problem(int result) const {
        const int error = errno;
        if (const auto text = openssl_error({}); !text.empty()) return text;
        return result == 0 || error == 0 ? "the peer closed the connection" : std::strerror(error);
    }

    const Attempt& attempt_;
    const Descriptor& socket_;
    Clock::time_point deadline_;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
};

}  // namespace

Resolved resolve(const std::string& host, milliseconds limit) {
    if (is_address(host)) return {{host}, {}, {}};
    const auto begin = Clock::now();
    std::promise<Resolved> promise;
    auto future = promise.get_future();
    // Nothing ends getaddrinfo() early, so the thread is left to itself when it takes too long.
    std::thread([host, told = std::move(promise)]() mutable { told.set_value(look_up(host)); }).detach();
    if (future.wait_for(limit) != std::future_status::ready)
        return {{}, "the name servers do not answer within " + seconds(limit), since(begin)};
    auto resolved = future.get();
    resolved.took = since(begin);
    return resolved;
}

Reached reach(const Attempt& attempt) {
    const auto begin = Clock::now();
    const auto deadline = begin + attempt.limit;
    Reached reached;
    const auto resolved = resolve(attempt.host, attempt.limit);
    reached.problem = resolved.problem;
    for (std::size_t i = 0; i < resolved.addresses.size(); ++i) {
        const auto share = (deadline - Clock::now()) / static_cast<int>(resolved.addresses.size() - i);
        const auto socket = connect_to(resolved.addresses[i], attempt.port, Clock::now() + share, reached.problem);
        if (!reached.problem.empty()) continue;
        reached.connected = true;
        reached.connecting = since(begin);
        Line line(attempt, socket, deadline);
        if (attempt.tls) line.secure(reached);
        reached.securing = since(begin) - reached.connecting;
        if (!attempt.request.empty() && reached.problem.empty()) line.ask(reached);
        return reached;
    }
    return reached;
}

}  // namespace hubspec::net
