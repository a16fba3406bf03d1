#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fixtures/pki/pki.hpp"
#include "harness/actors/service.hpp"
#include "harness/cli/budget.hpp"
#include "harness/model/value.hpp"

namespace hubspec::cli {

/// What a target file says, checked. Secrets are there; it is never printed.
struct TargetFile {
    std::string file;  ///< where it was read from; empty: it is made from a connection string
    std::string name;
    actors::Endpoint endpoint;
    bool has_https_port = true;  ///< false: `ports` names the MQTT port alone
    bool names_amqp = false;     ///< `amqp` says how it is reached, so nothing else is tried
    std::chrono::milliseconds window{10'000};
    std::chrono::milliseconds longest_wait{30'000};
    std::optional<actors::ServiceAccess> service;
    std::vector<actors::Identity> identities;
    std::size_t pool = 0;  ///< so many identities are made once and used by the cases in turn
    std::optional<BudgetTerms> budget;
    std::optional<pki::Credential> device_authority;  ///< a CA that the hub knows, to sign devices' certificates with
    model::Object capabilities;
};

/// "Endpoint=sb://HOST/;SharedAccessKeyName=...;SharedAccessKey=...;EntityPath=..." (X-EH-01); nullopt: it lacks one.
std::optional<actors::EventsEndpoint> parse_events_connection_string(std::string_view text);

enum class Secrets { needed, may_be_missing /* the file alone is checked */ };

/// Reads a target file. What is wrong with it is printed to standard error, all of it; nullopt then.
std::optional<TargetFile> read_target_file(const std::string& path, Secrets secrets = Secrets::needed);

/// The hub of a service's or a device's connection string, at the ordinary ports; a text: what is wrong with it.
std::variant<TargetFile, std::string> target_of(const std::string& connection_string);

/// Whether that is a name of a hub in Azure, in any of its clouds.
bool is_azure(std::string_view host_name);

/// The JSON Schema of target files.
std::string target_schema();

}  // namespace hubspec::cli
