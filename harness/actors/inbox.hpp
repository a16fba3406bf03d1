#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "harness/model/trace.hpp"

namespace hubspec::actors {

using SteadyTime = std::chrono::steady_clock::time_point;

/// Where all actors of a case put what they observe, from any thread; the runner takes it out in order.
class Inbox {
public:
    Inbox() : began_(std::chrono::steady_clock::now()) {}

    void put(model::EventForm form) {
        {
            const std::lock_guard lock(mutex_);
            events_.push_back({elapsed(), std::move(form)});
        }
        arrived_.notify_one();
    }

    /// Ends all waiting, now and later: the run was interrupted.
    void stop() {
        {
            const std::lock_guard lock(mutex_);
            stopped_ = true;
        }
        arrived_.notify_all();
    }

    /// The next event; waits for it until `deadline`, or until stop().
    std::optional<model::Event> take(SteadyTime deadline) {
        std::unique_lock lock(mutex_);
        arrived_.wait_until(lock, deadline, [this] { return stopped_ || !events_.empty(); });
        if (events_.empty()) return std::nullopt;
        model::Event event = std::move(events_.front());
        events_.pop_front();
        return event;
    }

    std::chrono::microseconds elapsed() const {
        return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began_);
    }

private:
    const SteadyTime began_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<model::Event> events_;
    bool stopped_ = false;
};

}  // namespace hubspec::actors
