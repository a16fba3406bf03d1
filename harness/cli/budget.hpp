#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "harness/run/plan.hpp"
#include "harness/run/runner.hpp"

/// What a run costs its hub, counted before it begins, and what the hub has to give.
namespace hubspec::cli {

/// What is counted: each has a rate of its own (X-THR-03).
enum class Cost {
    messages,         ///< from devices, in pieces of 4 KB
    cloud_to_device,  ///< counted with the messages of a day
    twin_reads,
    twin_updates,
    method_calls,
    identity_operations,
    connections,
};
using Load = std::map<Cost, std::int64_t>;

/// What the lines of a case make the hub do. `reuses_identity`: it takes one of the pool.
Load load_of(const run::Case& one, bool reuses_identity);
void add(Load& sum, const Load& more);
/// Messages of a day: from devices and to devices (X-THR-06).
std::int64_t messages_of(const Load& load);

/// So many in that time.
struct Allowance {
    std::int64_t count = 0;
    std::chrono::seconds per{1};
    bool operator==(const Allowance&) const = default;
};

/// What a target file says of it: `budget: {tier: s1, messages: 4000, per_second: 20}`.
struct BudgetTerms {
    std::string tier;  ///< f1, b1, b2, b3, s1, s2, s3; empty: the least of what the target is
    std::int64_t units = 1;
    std::optional<std::int64_t> messages, per_second, connections_per_second, identity_operations_per_minute;
    bool operator==(const BudgetTerms&) const = default;
};

struct Budget {
    std::string tier;         ///< "s1"
    bool is_assumed = false;  ///< nobody said so: the least of its kind
    std::int64_t units = 1;
    std::int64_t messages = 0;  ///< that the run may use
    bool is_quota = true;       ///< they are what the tier has in a day; otherwise the file says so
    std::map<Cost, Allowance> rates;
    bool operator==(const Budget&) const = default;
};
/// `kind` is "basic" or "standard".
Budget budget_of(const BudgetTerms& terms, const std::string& kind);

/// The least time that the load takes at these rates.
std::chrono::seconds least_time(const Load& load, const Budget& budget);

/// The plan in lines, without line ends.
std::vector<std::string> describe(const Load& load, const Budget& budget);

/// Holds a run below the rates. Safe for several threads.
class Pacer {
public:
    explicit Pacer(std::map<Cost, Allowance> rates) : rates_(std::move(rates)) {}
    /// Returns when so many more may be done; at once where there is no rate, and after an interruption.
    void wait(Cost what, std::int64_t count, const run::Interruption* interruption);

private:
    using Clock = std::chrono::steady_clock;
    std::mutex mutex_;
    std::map<Cost, Allowance> rates_;
    std::map<Cost, Clock::time_point> full_at_;  ///< when nothing of what was taken counts any more
};

}  // namespace hubspec::cli
