#pragma once

#include <memory>
#include <string>

#include "harness/actors/program.hpp"
#include "harness/run/fields.hpp"
#include "harness/run/target.hpp"

namespace hubspec::run {

/// The hub that the harness plays in one case of the hub seat, for one device under test. What the device does to it
/// goes into the inbox that it was made with.
class PlayedHub : public Session {
public:
    /// A hub line that perturbs: `drop`, `withhold`, ... Throws std::invalid_argument when it cannot be done.
    virtual void perform(const std::string& verb, const Fields& fields) = 0;
    /// How the device under test is started as this identity, with the transport, keep alive and token lifetime that
    /// the case binds; nullopt: it is on a bench and comes by itself.
    virtual std::optional<actors::ProgramSpec> program(const actors::Identity& identity, const Bindings& bindings) = 0;
    /// The device's program has ended: waits until all that it left in the sockets was observed.
    virtual void see_off() = 0;
};

}  // namespace hubspec::run
