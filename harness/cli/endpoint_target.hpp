#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/cli/target_file.hpp"
#include "harness/run/target.hpp"

namespace hubspec::cli {

/// Any hub that is reached over the network. With a service connection string each case gets fresh identities, or one
/// of a pool that this run has made, and all of them are removed at its end; without one the cases take turns with
/// those of the file, two for each case.
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
    std::vector<std::string> findings() const override;
    std::string why_not(const std::string& capability) const override;
    std::vector<std::string> prepare(const std::vector<run::Case>& cases,
                                     const run::Interruption& interruption) override;
    std::optional<std::string> admit(const run::Case& one) override;
    bool may_throttle() const override { return true; }
    bool throttled_lately() const override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// One try to reach the hub's MQTT port; a clear sentence when that fails.
std::optional<std::string> mqtt_unreachable(const actors::Endpoint& endpoint);
/// The same of its service API, when that has failed.
std::string service_unreachable(const actors::Endpoint& endpoint, const std::string& why);

}  // namespace hubspec::cli
