#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/load/run.hpp"

namespace hubspec::cli {

/// Where a load goes and as whom its devices come.
class LoadTarget {
public:
    virtual ~LoadTarget() = default;
    virtual std::string name() const = 0;
    virtual std::string kind() const = 0;  ///< "embedded", "endpoint"
    virtual const actors::Endpoint& endpoint() const = 0;
    virtual std::optional<actors::ServiceAccess> service() const = 0;
    /// Why the plan must not run here, before anything is sent; nullopt: it may.
    virtual std::optional<std::string> objection(const model::LoadPlan& plan) const = 0;
    /// One try to reach the hub; a clear sentence when that fails.
    virtual std::optional<std::string> unreachable(const model::LoadPlan& plan) = 0;
    /// Identities for these devices. Throws std::runtime_error with a clear text when there are none; those that were
    /// made until `stop` then.
    virtual std::vector<load::Member> members(const model::LoadPlan& plan, const std::vector<std::uint32_t>& devices,
                                              const std::stop_token& stop) = 0;
};

/// The hub that a target file describes, or without one the reference hub in this process, deviating as told. What is
/// wrong with the file is printed; a null pointer then.
std::unique_ptr<LoadTarget> make_load_target(const std::optional<std::string>& file,
                                             const std::vector<std::string>& deviations, const std::string& tier);

}  // namespace hubspec::cli
