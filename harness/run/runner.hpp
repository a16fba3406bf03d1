#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "harness/actors/inbox.hpp"
#include "harness/model/trace.hpp"
#include "harness/run/plan.hpp"
#include "harness/run/target.hpp"

namespace hubspec::run {

/// The first Ctrl-C: every running case stops waiting and ends.
class Interruption {
public:
    void trigger();
    bool triggered() const;

    /// Held by a running case, so that its waiting ends at once.
    class Watch {
    public:
        Watch(Interruption& interruption, actors::Inbox& inbox);
        ~Watch();
        Watch(const Watch&) = delete;
        Watch& operator=(const Watch&) = delete;

    private:
        Interruption& interruption_;
        actors::Inbox& inbox_;
    };

private:
    mutable std::mutex mutex_;
    bool triggered_ = false;
    std::vector<actors::Inbox*> waiting_;
};

struct RunOptions {
    double timeout_scale = 1.0;
    std::uint64_t seed = 0;  ///< invented names and nothing else depend on it
};

/// Runs one case: performs its lines, waits for what it expects, records everything. It never judges; what the target
/// cannot do for it becomes HarnessFailed in the trace.
model::Trace run_case(const Case& plan, Target& target, Interruption& interruption, const RunOptions& options);

}  // namespace hubspec::run
