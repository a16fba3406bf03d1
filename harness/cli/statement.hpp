#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/model/requirement.hpp"
#include "harness/model/scenario.hpp"

namespace hubspec::cli {

/// A fault of the device that its maker knows of.
struct KnownException {
    std::string requirement;
    std::string reason;
    bool operator==(const KnownException&) const = default;
};

/// A device's implementation conformance statement: who it is, how it is started and what it claims. Texts of `command`
/// and `environment` have placeholders such as {{port}}, which each case fills in.
struct Statement {
    std::string device;   ///< its name, for people
    std::string version;  ///< empty: none is said
    std::string file;     ///< where the statement was read from
    std::string hash;     ///< SHA-256 of its text, hex

    std::vector<std::string> command;  ///< empty: the device is on a bench and comes by itself
    std::vector<std::pair<std::string, std::string>> environment;
    std::string folder;  ///< where the command starts
    bool ends = false;
    bool adapter = false;
    std::chrono::milliseconds stops_within{5'000};

    // Of a device on a bench: where it expects the hub and as whom it comes.
    std::string host = "localhost";
    std::uint16_t mqtt_port = 0, https_port = 0;
    std::string device_id, key;

    std::string sdk;  ///< whose defaults it is held to: one of sdk_names(); empty: nobody's
    model::Proof proof = model::Proof::sas;
    bool is_module = false;
    std::vector<std::string> transports{"tls"};

    std::vector<std::string> claims;   ///< "telemetry", "twin", ...
    std::vector<std::string> methods;  ///< names; "*": any
    std::chrono::milliseconds answers_within{10'000};
    std::chrono::milliseconds longest_wait{120'000};
    std::vector<KnownException> exceptions;

    bool is_on_bench() const { return command.empty(); }
    bool claims_to(const std::string& what) const;
    /// As `applies` expressions see it: ics.telemetry, ics.adapter, ...
    model::Value capabilities() const;
};

/// Azure's SDKs whose defaults are written down.
const std::vector<std::string>& sdk_names();

/// What can be claimed, with a word about each.
const std::vector<std::pair<std::string, std::string>>& claim_names();

/// What is wrong with the file is printed to standard error, all of it; nullopt then.
std::optional<Statement> read_statement(const std::string& path, const model::Catalogue* catalogue);

/// The JSON Schema of the file.
std::string statement_schema();

}  // namespace hubspec::cli
