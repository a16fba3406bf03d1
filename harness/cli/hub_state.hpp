#pragma once

#include <optional>
#include <set>
#include <string>

#include "fixtures/hub/hub.hpp"
#include "fixtures/hub/store/folder_lock.hpp"
#include "fixtures/hub/store/store.hpp"
#include "harness/cli/options.hpp"

namespace hubspec::cli {

/// What outlives `hubspec hub`: only where --state names its folder, which belongs to this process then. Throws
/// std::runtime_error that says why the folder cannot be used.
class HubState {
public:
    explicit HubState(const HubOptions& options);
    /// Brings the hub to where the last one was, and has it note what changes from now on. The names of the identities
    /// that it knows by that.
    std::set<std::string> restore(hub::Hub& hub, hub::Time now);
    /// Ends the process when the changes cannot be written: nothing more could be acknowledged.
    void write(const hub::Changes& changes);
    bool is_kept() const { return store_.has_value(); }

private:
    std::string folder_;
    std::optional<hub::FolderLock> lock_;
    std::optional<hub::Store> store_;
};

}  // namespace hubspec::cli
