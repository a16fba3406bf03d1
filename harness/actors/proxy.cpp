#include "harness/actors/proxy.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <memory>

namespace hubspec::actors {

namespace {

std::string either(const char* small, const char* large) {
    const char* value = std::getenv(small);
    if (value == nullptr || *value == '\0') value = std::getenv(large);
    return value == nullptr ? "" : value;
}

bool excepts(std::string list, const std::string& host) {
    std::replace(list.begin(), list.end(), ' ', ',');
    while (!list.empty()) {
        auto one = list.substr(0, list.find(','));
        list.erase(0, std::min(one.size() + 1, list.size()));
        if (one == "*") return true;
        if (one.starts_with('.')) one.erase(0, 1);
        if (!one.empty() && (host == one || host.ends_with("." + one))) return true;
    }
    return false;
}

std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owned(text, curl_free);
    return text;
}

}  // namespace

std::optional<Proxy> parse_proxy(const std::string& text) {
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), curl_url_cleanup);
    const auto whole = text.find("://") == std::string::npos ? "http://" + text : text;
    if (curl_url_set(url.get(), CURLUPART_URL, whole.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
        return std::nullopt;
    Proxy proxy;
    proxy.scheme = part(url.get(), CURLUPART_SCHEME);
    proxy.host = part(url.get(), CURLUPART_HOST);
    if (proxy.host.starts_with('[')) proxy.host = proxy.host.substr(1, proxy.host.size() - 2);
    if (proxy.scheme == "https") proxy.port = 443;
    if (const auto port = part(url.get(), CURLUPART_PORT); !port.empty())
        std::from_chars(port.data(), port.data() + port.size(), proxy.port);
    proxy.user = part(url.get(), CURLUPART_USER, CURLU_URLDECODE);
    proxy.password = part(url.get(), CURLUPART_PASSWORD, CURLU_URLDECODE);
    return proxy;
}

std::string proxy_for(const Endpoint& endpoint) {
    if (endpoint.is_direct() || excepts(either("no_proxy", "NO_PROXY"), endpoint.host_name)) return {};
    const auto url = either("https_proxy", "HTTPS_PROXY");
    return url.empty() ? either("all_proxy", "ALL_PROXY") : url;
}

}  // namespace hubspec::actors
