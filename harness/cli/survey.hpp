#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/cli/registry.hpp"
#include "harness/cli/target_file.hpp"

namespace hubspec::cli {

/// What a hub was found to be able to do, asked before a run.
struct Survey {
    model::Object capabilities;              ///< found; what the target file says stands before it
    std::map<std::string, std::string> why;  ///< of what is missing: what was tried
    std::vector<std::string> lines;          ///< for a person, one for each finding
    bool is_reference_hub = false;           ///< it has `/_hubspec/`: no money is at stake
};

/// What the service API says; an identity of the run's own is asked about and removed again. What the capabilities of
/// the target file say already is not asked. A text: the hub refuses the connection string.
std::variant<Survey, std::string> ask_service(const TargetFile& file, Registry& registry);

/// Messages to devices and telemetry, both by AMQP: on its own port, or in a WebSocket where that one is closed. What
/// works is written into `endpoint`.
void ask_amqp(const TargetFile& file, actors::Endpoint& endpoint, Survey& survey);

/// The tier that a method call on an absent device tells: "basic", "standard", or nothing; X-C2D-22, SCOPE-04.
struct Tier {
    std::string name;  ///< empty: it does not tell
    std::string why;
};
Tier ask_tier(Registry& registry, const std::string& device_id);

}  // namespace hubspec::cli
