#include "harness/cli/interrupt.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "harness/cli/options.hpp"

namespace hubspec::cli {

struct SignalWatch::Impl {
    sigset_t signals{};
    std::atomic<bool> ending = false;
    std::function<void()> first;
    std::thread thread;

    void watch() {
        bool asked = false;
        while (true) {
            int signal = 0;
            if (sigwait(&signals, &signal) != 0) continue;
            if (ending) return;
            if (asked) _exit(exit_interrupted);
            asked = true;
            first();
        }
    }
};

SignalWatch::SignalWatch(std::function<void()> first) : impl_(new Impl) {
    sigemptyset(&impl_->signals);
    sigaddset(&impl_->signals, SIGINT);
    sigaddset(&impl_->signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &impl_->signals, nullptr);
    impl_->first = std::move(first);
    impl_->thread = std::thread([this] { impl_->watch(); });
}

SignalWatch::~SignalWatch() {
    impl_->ending = true;
    // The thread has it blocked and waits for it with sigwait.
    pthread_kill(impl_->thread.native_handle(), SIGTERM);  // NOLINT(bugprone-bad-signal-to-kill-thread)
    impl_->thread.join();
    delete impl_;
}

}  // namespace hubspec::cli
