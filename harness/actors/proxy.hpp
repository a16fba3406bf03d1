#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "harness/actors/endpoint.hpp"

/// The proxy of the surroundings that the service API is reached by, as libcurl reads it.
namespace hubspec::actors {

struct Proxy {
    std::string scheme = "http";  ///< lower case: "http", "https", "socks5h", ...
    std::string host;
    std::uint16_t port = 1080;
    std::string user, password;  ///< decoded; both empty: none are given
};

/// "http://user:p%40ss@proxy.example:3128"; the scheme may be missing. nullopt: that is no URL.
std::optional<Proxy> parse_proxy(const std::string& url);

/// What https_proxy, all_proxy and no_proxy lead to, in small letters or in capitals; with the credentials that are in
/// it. Empty: the hub is reached directly.
std::string proxy_for(const Endpoint& endpoint);

}  // namespace hubspec::actors
