#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/cli/support/process.hpp"

namespace hubspec::test {

/// A simulated Azure: `hubspec hub` as hubspec-sim.azure-devices.net on free ports of this machine.
class SimulatedAzure {
public:
    explicit SimulatedAzure(const std::vector<std::string>& options = {});

    const nlohmann::json& facts() const { return facts_; }
    std::string service() const { return facts_["serviceConnectionString"].get<std::string>(); }
    std::string key() const;  ///< the secret in it
    /// Writes a target file with `more` at its end; the connection string comes from the variable HUBSPEC_TEST_SERVICE.
    std::string target(const std::string& name, const std::string& more = {}, int amqp_port = 0) const;
    Ended run(std::vector<std::string> arguments) const;
    Start start(std::vector<std::string> arguments) const;
    const Folder& folder() const { return folder_; }
    /// How many of its identities have the prefix of a run's.
    std::size_t leftovers() const;
    void kill();  ///< it is gone from one moment to the next

private:
    Folder folder_;
    Process process_;
    nlohmann::json facts_;
};

}  // namespace hubspec::test
