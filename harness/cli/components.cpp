#include "harness/cli/components.hpp"

#include <MQTTAsync.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <proton/version.h>
#include <sqlite3.h>
#include <zlib.h>

#include <CLI/Version.hpp>
#include <boost/version.hpp>
#include <nlohmann/detail/abi_macros.hpp>
#include <pugixml.hpp>

namespace hubspec::cli {

namespace {

std::string paho_c_version() {
    for (const auto* info = MQTTAsync_getVersionInfo(); info->name != nullptr; ++info)
        if (std::string_view(info->name) == "Version") return info->value;
    return "unknown";
}

std::string dotted(int major, int minor, int patch) { return fmt::format("{}.{}.{}", major, minor, patch); }

}  // namespace

std::vector<Component> components() {
    return {
        {"Boost", dotted(BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100), "BSL-1.0",
         "sockets, HTTP and WebSockets of the hub"},
        {"CLI11", CLI11_VERSION, "BSD-3-Clause", "the command line"},
        {"fmt", dotted(FMT_VERSION / 10'000, FMT_VERSION / 100 % 100, FMT_VERSION % 100), "MIT", "texts"},
        {"libcurl", curl_version_info(CURLVERSION_NOW)->version, "curl", "the service API of a target"},
        {"nlohmann-json", dotted(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH),
         "MIT", "JSON"},
        {"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING), "Apache-2.0", "TLS, certificates, signatures"},
        {"Paho MQTT C", paho_c_version(), "EPL-2.0", "the device, below Paho C++"},
        {"Paho MQTT C++", HUBSPEC_PAHO_CPP_VERSION, "EPL-2.0", "the device"},
        {"pugixml", dotted(PUGIXML_VERSION / 1000, PUGIXML_VERSION / 10 % 100, PUGIXML_VERSION % 10), "MIT",
         "JUnit XML"},
        {"Qpid Proton", dotted(PN_VERSION_MAJOR, PN_VERSION_MINOR, PN_VERSION_POINT), "Apache-2.0", "AMQP 1.0"},
        {"SQLite", sqlite3_libversion(), "blessing", "what a hub keeps over restarts"},
        {"UTF8-CPP", HUBSPEC_UTF8_CPP_VERSION, "BSL-1.0", "text of unknown encoding in reports"},
        {"yaml-cpp", HUBSPEC_YAML_CPP_VERSION, "MIT", "YAML"},
        {"zlib", zlibVersion(), "Zlib", "data in the HTML report"},
    };
}

std::string list_components() {
    std::string text;
    for (const auto& one : components())
        text += fmt::format("  {:<14} {:<10} {:<13} {}\n", one.name, one.version, one.licence, one.purpose);
    return text;
}

}  // namespace hubspec::cli
