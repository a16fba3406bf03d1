#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/iothub/property_bag.hpp"

namespace hubspec::iothub {

/// CONNECT's user name: `host/device[/module]/?api-version=...` or the legacy form without '?' (CONN-03, X-CONN-10,
/// X-CONN-14).
struct UserName {
    std::string host;
    std::string device_id;
    std::optional<std::string> module_id;
    bool legacy_form = false;  ///< query without '?'
    PropertyBag query;         ///< decoded; order kept; of duplicates the first counts
    std::optional<std::string> api_version() const;
    std::optional<std::string> model_id() const;
    std::optional<std::string> device_client_type() const;
    bool operator==(const UserName&) const = default;
};

/// What is wrong, looked for from left to right.
enum class UserNameProblem { empty, no_device_id, empty_host, empty_device_id, empty_module_id, too_many_segments };
std::string_view describe(UserNameProblem problem);

std::variant<UserName, UserNameProblem> parse_user_name(std::string_view text);

/// `host/device[/module]/?api-version=...[&model-id=...][&DeviceClientType=...]`; query percent-encoded, ids raw
/// (X-CONN-16). An empty query leaves `/?` (X-CONN-19), the legacy form has no '?'.
std::string format_user_name(const UserName& user_name);

inline constexpr std::string_view documented_api_version = "2021-04-12";

}  // namespace hubspec::iothub
