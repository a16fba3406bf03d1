#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fixtures/pki/pki.hpp"
#include "harness/actors/service.hpp"
#include "harness/run/target.hpp"

namespace hubspec::cli {

/// What a target file says, checked. Secrets are there; it is never printed.
struct TargetFile {
    std::string name;
    actors::Endpoint endpoint;
    bool has_https_port = true;  ///< false: `ports` names the MQTT port alone
    std::chrono::milliseconds window{10'000};
    std::chrono::milliseconds longest_wait{30'000};
    std::optional<actors::ServiceAccess> service;
    std::vector<actors::Identity> identities;
    std::optional<pki::Credential> device_authority;  ///< a CA that the hub knows, to sign devices' certificates with
    model::Object capabilities;
};

/// Reads a target file. What is wrong with it is printed to standard error, all of it; nullopt then.
std::optional<TargetFile> read_target_file(const std::string& path);

/// Any hub that is reached over the network. With a service connection string each case gets fresh identities, which
/// are deleted after it; without one the cases take turns with those of the file, two for each case.
class EndpointTarget : public run::Target {
public:
    explicit EndpointTarget(TargetFile file);
    ~EndpointTarget() override;

    std::string name() const override;
    std::string kind() const override { return "endpoint"; }
    const model::Value& capabilities() const override;
    std::chrono::milliseconds window() const override;
    std::chrono::milliseconds longest_wait() const override;
    std::unique_ptr<run::Session> open(const std::string& case_name) override;
    bool is_parallel() const override;
    std::optional<std::string> unreachable() override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace hubspec::cli
