#include "harness/actors/paho_mutex.hpp"

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "harness/actors/paho_library.hpp"

namespace hubspec::actors {

namespace {

thread_local std::vector<pthread_mutex_t*>* seen = nullptr;  // where this thread notes what Paho takes
thread_local pthread_mutex_t* held = nullptr;                // by a Lock of this thread
thread_local int taken_again = 0;                            // by Paho, on top of that

std::atomic<pthread_mutex_t*> known = nullptr;  // the same for all clients

void really_unlock(pthread_mutex_t* mutex) {
    static auto* const real = next<int(pthread_mutex_t*)>("Thread_unlock_mutex");
    real(mutex);
}

/// Paho's receiving thread gives the mutex up, looks into its list of sockets with unread TLS data, and polls. Whoever
/// closes a connection changes that list under the mutex: so the thread keeps it until it polls.
struct Kept {
    bool receives = false;  // the thread polls for Paho
    bool is_kept = false;
    ~Kept() { release(); }  // the thread ends
    void release() {
        if (std::exchange(is_kept, false)) really_unlock(known);
    }
};
thread_local Kept kept;

}  // namespace

void before_paho_polls() {
    kept.receives = true;
    kept.release();
}

void before_paho_waits() { kept.release(); }

PahoMutex::PahoMutex(const std::function<void()>& ask_whether_connected) {
    std::vector<pthread_mutex_t*> taken;
    seen = &taken;
    ask_whether_connected();
    seen = nullptr;
    // Those of its trace and its heap are taken at each function's begin and end.
    for (auto* one : taken)
        if (std::count(taken.begin(), taken.end(), one) == 1) known = mutex_ = one;
}

bool PahoMutex::is_free() const {
    if (mutex_ == nullptr) return true;
    if (pthread_mutex_trylock(mutex_) != 0) return false;
    pthread_mutex_unlock(mutex_);
    return true;
}

PahoMutex::Lock::Lock(const PahoMutex& mutex) : mutex_(mutex.mutex_) {
    // It checks for errors, so a second lock by the same thread fails instead of waiting for ever.
    if (mutex_ == nullptr || held != nullptr || pthread_mutex_lock(mutex_) != 0)
        mutex_ = nullptr;
    else
        held = mutex_;
}

PahoMutex::Lock::~Lock() {
    if (mutex_ == nullptr) return;
    held = nullptr;
    pthread_mutex_unlock(mutex_);
}

}  // namespace hubspec::actors

using namespace hubspec::actors;

extern "C" {

int Thread_lock_mutex(pthread_mutex_t* mutex) {
    static auto* const real = next<int(pthread_mutex_t*)>("Thread_lock_mutex");
    if (seen != nullptr) seen->push_back(mutex);
    if (mutex == held) return ++taken_again, 0;
    if (kept.is_kept && mutex == known) return kept.is_kept = false, 0;
    return real(mutex);
}

int Thread_unlock_mutex(pthread_mutex_t* mutex) {
    static auto* const real = next<int(pthread_mutex_t*)>("Thread_unlock_mutex");
    if (mutex == held && taken_again > 0) return --taken_again, 0;
    if (kept.receives && mutex == known && !kept.is_kept) return kept.is_kept = true, 0;
    return real(mutex);
}
}
