#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/model/histogram.hpp"

/// The nouns of a load: many devices that do the same at a rate, and what came of it.
namespace hubspec::model {

using Micros = std::chrono::microseconds;

/// What a device does again and again; `connect` is what it does first, and after a connection was lost.
enum class Operation : std::uint8_t {
    connect,
    telemetry,
    twin_get,
    reported,
    method,           ///< the back end calls, the device answers
    cloud_to_device,  ///< the back end sends, the device receives
    reconnect,        ///< the device ends its connection and comes back
};
inline constexpr std::array all_operations{Operation::connect,  Operation::telemetry, Operation::twin_get,
                                           Operation::reported, Operation::method,    Operation::cloud_to_device,
                                           Operation::reconnect};
constexpr std::size_t number_of(Operation operation) { return static_cast<std::size_t>(operation); }

std::string_view to_string(Operation operation);
std::optional<Operation> operation_named(std::string_view name);

/// One line of the mix: each device does this once in `every`.
struct Stream {
    Operation operation = Operation::telemetry;
    std::chrono::milliseconds every{1000};
    std::uint8_t qos = 1;         ///< of telemetry
    std::size_t size = 100;       ///< bytes of the payload
    std::uint32_t in_flight = 1;  ///< so many may wait for their answers, of one device
    bool operator==(const Stream&) const = default;
};

/// What must hold, so that a load can fail.
struct Threshold {
    enum class Kind {
        errors,      ///< percent, at most
        percentile,  ///< microseconds, at most
        most,        ///< microseconds, at most
        rate,        ///< done in a second, at least
    };
    std::optional<Operation> operation;  ///< nullopt: all of them together
    Kind kind = Kind::errors;
    double percent = 0;  ///< of a percentile
    double limit = 0;
    std::string place;  ///< "fleet.yaml:14:5"
    bool operator==(const Threshold&) const = default;
};
/// "telemetry p99", "errors".
std::string name_of(const Threshold& threshold);
/// "at most 100 ms", "at least 90/s".
std::string describe_limit(const Threshold& threshold);

/// What a load file says, checked.
struct LoadPlan {
    std::string title;
    std::string file;
    std::string target;  ///< a target file, from the working folder; empty: none is named
    std::uint32_t devices = 1;
    double connects_per_second = 50;
    std::chrono::milliseconds duration{30'000};  ///< of the mix; it begins when the last device is due to connect
    std::chrono::seconds keep_alive{60};
    std::chrono::milliseconds patience{10'000};  ///< what is not answered so long after it was due is an error
    bool web_socket = false;
    bool x509 = false;
    std::vector<Stream> mix;
    std::vector<Threshold> thresholds;
    std::uint64_t most_messages = 1'000'000;
    std::chrono::milliseconds longest{600'000};
    bool operator==(const LoadPlan&) const = default;
};

/// A part of a load: of its devices those whose number leaves `index - 1` when divided by `count`.
struct LoadShard {
    std::uint32_t index = 1, count = 1;
    bool operator==(const LoadShard&) const = default;
};

/// What was done in one slice of time.
struct LoadSlice {
    std::uint64_t done = 0, errors = 0;
    Histogram latencies;  ///< microseconds
    bool operator==(const LoadSlice&) const = default;
};

/// What came of one operation.
struct OperationTally {
    std::uint64_t done = 0, errors = 0;
    Histogram latencies;  ///< microseconds, counted from when it was due
    std::map<std::string, std::uint64_t> causes;
    Micros last{};  ///< when the last one was done, since the load began
    std::vector<LoadSlice> slices;
    bool operator==(const OperationTally&) const = default;
};
using OperationTallies = std::array<OperationTally, all_operations.size()>;

/// A threshold after the load.
struct JudgedThreshold {
    Threshold threshold;
    bool held = false;
    std::string figure;  ///< "132 ms"; "nothing was done" where there is none
    bool operator==(const JudgedThreshold&) const = default;
};

struct LoadResult {
    LoadPlan plan;
    std::string tool_version, target, target_kind, started_at, host_name;
    std::vector<LoadShard> shards;  ///< that this is made of
    bool interrupted = false;
    Micros mix_began{};   ///< since the load began
    Micros mix_lasted{};  ///< less than planned after an interruption
    Micros duration{};    ///< of all of it
    std::chrono::milliseconds slice{1000};
    std::uint32_t devices = 0, most_connected = 0;
    Histogram lateness;  ///< of the generator itself, microseconds: how long after its time it did what was due
    OperationTallies operations;
    std::vector<JudgedThreshold> thresholds;
    bool operator==(const LoadResult&) const = default;
};

/// Done in a second, from the begin of the mix (of connections: of the load) to its end or to the last one, whichever
/// is later.
double rate_of(const LoadResult& result, Operation operation);
/// Percent of what was tried; 0 when nothing was.
double errors_of(const OperationTally& tally);

/// A hub that asks for patience: the cause says so.
inline constexpr std::string_view throttled_mark = "(throttled)";
/// Errors of this cause, of all operations.
std::uint64_t throttled_in(const LoadResult& result);

/// Three significant digits: "950 us", "12.3 ms", "1.53 s".
std::string describe_time(std::uint64_t microseconds);
/// "0.25/s", "98.7/s", "12300/s".
std::string describe_rate(double per_second);
/// "0 %", "0.013 %", "12.5 %".
std::string describe_percent(double percent);
/// As it is shown, so that what is judged is what is seen.
double three_digits(double figure);

}  // namespace hubspec::model
