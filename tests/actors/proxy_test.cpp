#include "harness/actors/proxy.hpp"

#include <gtest/gtest.h>

#include <map>

namespace hubspec::actors {
namespace {

/// The surroundings that a test wants, and those of before again.
class Surroundings {
public:
    explicit Surroundings(const std::map<std::string, std::string>& wanted) {
        for (const char* name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"}) {
            const char* before = std::getenv(name);
            before_[name] = before == nullptr ? "" : before;
            const auto found = wanted.find(name);
            ::setenv(name, found == wanted.end() ? "" : found->second.c_str(), 1);
        }
    }
    ~Surroundings() {
        for (const auto& [name, value] : before_)
            value.empty() ? ::unsetenv(name.c_str()) : ::setenv(name.c_str(), value.c_str(), 1);
    }

private:
    std::map<std::string, std::string> before_;
};

std::string proxy_in(const std::map<std::string, std::string>& wanted, const std::string& host,
                     const std::string& address = {}) {
    const Surroundings surroundings(wanted);
    Endpoint endpoint;
    endpoint.host_name = host;
    endpoint.address = address.empty() ? host : address;
    return proxy_for(endpoint);
}

TEST(Proxy, IsTakenApart) {
    const auto whole = parse_proxy("http://us%3Aer:p%40ss@proxy.example:3128/");
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->scheme, "http");
    EXPECT_EQ(whole->host, "proxy.example");
    EXPECT_EQ(whole->port, 3128);
    EXPECT_EQ(whole->user, "us:er");
    EXPECT_EQ(whole->password, "p@ss");
    EXPECT_EQ(parse_proxy("proxy.example")->port, 1080);
    EXPECT_EQ(parse_proxy("https://proxy.example")->port, 443);
    EXPECT_EQ(parse_proxy("socks5h://proxy.example")->scheme, "socks5h");
    EXPECT_EQ(parse_proxy("http://[::1]:3128")->host, "::1");
    for (const char* bad : {"http://", "http://h:99999", "a b"}) EXPECT_FALSE(parse_proxy(bad)) << bad;
}

TEST(Proxy, LeadsToAHub) {
    const std::map<std::string, std::string> one{{"https_proxy", "http://p:1"}};
    EXPECT_EQ(proxy_in(one, "hub.example"), "http://p:1");
    EXPECT_EQ(proxy_in({{"HTTPS_PROXY", "http://q:1"}}, "hub.example"), "http://q:1");
    EXPECT_EQ(proxy_in({{"ALL_PROXY", "http://r:1"}}, "hub.example"), "http://r:1");
    EXPECT_EQ(proxy_in(one, "hub.example", "10.0.0.1"), "") << "an address that was given";
    EXPECT_EQ(proxy_in(one, "localhost"), "");
    EXPECT_EQ(proxy_in({}, "hub.example"), "");
    for (const char* list : {"hub.example", ".example", "example", "other, hub.example", "*"})
        EXPECT_EQ(proxy_in({{"https_proxy", "http://p:1"}, {"no_proxy", list}}, "hub.example"), "") << list;
    for (const char* list : {"b.example", "hub.example.org", "xample"})
        EXPECT_EQ(proxy_in({{"https_proxy", "http://p:1"}, {"NO_PROXY", list}}, "hub.example"), "http://p:1") << list;
}

}  // namespace
}  // namespace hubspec::actors
