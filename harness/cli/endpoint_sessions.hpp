#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "harness/cli/device_certificates.hpp"
#include "harness/cli/registry.hpp"
#include "harness/cli/target_file.hpp"
#include "harness/run/plan.hpp"
#include "harness/run/target.hpp"

/// Whom the cases come as on a hub that is reached over the network.
namespace hubspec::cli {

/// The listed identities in groups: a case has one group to itself, so that cases can run side by side.
class ListedIdentities {
public:
    explicit ListedIdentities(const std::vector<actors::Identity>& all);

    /// Two, because few scenarios need more.
    static std::size_t group_size(std::size_t identities) { return identities < 4 ? identities : 2; }
    std::size_t groups() const { return groups_; }

    std::vector<actors::Identity> take();
    void give_back(std::vector<actors::Identity> group);

private:
    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<std::vector<actors::Identity>> free_;
    std::size_t groups_ = 0;
};

/// Identities that the run has made and uses again and again, each in one case at a time.
class IdentityPool {
public:
    IdentityPool(Registry& registry, std::size_t size) : registry_(registry), size_(size) {}
    std::size_t size() const { return size_; }
    /// Makes one as long as there are fewer than `size`, then waits for one that comes back.
    actors::Identity take();
    void give_back(actors::Identity identity);

private:
    Registry& registry_;
    std::size_t size_;
    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<actors::Identity> free_;
    std::size_t made_ = 0;
};

/// The case leaves nothing on its identity that another one could see: no twin, no session, no message. Such a case may
/// take one of the pool.
bool leaves_nothing(const run::Case& one);

/// `pool` is null where the case must have fresh identities only.
std::unique_ptr<run::Session> fresh_session(const TargetFile& file, DeviceCertificates& certificates,
                                            Registry& registry, actors::SharedTelemetry* telemetry, IdentityPool* pool);
std::unique_ptr<run::Session> listed_session(const TargetFile& file, ListedIdentities& identities);

}  // namespace hubspec::cli
