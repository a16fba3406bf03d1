#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace hubspec::iothub {

/// `HostName=...;DeviceId=...;SharedAccessKey=...` and its service and module relatives.
struct ConnectionString {
    std::string host_name;
    std::optional<std::string> device_id;
    std::optional<std::string> module_id;
    std::optional<std::string> shared_access_key_name;
    std::optional<std::string> shared_access_key;        ///< Base64 text
    std::optional<std::string> shared_access_signature;  ///< AUTH-12: a token after the second '='
    std::optional<std::string> gateway_host_name;
    bool x509 = false;
    bool operator==(const ConnectionString&) const = default;
};

/// What is wrong and with which key; never quotes a value.
struct ConnectionStringProblem {
    std::string text;
    bool operator==(const ConnectionStringProblem&) const = default;
};

std::variant<ConnectionString, ConnectionStringProblem> parse_connection_string(std::string_view text);
std::string format_connection_string(const ConnectionString& connection_string);

}  // namespace hubspec::iothub
