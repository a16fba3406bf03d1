#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "harness/actors/endpoint.hpp"
#include "harness/actors/inbox.hpp"
#include "harness/model/http.hpp"

namespace hubspec::actors {

/// Rights on the service API: a shared access policy of the hub.
struct ServiceAccess {
    std::string policy;
    std::string key;  ///< Base64
};

/// The back end over REST. Requests run side by side in the background; each answer is reported as ServiceAnswered.
class Service {
public:
    Service(Endpoint endpoint, ServiceAccess access, Inbox& inbox);
    ~Service();  ///< abandons what is pending

    /// Starts a request; a token of the policy is added unless the request has its own Authorization. The trace shows
    /// the request without it. A request that gets no answer at all is reported as HarnessFailed "infra.service".
    void ask(const std::string& exchange, model::HttpRequest request);

    /// Reports log entries (LogSeen) from now on; `/_hubspec/` only.
    void follow_log(std::int64_t after = 0);
    /// The number of its newest entry: what one follows from who wants none of the former ones.
    std::int64_t newest_log();

    /// Requests that were made so far, those of the background too, and answers whose events are in the inbox.
    struct Counts {
        std::uint64_t asked = 0, answered = 0;
    };
    Counts counts() const;

    /// Waits for the answer, for work outside of a conversation such as creating identities. Throws std::runtime_error
    /// with a clear text when there is none within six times the endpoint's connect_timeout.
    model::HttpResponse fetch(model::HttpRequest request);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// `SharedAccessSignature sr=...` for the service API of `endpoint`; it ends with an hour, so that a run has few of
/// them.
std::string service_token(const Endpoint& endpoint, const ServiceAccess& access, std::chrono::seconds lifetime);

}  // namespace hubspec::actors
