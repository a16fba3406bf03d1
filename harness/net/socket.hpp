#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "harness/net/loop.hpp"
#include "harness/net/tls_context.hpp"

namespace hubspec::net {

/// How a connection ended, as far as this side can know.
enum class Ending {
    close_notify,  ///< the peer ended TLS and TCP in order
    fin,           ///< the peer closed TCP without ending TLS
    reset,         ///< RST
    handshake,     ///< TLS was not established
    unreachable,   ///< TCP was not established
    local,         ///< this side closed
};

struct Ended {
    Ending ending = Ending::local;
    std::string text;  ///< for a person: "connection refused", "certificate verify failed (...)"
};

/// What the handshake told about the peer.
struct PeerFacts {
    std::string tls_version;  ///< "TLSv1.3"; empty on a plain connection
    std::string server_name;  ///< what the ClientHello asked for; empty: nothing
    struct Certificate {
        std::string subject_common_name, sha1_thumbprint, sha256_thumbprint;  ///< thumbprints in upper-case hex
        bool chain_is_valid =
            false;  ///< it leads to a trusted CA and may authenticate a client; its time is not judged
        std::chrono::sys_seconds not_before{}, not_after{};  ///< when it and all above it hold
    };
    std::optional<Certificate> certificate;
};

/// What a server insists on in one handshake, beyond its context.
struct HandshakeTerms {
    TlsVersion version = TlsVersion::any;
    bool demands_certificate = false;
    std::chrono::milliseconds patience{60'000};  ///< with a peer whose handshake does not come to its end
    bool until_it_speaks = false;                ///< and with one that says nothing after it
};

/// A TCP connection, with TLS unless it is plain. All calls and callbacks happen on the loop's thread; after `ended` no
/// callback comes. The socket keeps itself alive while it is open.
class Socket : public std::enable_shared_from_this<Socket> {
public:
    struct Callbacks {
        std::function<void(const PeerFacts&)> opened;  ///< handshake done
        std::function<void(std::span<const std::uint8_t>)> received;
        std::function<void(const Ended&)> ended;
        std::function<void()> drained = {};  ///< the peer has taken all that had to wait for it
    };

    static std::shared_ptr<Socket> accept(Loop& loop, Accepted accepted, const std::optional<TlsContext>& tls,
                                          Callbacks callbacks, const HandshakeTerms& terms = {});
    /// `server_name` goes into SNI and is checked against the certificate; an IP address is checked against its IP
    /// entries.
    static std::shared_ptr<Socket> connect(Loop& loop, const std::string& host, std::uint16_t port,
                                           const std::optional<TlsContext>& tls, const std::string& server_name,
                                           Callbacks callbacks);
    ~Socket();

    /// Queues bytes and writes what the peer takes; one call is one TLS record where it fits.
    void send(std::span<const std::uint8_t> bytes);
    std::size_t queued() const;

    /// For a peer that writes in small pieces and waits for the acknowledgement of each (Nagle): without it one delayed
    /// by 40 ms holds up every request.
    void acknowledge_at_once();

    /// Ends TLS and TCP after what is queued.
    void close();
    /// Ends with RST, at once.
    void reset() { cut_off("reset by this side"); }
    /// The same; `why` is what `ended` says.
    void cut_off(const std::string& why);
    /// Half-closes TCP without ending TLS.
    void fin();

    struct Impl;

private:
    explicit Socket(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace hubspec::net
