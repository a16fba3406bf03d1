#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/model/scenario.hpp"
#include "harness/model/trace.hpp"
#include "harness/run/bindings.hpp"
#include "harness/run/match.hpp"
#include "harness/run/plan.hpp"

namespace hubspec::run {

/// The acknowledgements that a well-behaved actor waits for after this step: CONNACK 0, SUBACK without 0x80, PUBACK,
/// UNSUBACK, a 2xx answer. Empty where a later line of the scenario expects them itself.
std::vector<model::Expectation> acknowledgements(const model::Step& step, std::size_t index, const Bindings& bindings);

/// The name of the exchange that step `index` starts with the back end: its `as`, or one made from its number.
std::string exchange_name(const model::Step& step, std::size_t index);

/// How far a step has come.
enum class StepState {
    not_begun,
    waiting,
    satisfied,
    warned,    ///< a known other behaviour was seen
    missed,    ///< its window ended without what it expects
    hopeless,  ///< it cannot come any more: the connection has closed, or something else came in its place
    violated,  ///< what must never happen happened
};

struct StepRecord {
    StepState state = StepState::not_begun;
    std::optional<std::size_t>
        taken;  ///< index in the trace of what satisfied or violated it (the last one of several)
    std::optional<std::size_t> closest;  ///< index in the trace of the nearest miss
    Differences differences;             ///< of the nearest miss
    std::string expected;                ///< what it still waits for, in the scenario's words with names filled in
    std::string event;                   ///< the name of what it waits for: "publish"
    std::string source;                  ///< of the outcome that was chosen
    std::size_t outcome = 0;             ///< which outcome was chosen
};

/// Follows a conversation: fed with the trace event by event, it knows what each step has got. The runner asks it when
/// to stop waiting; the judge replays the finished trace through it. Same events, same answers.
class Progress {
public:
    explicit Progress(const Case& plan);

    void take(const model::Event& event);

    const Bindings& bindings() const { return bindings_; }
    std::optional<std::size_t> current() const { return current_; }
    const StepRecord& record(std::size_t step) const { return records_[step]; }
    /// True when the current step has got what it waits for, or never will.
    bool is_decided() const;
    /// Trace indices of what the hub or the back end did and no step took.
    std::vector<std::size_t> untaken() const;
    /// The step that was current when this event came, or that took it.
    std::optional<std::size_t> step_of(std::size_t event) const;
    /// Where the hub closed the connection although nobody had asked for it or expected it.
    std::optional<std::size_t> unexpected_close() const;

private:
    struct Observation {
        std::size_t index = 0;
        model::EventForm form;
        bool taken = false;
    };

    const model::Step& step() const { return plan_.scenario->steps[*current_]; }
    StepRecord& record() { return records_[*current_]; }
    void begin(std::size_t step);
    void expire();
    void evaluate();
    void evaluate_all_of(const std::vector<model::Expectation>& wanted);
    void evaluate_outcomes(const model::Outcomes& outcomes);
    void evaluate_never(const model::Never& never);
    bool take_match(const model::Expectation& expectation);
    bool take(Observation& observation, const model::Expectation& expectation);  ///< when they match
    void note_closest(const model::Expectation& expectation, bool anew);
    bool is_hopeless(const model::Expectation& expectation) const;
    /// Follows from something else: the end of a connection after DISCONNECT, or after a refusal [MQTT-3.2.2-5].
    bool is_natural(const Observation& observation) const;
    bool is_refused(const std::string& connection, std::size_t before) const;

    const Case& plan_;
    Bindings bindings_;
    std::vector<StepRecord> records_;
    std::vector<Observation> mailbox_;
    std::size_t looked_at_ = 0;  // so many observations are known to match nothing that is waited for
    bool has_exited_ = false;    // the device's program: it does nothing more, and its application says nothing
    std::vector<model::Expectation> pending_;  // of the current step
    std::optional<std::size_t> current_;
    std::size_t next_index_ = 0;
    std::map<std::size_t, std::size_t> step_of_event_;
    std::set<std::string> leaving_;                  // connections that this side has ended
    std::map<std::string, std::size_t> connecting_;  // trace index of the newest CONNECT of each connection
};

}  // namespace hubspec::run
