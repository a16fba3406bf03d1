#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/bench/client/device.hpp"

/// What the program can be asked to measure. Each prints one JSON object on a line and returns the exit status.
namespace hubspec::bench {

struct Wanted {
    Server server;
    std::size_t connections = 1;
    std::size_t first = 0;  ///< number of the first device, so that several generators share a hub
    std::size_t in_flight = 1;
    std::size_t at_once = 8;
    std::size_t count = 0;    ///< of handshakes, of operations
    std::size_t resumed = 0;  ///< of handshakes
    double seconds = 1.0;
    std::size_t payload = 64;
    bool resume = false;
    std::string certificate_file, key_file;  ///< of the floor's own server
    std::uint16_t https_port = 0;            ///< of the service API
    std::string policy, policy_key;
};

int measure_publishing(const Wanted& wanted);
int measure_connecting(const Wanted& wanted);
int measure_idling(const Wanted& wanted);
int measure_handshakes(const Wanted& wanted);
int measure_requests(const Wanted& wanted, const std::string& what);

/// In microseconds.
class Delays {
public:
    void add(std::chrono::nanoseconds delay) { all_.push_back(static_cast<double>(delay.count()) / 1000.0); }
    std::size_t size() const { return all_.size(); }
    double part(double share);

private:
    std::vector<double> all_;
    bool is_sorted_ = false;
};

/// Processor time of a process so far, in seconds; 0 of none.
double processor_time(int pid);
double own_processor_time();
/// {"name": 1.5, ...} on a line of standard output, at once.
void print(const std::vector<std::pair<std::string, double>>& figures);

/// Connects devices, `at_once` at a time, and keeps them. Throws std::runtime_error when one is lost.
class Fleet {
public:
    using Received = std::function<void(Device&, const Packet&)>;
    Fleet(const Wanted& wanted, Received received);
    /// Begins to connect so many more and waits for all.
    void connect(std::size_t count);
    void wait(Clock::time_point deadline) {
        poller_.wait(deadline);
        check();
    }
    std::vector<std::unique_ptr<Device>>& devices() { return devices_; }
    Poller& poller() { return poller_; }

private:
    void check() const;
    const Wanted& wanted_;
    Poller poller_;
    ContextPointer context_;
    Device::Events events_;
    std::vector<std::unique_ptr<Device>> devices_;
    std::size_t up_ = 0;
    std::string lost_;
};

}  // namespace hubspec::bench
