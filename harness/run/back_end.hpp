#pragma once

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "harness/actors/amqp_back_end.hpp"
#include "harness/actors/service.hpp"
#include "harness/run/fields.hpp"
#include "harness/run/packets.hpp"
#include "harness/run/target.hpp"

namespace hubspec::run {

using Identities = std::map<std::string, actors::Identity>;

/// What an identity's tokens are made from, at the hub's time.
Credentials credentials_of(const Session& session, const actors::Identity& identity, std::chrono::milliseconds ahead);

/// The back end of one case: performs service lines, in both seats.
class BackEnd {
public:
    BackEnd(net::Loop& loop, Session& session, Identities& identities, actors::Inbox& inbox, std::mt19937_64& random)
        : loop_(loop), session_(session), identities_(identities), inbox_(inbox), random_(random) {}

    /// Starts what `needs` names where the target has a back end; `from_now`: the past is nobody's business.
    void start(const std::vector<std::string>& needs, bool from_now);
    void perform(const std::string& verb, const Fields& fields, const std::string& exchange,
                 std::chrono::milliseconds ahead);
    /// The registry takes it for connected; false too where there is no back end or no such identity.
    bool sees_connected(const actors::Identity& identity);
    /// What has been asked and answered; nullopt where there is no back end.
    struct Counts {
        std::uint64_t asked = 0, answered = 0;
        std::uint64_t amqp_sent = 0, amqp_received = 0;
        std::size_t unsettled = 0;  ///< messages of which the hub has not spoken yet
    };
    std::optional<Counts> counts() const;

private:
    void send(const Fields& fields, const actors::Identity& identity, const std::string& exchange);
    void follow_telemetry(const actors::ServiceAccess& access, bool from_now);
    bool is_ours(const std::string& device_id) const;
    void rotate_keys(actors::Identity& identity);
    void authorize(model::HttpRequest& request, const Fields& fields, std::chrono::milliseconds ahead);

    net::Loop& loop_;
    Session& session_;
    Identities& identities_;
    actors::Inbox& inbox_;
    std::mt19937_64& random_;
    std::unique_ptr<actors::Service> service_;
    std::unique_ptr<actors::DeviceMessages> messages_;
    std::unique_ptr<actors::TelemetryReader> telemetry_;
    std::unique_ptr<actors::SharedTelemetry::Subscription> subscription_;
};

}  // namespace hubspec::run
