#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// Single tries to reach a port, in the calling thread and within a time limit: for saying why a hub cannot be reached.
namespace hubspec::net {

/// What a name stands for.
struct Resolved {
    std::vector<std::string> addresses;
    std::string problem;  ///< empty: there are addresses
    std::chrono::milliseconds took{};
};
/// An IP address stands for itself. Returns within `limit`, whatever the name servers do.
Resolved resolve(const std::string& host, std::chrono::milliseconds limit);

/// A certificate that a peer showed.
struct ShownCertificate {
    std::string subject, issuer;     ///< common name, or the whole name where it has none
    std::vector<std::string> names;  ///< that it covers, IP addresses too
    std::chrono::sys_seconds not_before{}, not_after{};
};

struct Attempt {
    std::string host;  ///< name or IP address
    std::uint16_t port = 0;
    bool tls = true;
    std::string server_name = {};  ///< asked for and looked for in the certificate
    std::string ca_pem = {};       ///< trusted roots; empty: the system's
    std::string request =
        {};  ///< sent when the connection stands, and an answer read to its empty line; empty: nothing
    std::chrono::milliseconds limit{5'000};
};

/// How far an attempt came. A certificate that is not trusted does not end it.
struct Reached {
    bool connected = false;  ///< TCP
    bool secured = false;    ///< TLS
    std::string problem;     ///< why it went no further; empty: it is complete
    std::chrono::milliseconds connecting{}, securing{};
    std::string tls_version;
    std::vector<ShownCertificate> chain;  ///< the peer's own first
    std::string distrust;                 ///< why the chain is not trusted; empty: it is
    bool covers_name = false;             ///< the certificate is for server_name
    std::string answer;
};
Reached reach(const Attempt& attempt);

}  // namespace hubspec::net
