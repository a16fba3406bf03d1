#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "harness/cli/target_file.hpp"

/// Why this machine cannot talk to a hub: one check after the other, each within a time limit.
namespace hubspec::cli {

enum class Health { ok, warning, problem };
std::string_view to_string(Health health);

struct Check {
    std::string name;  ///< "dns", "mqtt", "clock", ...
    Health health = Health::ok;
    std::string text;    ///< what was seen
    std::string advice;  ///< what to do about it; empty: nothing
    bool operator==(const Check&) const = default;
};
using Checks = std::vector<Check>;

struct Visit {
    const TargetFile& target;
    std::chrono::milliseconds limit{5'000};  ///< for each probe
};

/// Name, ports, certificates, WebSocket, proxy.
Checks examine_network(const Visit& visit);
/// The service API: clock, token, rights, api-version, tier. Where the tier must be asked for, one identity of the
/// run's own is made and removed.
Checks examine_service(const Visit& visit);
/// The identities that the target lists: looked up in the registry, without a service connection string each as a
/// device.
Checks examine_identities(const Visit& visit);

/// The hub's clock against this machine's, from a Date header: "Mon, 30 Nov 2026 01:22:01 GMT".
Check examine_clock(std::string_view date, std::chrono::system_clock::time_point now);

}  // namespace hubspec::cli
