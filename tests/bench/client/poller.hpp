#pragma once

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

namespace hubspec::bench {

using Clock = std::chrono::steady_clock;

/// Who waits for a socket.
struct Waiting {
    virtual ~Waiting() = default;
    virtual void on_ready() = 0;
};

/// epoll, level-triggered.
class Poller {
public:
    Poller() : descriptor_(::epoll_create1(EPOLL_CLOEXEC)) {}
    ~Poller() { ::close(descriptor_); }
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    void add(int descriptor, Waiting* who, bool writes) { control(EPOLL_CTL_ADD, descriptor, who, writes); }
    void change(int descriptor, Waiting* who, bool writes) { control(EPOLL_CTL_MOD, descriptor, who, writes); }

    void remove(int descriptor) { ::epoll_ctl(descriptor_, EPOLL_CTL_DEL, descriptor, nullptr); }

    /// Tells who is ready; waits for somebody until `deadline`.
    void wait(Clock::time_point deadline) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        const int count = ::epoll_wait(descriptor_, events_.data(), static_cast<int>(events_.size()),
                                       static_cast<int>(std::max<long long>(0, left.count())));
        for (int i = 0; i < count; ++i)
            static_cast<Waiting*>(events_[static_cast<std::size_t>(i)].data.ptr)->on_ready();
    }

private:
    void control(int what, int descriptor, Waiting* who, bool writes) {
        epoll_event event{};
        event.events = EPOLLIN | (writes ? EPOLLOUT : 0U);
        event.data.ptr = who;
        ::epoll_ctl(descriptor_, what, descriptor, &event);
    }
    int descriptor_;
    std::array<epoll_event, 512> events_{};
};

}  // namespace hubspec::bench
