#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "harness/actors/endpoint.hpp"
#include "harness/model/scenario.hpp"
#include "harness/run/bindings.hpp"

namespace hubspec::run {

/// Those who act in one case: performs lines; what they observe goes into the inbox. Throws std::invalid_argument for a
/// line that cannot be performed and std::runtime_error where the target does not do its part.
class Stage {
public:
    virtual ~Stage() = default;

    /// A fresh identity under this name.
    virtual const actors::Identity& add_identity(const model::IdentitySpec& spec) = 0;
    /// Starts what the lines of a scenario need: "service", "telemetry", "log", ...
    virtual void start(const std::vector<std::string>& needs) = 0;
    virtual const std::string& host_name() const = 0;
    virtual void perform(const model::Action& action, const std::string& connection, const std::string& exchange,
                         const Bindings& bindings) = 0;
    /// A step that only waits is about to begin.
    virtual void expect() {}
    /// The case is over: devices say goodbye.
    virtual void leave() = 0;
    /// Moves the hub's clock; false where it cannot be moved.
    virtual bool move_clock(std::chrono::milliseconds by) = 0;
    /// The hub's clock is ours, and the hub can be asked what has passed.
    virtual bool is_fenced() const = 0;
    virtual void note_opened(const std::string& connection) = 0;
    /// Where the hub is not fenced but its registry can be asked: false while it takes a device for connected that has
    /// left.
    virtual bool knows_who_left() { return true; }
    /// True when this look and the one before found that everything that was sent has reached the hub, that everything
    /// it sent has come back, and nothing new. While its clock stands still nothing can come then.
    virtual bool is_quiet() = 0;
};

}  // namespace hubspec::run
