#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

/// Bytes to and from a peer. One event loop, sockets that speak TLS through OpenSSL on the bare descriptor, listeners,
/// timers. Nobody outside this room sees Asio.
namespace hubspec::net {

/// One thread's event loop. Sockets, listeners and timers belong to a loop and are touched on its thread only.
class Loop {
public:
    Loop();
    ~Loop();  ///< stops and joins; what sockets are still open are closed, and nobody is told
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    void start();  ///< runs in a thread of its own until stop()
    void run();    ///< runs in the calling thread until stop()
    void stop();   ///< from any thread; what is posted later is not run

    /// Runs `work` on the loop's thread; from any thread.
    void post(std::function<void()> work);
    /// Runs `work` on the loop's thread and waits for it. Must not be called on that thread.
    void call(const std::function<void()>& work);
    /// Runs `work` once for each of these POSIX signals that arrives.
    void on_signal(std::vector<int> signals, std::function<void(int)> work);

    struct Impl;
    Impl& impl() { return *impl_; }

private:
    std::unique_ptr<Impl> impl_;
};

/// One pending call in the future; a new after() replaces the old.
class Timer {
public:
    explicit Timer(Loop& loop);
    ~Timer();
    void after(std::chrono::milliseconds delay, std::function<void()> work);
    void cancel();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The address cannot be listened on: in use, not ours, not allowed.
struct ListenError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// An accepted TCP connection, ready to become a Socket.
struct Accepted {
    int descriptor = -1;  ///< owned by whoever takes it
    std::string peer_address;
};

/// Closes it: nobody takes it.
void turn_away(const Accepted& accepted);

/// Accepts TCP connections; TCP_NODELAY is set. Port 0 picks a free one.
class Listener {
public:
    Listener(Loop& loop, const std::string& host, std::uint16_t port, std::function<void(Accepted)> accepted);
    ~Listener();
    std::uint16_t port() const { return port_; }

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
    std::uint16_t port_ = 0;
};

}  // namespace hubspec::net
