#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "harness/net/loop.hpp"

namespace hubspec::net {

/// One pending call at a moment, as exact as the system is; a new at() replaces the old. A Timer counts milliseconds.
class Alarm {
public:
    explicit Alarm(Loop& loop);
    ~Alarm();
    void at(std::chrono::steady_clock::time_point moment, std::function<void()> work);
    void cancel();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace hubspec::net
