#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/actors/service.hpp"
#include "harness/cli/budget.hpp"

namespace hubspec::cli {

/// What every identity of a run has in its name: "hubspec-RUNID-N". Nothing else on a hub is touched.
inline constexpr std::string_view identity_prefix = "hubspec-";

/// Twelve hex digits; the first eight are the second at which the run began.
std::string new_run_id();

/// Of a name that a run has given.
struct RunName {
    std::string run_id;
    std::chrono::sys_seconds began{};
    bool operator==(const RunName&) const = default;
};
/// nullopt: no run has given this name.
std::optional<RunName> parse_run_name(std::string_view device_id);

/// The identities of one run on a hub. Where the hub throttles it is asked again later; what was made is removed at the
/// end, many at once. Safe for several threads.
class Registry {
public:
    Registry(const actors::Endpoint& endpoint, const actors::ServiceAccess& access, std::string run_id);
    ~Registry();  ///< removes what is there, and says what is left
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    void pace(Pacer* pacer, const run::Interruption* interruption) { pacer_ = pacer, interruption_ = interruption; }
    /// The command that removes what is left, for the person who must.
    void remedy(std::string command) { remedy_ = std::move(command); }
    const std::string& run_id() const { return run_id_; }

    std::string fresh_id();
    actors::Identity fresh_identity(const std::string& name);
    /// What is asked for is this run's from now on, and is removed at its end.
    model::HttpResponse put(const actors::Identity& identity);
    /// Throws std::runtime_error with the hub's answer when that is no success.
    void create(const actors::Identity& identity);
    /// The same for many devices at once, a hundred with one request; one by one where the hub takes no bulk requests.
    void create_all(const std::vector<actors::Identity>& identities);
    /// It is of no use any more; it is removed together with others.
    void discard(const std::string& device_id);
    /// Removes these, a hundred with one request; those that are still there, and why.
    struct Left {
        std::vector<std::string> device_ids;
        std::string why;
    };
    Left remove(const std::vector<std::string>& device_ids);
    /// The same for all of this run.
    Left remove_all();

    /// A request that is tried again where the hub throttles; the last answer. Throws where there is none.
    model::HttpResponse ask(const model::HttpRequest& request);
    /// The hub has throttled a request not longer ago than that.
    bool throttled_within(std::chrono::seconds time) const;

private:
    bool was_interrupted() const { return interruption_ != nullptr && interruption_->triggered(); }

    actors::Inbox inbox_;
    actors::Service service_;
    std::string run_id_, remedy_;
    Pacer* pacer_ = nullptr;
    const run::Interruption* interruption_ = nullptr;
    std::atomic<unsigned> named_ = 0;
    std::atomic<std::int64_t> throttled_at_{0};  ///< seconds of the steady clock; 0: never
    std::atomic<unsigned> throttled_ = 0;        ///< requests that were answered 429
    mutable std::mutex mutex_;
    std::vector<std::string> made_, discarded_;
};

/// How long to wait before the `attempt`-th repetition (from 1): what Retry-After says, else 1, 2, 4, ... 20 s.
std::chrono::milliseconds back_off(const model::HttpResponse& answer, int attempt);

/// "429 {...}", no longer than a line or two and without secrets.
std::string answer_text(const model::HttpResponse& answer);

}  // namespace hubspec::cli
