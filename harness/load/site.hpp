#pragma once

#include <optional>

#include "harness/actors/endpoint.hpp"
#include "harness/load/alarms.hpp"
#include "harness/load/back_end.hpp"
#include "harness/load/schedule.hpp"
#include "harness/load/tally.hpp"
#include "harness/net/tls_context.hpp"

namespace hubspec::load {

/// What the devices of one loop share. On the loop's thread only.
struct Site {
    Site(net::Loop& owner, const model::LoadPlan& of, const actors::Endpoint& where, Alarms::Ring ring)
        : loop(owner), plan(of), endpoint(where), schedule(of), tally(slice_of(of)), alarms(owner, std::move(ring)) {}

    net::Loop& loop;
    const model::LoadPlan& plan;
    const actors::Endpoint& endpoint;
    std::optional<net::TlsContext> tls;  ///< of devices without a certificate of their own
    BackEnd* back_end = nullptr;         ///< where the mix needs one
    Schedule schedule;
    Tally tally;
    model::Histogram lateness;
    Alarms alarms;
    mqtt::Bytes output;     ///< one packet at a time
    mqtt::Packet outgoing;  ///< reused, so that nothing is allocated for each message
    std::uint32_t connected = 0, most_connected = 0;
    bool ended = false;  ///< nothing new is begun, and what ends is no error
};

}  // namespace hubspec::load
