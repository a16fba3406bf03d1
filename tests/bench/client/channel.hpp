#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

/// A load generator of its own on raw OpenSSL and epoll: what it costs must not hide what a hub costs.
namespace hubspec::bench {

using Bytes = std::vector<std::uint8_t>;

struct Free {
    void operator()(SSL_CTX* one) const { SSL_CTX_free(one); }
    void operator()(SSL* one) const { SSL_free(one); }
    void operator()(SSL_SESSION* one) const { SSL_SESSION_free(one); }
};
using ContextPointer = std::unique_ptr<SSL_CTX, Free>;
using SslPointer = std::unique_ptr<SSL, Free>;
using SessionPointer = std::unique_ptr<SSL_SESSION, Free>;

/// Trusts the certificates of `ca_file` alone. `version`: "1.2", "1.3"; empty: what both sides like best.
ContextPointer client_context(const std::string& ca_file, const std::string& version);

/// A socket that connects to 127.0.0.1:port without waiting. `source` picks one of several loopback addresses, so that
/// ports do not run out. Throws std::system_error.
int connect_socket(std::uint16_t port, std::size_t source);

/// TLS on a socket that never blocks. What is written waits in one buffer and leaves in one piece.
class Channel {
public:
    /// `session`: of an earlier connection, to resume; nullptr: a full handshake.
    Channel(SSL_CTX* context, int descriptor, const std::string& host_name, SSL_SESSION* session);
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    /// Moves on as far as the socket lets it: handshake, writing, reading. False when the connection has ended.
    bool advance();
    bool is_established() const { return is_established_; }
    void write(std::span<const std::uint8_t> bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
    /// What has come and was not consumed.
    std::span<const std::uint8_t> received() const { return {in_.data() + read_, in_.size() - read_}; }
    void consume(std::size_t bytes) { read_ += bytes; }
    bool wants_to_write() const { return wants_to_write_; }
    int descriptor() const { return descriptor_; }
    SSL* ssl() const { return ssl_.get(); }
    /// Of one that never blocks.
    bool flush();

private:
    bool shake_hands();
    bool read();
    bool goes_on(int result);

    int descriptor_;
    SslPointer ssl_;
    bool is_established_ = false, wants_to_write_ = true;
    Bytes out_, in_;
    std::size_t read_ = 0;
};

}  // namespace hubspec::bench
