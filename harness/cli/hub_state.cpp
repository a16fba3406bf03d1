#include "harness/cli/hub_state.hpp"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "fixtures/hub/changes.hpp"

namespace hubspec::cli {

HubState::HubState(const HubOptions& options) : folder_(options.state) {
    if (folder_.empty()) return;
    lock_.emplace(folder_);
    store_.emplace(folder_, options.durability == "normal" ? hub::Durability::normal : hub::Durability::full);
}

std::set<std::string> HubState::restore(hub::Hub& hub, hub::Time now) {
    std::set<std::string> known;
    if (!store_) return known;
    hub.note_changes();
    auto snapshot = store_->load();
    if (!snapshot) return known;
    for (const auto& [key, identity] : snapshot->identities) known.insert(key);
    const auto partitions = std::to_string(snapshot->partitions.size());
    try {
        hub.restore(std::move(*snapshot), now);
    } catch (const std::invalid_argument& error) {
        throw std::runtime_error(folder_ + "/hub.sqlite: the state is another hub's: " + error.what() +
                                 "; start it with --partitions " + partitions);
    }
    return known;
}

void HubState::write(const hub::Changes& changes) {
    try {
        store_->write(changes);
    } catch (const hub::StoreError& error) {
        std::fprintf(stderr, "hubspec: %s; the hub ends, and has acknowledged nothing that is not kept\n",
                     error.what());
        std::_Exit(exit_unusable);
    }
}

}  // namespace hubspec::cli
