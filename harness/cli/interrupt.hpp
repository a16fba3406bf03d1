#pragma once

#include <functional>

namespace hubspec::cli {

/// From its construction on, SIGINT and SIGTERM go to `first` once; a second one ends the process with status 130.
/// Construct it before any thread is started: they inherit the blocked signals.
class SignalWatch {
public:
    explicit SignalWatch(std::function<void()> first);
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

private:
    struct Impl;
    Impl* impl_;
};

}  // namespace hubspec::cli
