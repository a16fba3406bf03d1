#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "harness/model/load.hpp"
#include "harness/net/alarm.hpp"

namespace hubspec::load {

using model::Micros;

/// The alarms of thousands of devices on one of the loop's own. On the loop's thread only.
class Alarms {
public:
    struct Entry {
        Micros at{};  ///< since the load began
        std::uint32_t device = 0;
        std::uint32_t what = 0;
    };
    using Ring = std::function<void(const Entry&)>;
    Alarms(net::Loop& loop, Ring ring);

    /// When the load begins; before it nothing may be added.
    void set_epoch(std::chrono::steady_clock::time_point epoch) { epoch_ = epoch; }
    Micros now() const;
    void add(Entry entry);
    /// None of them rings any more.
    void clear();

private:
    void ring();
    void arm();

    struct Later {
        bool operator()(const Entry& a, const Entry& b) const { return a.at > b.at; }
    };
    net::Alarm alarm_;
    std::chrono::steady_clock::time_point epoch_{};
    Ring ring_;
    std::priority_queue<Entry, std::vector<Entry>, Later> entries_;
    Micros armed_ = Micros::max();
    bool ringing_ = false;
};

}  // namespace hubspec::load
