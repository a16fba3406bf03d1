#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "harness/actors/amqp_back_end.hpp"
#include "harness/actors/endpoint.hpp"
#include "harness/actors/service.hpp"
#include "harness/model/scenario.hpp"
#include "harness/model/value.hpp"

namespace hubspec::run {

/// What the hub knows of one connection: lets the runner prove that nothing more is under way.
struct HubCounts {
    bool open = false;
    std::uint64_t packets_sent = 0;
    std::uint64_t requests_received = 0;          ///< CONNECT, SUBSCRIBE, UNSUBSCRIBE and PUBLISH
    std::uint64_t bytes_received = 0;             ///< packets or not
    std::uint64_t acknowledgements_received = 0;  ///< PUBACK
};

/// The same of the back end: REST, and bytes of AMQP.
struct ServiceCounts {
    std::uint64_t requests_received = 0, responses_sent = 0;
    std::uint64_t amqp_received = 0, amqp_sent = 0;
};

/// What one case runs against; made for it, gone after it.
class Session {
public:
    virtual ~Session() = default;
    virtual const actors::Endpoint& endpoint() const = 0;
    /// A fresh identity for this case; a module's device is `device_id`, or fresh too when that is empty. Throws
    /// std::runtime_error with a clear text when there is none.
    virtual actors::Identity identity(const model::IdentitySpec& spec, const std::string& device_id) = 0;
    virtual std::optional<actors::ServiceAccess> service_access() const = 0;
    /// The key of another shared access policy, where the target knows it.
    virtual std::optional<std::string> policy_key(const std::string& policy) const = 0;
    /// Moves the hub's clock; false where that cannot be done and the caller must wait.
    virtual bool advance(std::chrono::milliseconds by) = 0;
    /// Counts of the `ordinal`-th connection (from 0) that used this client identifier, or of the `ordinal`-th open one
    /// without a CONNECT when it is empty; nullopt when there is none, or where the hub cannot be asked.
    virtual std::optional<HubCounts> counts(const std::string& client_id, std::size_t ordinal) = 0;
    /// Device connections whose TLS handshake the hub has finished so far.
    virtual std::optional<std::uint64_t> transports_taken() { return std::nullopt; }
    virtual std::optional<ServiceCounts> service_counts() { return std::nullopt; }
    /// What the hub's clock shows.
    virtual std::chrono::system_clock::time_point hub_time() { return std::chrono::system_clock::now(); }
    /// Where telemetry is read. Throws std::runtime_error where the hub does not say.
    virtual actors::EventsEndpoint events(net::Loop& loop);
    /// The reader of telemetry that its cases have in common; nullptr: each has its own.
    virtual actors::SharedTelemetry* shared_telemetry() { return nullptr; }
};

class PlayedHub;
class Interruption;
struct Case;

/// The hub under test; in the hub seat, the device under test together with the hub that is played for it.
class Target {
public:
    virtual ~Target() = default;
    virtual std::string name() const = 0;
    virtual std::string kind() const = 0;  ///< "embedded", "endpoint"
    /// What `applies` expressions see as `target` and what lines need: {"clock": true, "tier": "standard", ...}.
    virtual const model::Value& capabilities() const = 0;
    /// The window of an expectation that names none.
    virtual std::chrono::milliseconds window() const = 0;
    /// How long a line may make the harness wait where the clock cannot be moved.
    virtual std::chrono::milliseconds longest_wait() const = 0;
    virtual std::unique_ptr<Session> open(const std::string& case_name) = 0;
    /// The hub that is played in a case of the hub seat; nullptr where none can be.
    virtual std::shared_ptr<PlayedHub> play(const std::string& case_name, actors::Inbox& inbox);
    /// Cases may run side by side.
    virtual bool is_parallel() const = 0;
    /// One try to reach the hub before anything runs; a clear sentence when that fails.
    virtual std::optional<std::string> unreachable() { return std::nullopt; }
    /// What that try found out, in lines for a person.
    virtual std::vector<std::string> findings() const { return {}; }
    /// What was tried to find this capability; empty: nothing, or it is there.
    virtual std::string why_not(const std::string& capability) const;
    /// The cases that will run, told before the first one. What they cost and what there is, in lines for a person.
    virtual std::vector<std::string> prepare(const std::vector<Case>& cases, const Interruption& interruption);
    /// Before a case begins: waits until the target's rates allow it. Why it must not run any more; nullopt: it may.
    virtual std::optional<std::string> admit(const Case& one);
    /// It is shared with others and may refuse what it would do at another time.
    virtual bool may_throttle() const { return false; }
    virtual bool throttled_lately() const { return false; }
};

}  // namespace hubspec::run
