#pragma once

#include <algorithm>
#include <chrono>

namespace hubspec::run {

/// How long an expectation may still be met. Time in which this process did not run - it was stopped, the machine was
/// suspended or had no processor for it - does not count: what the hub sent meanwhile is yet to be read.
class Window {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Duration = std::chrono::steady_clock::duration;

    Window(Time now, Duration length) : length_(length), end_(now + length), wake_(now) {}

    /// When to look again: after `pause`, at the latest at the end.
    Time next_look(Time now, Duration pause) { return wake_ = std::min(end_, now + pause); }
    /// After each look.
    void looked(Time now) {
        const auto late = now - wake_;
        if (late > most_late) end_ += late;
        wake_ = now;
    }
    /// Only now can begin what is waited for.
    void restart(Time now) { end_ = now + length_; }
    bool is_over(Time now) const { return now >= end_; }
    Time end() const { return end_; }

private:
    static constexpr std::chrono::milliseconds most_late{200};

    Duration length_;
    Time end_;
    Time wake_;
};

/// How late somebody woke up who had begun to wait at `began`, for no longer than until `wake`. Who takes what is there
/// already, with `wake` long past, has not slept at all.
inline Window::Duration overslept(Window::Time began, Window::Time wake, Window::Time woke) {
    return woke - std::max(began, wake);
}

}  // namespace hubspec::run
