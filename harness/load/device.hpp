#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/load/connection.hpp"
#include "harness/load/site.hpp"
#include "harness/model/load.hpp"

namespace hubspec::load {

/// One device: connects when it is due, does what the mix says when that is due, and comes back when it loses its
/// connection. What is due and cannot be done yet waits, and its latency grows meanwhile. On the loop's thread only.
class Device {
public:
    /// `place` is where the alarms know it, `number` what it is in the whole load.
    Device(Site& site, std::uint32_t place, std::uint32_t number, actors::Identity identity);

    void begin();
    void woke(std::uint32_t what);
    /// Nothing more is begun; what was never begun is counted, unless the load was interrupted.
    void end_mix(bool interrupted);
    void disconnect();
    /// Something that was due is not done yet.
    bool is_busy() const;

private:
    enum class State { away, connecting, subscribing, ready };
    enum What : std::uint32_t { connect_now, attempt_late, answer_late, ping, first_lane /* and those behind it */ };

    /// One line of the mix.
    struct Lane {
        const model::Stream* stream = nullptr;
        std::uint64_t next = 0, times = 0;
        std::uint32_t in_flight = 0;
        bool alarmed = false;
    };
    /// What waits for its answer.
    struct Pending {
        std::size_t lane = 0;
        std::uint32_t number = 0;  ///< packet identifier, request id, or the back end's
        Micros due{};
    };

    // Connecting.
    void connect(model::Operation as, Micros due);
    void opened();
    void received(const mqtt::Packet& packet);
    void accepted();
    void subscribed();
    void is_ready();
    void attempt_failed(const std::string& cause);
    void lost(const std::string& cause);
    void come_back();
    void leave(bool says_goodbye);
    void check_attempt();

    // The mix.
    void pump(Lane& one);
    void pump_all();
    void skip_overdue(Lane& one, Micros now);
    void start(Lane& one, Micros due);
    void send_telemetry(Lane& one, Micros due);
    void ask(Lane& one, Micros due);
    void use_back_end(Lane& one, Micros due);
    void written();
    void reconnect();
    void answered(model::Operation operation, std::uint32_t number, const std::string& cause);
    void twin_answered(std::string_view topic);
    void finish(std::size_t pending, const std::string& cause);
    void expire();
    void arm_deadline();
    void take_publish(const mqtt::Publish& publish);
    void answer_method(std::string_view topic);

    void send(const mqtt::Packet& packet);
    void keep_alive();
    void wait_for_ping();
    std::uint32_t wait(Lane& one, Micros due);
    Lane* lane_of(model::Operation operation);
    Micros now() const { return site_.alarms.now(); }
    Micros due_of(const Lane& one, std::uint64_t number) const;

    Site& site_;
    std::uint32_t place_, number_;
    actors::Identity identity_;
    std::string telemetry_topic_;
    std::optional<net::TlsContext> tls_;  ///< with a certificate
    std::unique_ptr<Connection> connection_;
    State state_ = State::away;
    model::Operation attempt_ = model::Operation::connect;
    Micros attempt_due_{}, attempt_ends_{};
    unsigned failures_ = 0;  ///< one after the other
    std::vector<Lane> lanes_;
    std::vector<Pending> pending_;
    std::uint32_t numbers_ = 0;
    std::optional<Micros> reconnect_due_;  ///< begins when nothing is under way
    Micros deadline_ = Micros::max();      ///< of the next look at what is late
    Micros last_sent_{};
    bool ping_armed_ = false, awaits_pong_ = false;
    bool mix_is_over_ = false;
};

}  // namespace hubspec::load
