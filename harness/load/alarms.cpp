#include "harness/load/alarms.hpp"

#include <utility>

namespace hubspec::load {

namespace {

// Then the sockets get their turn.
constexpr int most_at_once = 256;

}  // namespace

Alarms::Alarms(net::Loop& loop, Ring ring) : alarm_(loop), ring_(std::move(ring)) {}

Micros Alarms::now() const { return std::chrono::duration_cast<Micros>(std::chrono::steady_clock::now() - epoch_); }

void Alarms::add(Entry entry) {
    entries_.push(entry);
    if (!ringing_ && entry.at < armed_) arm();
}

void Alarms::clear() {
    entries_ = {};
    armed_ = Micros::max();
    alarm_.cancel();
}

void Alarms::arm() {
    if (entries_.empty()) return;
    armed_ = entries_.top().at;
    alarm_.at(epoch_ + armed_, [this] { ring(); });
}

void Alarms::ring() {
    armed_ = Micros::max();
    ringing_ = true;
    for (int i = 0; i < most_at_once && !entries_.empty() && entries_.top().at <= now(); ++i) {
        const auto entry = entries_.top();
        entries_.pop();
        ring_(entry);
    }
    ringing_ = false;
    arm();
}

}  // namespace hubspec::load
