#pragma once

#include <pthread.h>

#include <functional>

namespace hubspec::actors {

/// Paho's receiving thread looks into its list of sockets with unread TLS data after it has given up the mutex below,
/// while others change that list under it: the process ended by that once in some forty suites. So the thread keeps the
/// mutex until it polls or waits. To be called by whoever stands between Paho and what polls and waits.
void before_paho_polls();
void before_paho_waits();

/// The mutex under which Paho C 1.3.12 drops the commands of a connection that ends. Its threads hold it then, but a
/// caller that adds a command does not: both change the same list, and the list breaks. Who holds it while calling Paho
/// is safe.
///
/// Paho does not publish it: it is the one that asking a client whether it is connected takes once, seen by interposing
/// Thread_lock_mutex and Thread_unlock_mutex. Where they are not reached nothing is known and nothing is locked.
class PahoMutex {
public:
    explicit PahoMutex(const std::function<void()>& ask_whether_connected);

    bool is_known() const { return mutex_ != nullptr; }
    /// Whether nobody holds it at this moment.
    bool is_free() const;

    /// Holds the mutex, also in a callback, where Paho holds it already; Paho's own functions may take it again.
    class Lock {
    public:
        explicit Lock(const PahoMutex& mutex);
        ~Lock();
        Lock(const Lock&) = delete;
        Lock& operator=(const Lock&) = delete;

    private:
        pthread_mutex_t* mutex_;  // null: not ours to release
    };

private:
    pthread_mutex_t* mutex_ = nullptr;
};

}  // namespace hubspec::actors
