#include "harness/load/fleet.hpp"

#include <algorithm>

namespace hubspec::load {

Fleet::Fleet(const model::LoadPlan& plan, const actors::Endpoint& endpoint, BackEnd* back_end,
             const std::vector<Member>& members)
    : site_(std::make_unique<Site>(loop_, plan, endpoint, [this](const auto& entry) { ring(entry); })) {
    site_->back_end = back_end;
    site_->tls = net::TlsContext::client({.ca_pem = endpoint.ca_pem, .chain_pem = {}, .key_pem = {}});
    for (const auto& one : members)
        devices_.push_back(
            std::make_unique<Device>(*site_, static_cast<std::uint32_t>(devices_.size()), one.number, one.identity));
    loop_.start();
}

// The devices go on the loop's thread, like all that happens to their sockets.
Fleet::~Fleet() {
    loop_.call([this] {
        devices_.clear();
        site_.reset();
    });
}

void Fleet::begin(std::chrono::steady_clock::time_point epoch) {
    loop_.call([this, epoch] {
        site_->alarms.set_epoch(epoch);
        for (const auto& one : devices_) one->begin();
    });
}

void Fleet::ring(const Alarms::Entry& entry) {
    site_->lateness.add(
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, (site_->alarms.now() - entry.at).count())));
    devices_[entry.device]->woke(entry.what);
}

Fleet::Pulse Fleet::pulse() {
    Pulse pulse;
    loop_.call([&] {
        const auto busy =
            std::count_if(devices_.begin(), devices_.end(), [](const auto& one) { return one->is_busy(); });
        pulse = {site_->connected, site_->most_connected, static_cast<std::uint32_t>(busy)};
    });
    return pulse;
}

Fleet::State Fleet::state(Detail detail) {
    State state;
    loop_.call([&] { state = {site_->tally.operations(detail), site_->lateness}; });
    return state;
}

void Fleet::end_mix(bool interrupted) {
    loop_.call([&] {
        for (const auto& one : devices_) one->end_mix(interrupted);
    });
}

void Fleet::leave() {
    loop_.call([this] {
        site_->ended = true;
        site_->alarms.clear();
        for (const auto& one : devices_) one->disconnect();
    });
}

}  // namespace hubspec::load
