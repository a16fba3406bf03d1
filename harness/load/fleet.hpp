#pragma once

#include <memory>
#include <vector>

#include "harness/load/device.hpp"
#include "harness/net/loop.hpp"

namespace hubspec::load {

/// A device of the load by its number in the whole of it.
struct Member {
    std::uint32_t number = 0;
    actors::Identity identity;
};

/// Some of the devices, in a thread of their own. Its functions are called from another one.
class Fleet {
public:
    Fleet(const model::LoadPlan& plan, const actors::Endpoint& endpoint, BackEnd* back_end,
          const std::vector<Member>& members);
    ~Fleet();
    Fleet(const Fleet&) = delete;
    Fleet& operator=(const Fleet&) = delete;

    void begin(std::chrono::steady_clock::time_point epoch);
    struct Pulse {
        std::uint32_t connected = 0, most_connected = 0;
        std::uint32_t busy = 0;  ///< devices with something that was due and is not done yet
    };
    Pulse pulse();
    struct State {
        model::OperationTallies operations;
        model::Histogram lateness;
    };
    State state(Detail detail);
    void end_mix(bool interrupted);
    /// Disconnects all; what ends from now on is no error.
    void leave();

private:
    void ring(const Alarms::Entry& entry);

    net::Loop loop_;
    std::unique_ptr<Site> site_;
    std::vector<std::unique_ptr<Device>> devices_;
};

}  // namespace hubspec::load
