#include "harness/run/runner.hpp"

#include <algorithm>
#include <optional>
#include <random>

#include "harness/run/device_seat.hpp"
#include "harness/run/hub_seat.hpp"
#include "harness/run/progress.hpp"
#include "harness/run/window.hpp"

namespace hubspec::run {

using namespace model;
using actors::Inbox;
using mqtt::overloaded;
using Clock = std::chrono::steady_clock;

void Interruption::trigger() {
    const std::lock_guard lock(mutex_);
    triggered_ = true;
    for (auto* inbox : waiting_) inbox->stop();
}

bool Interruption::triggered() const {
    const std::lock_guard lock(mutex_);
    return triggered_;
}

Interruption::Watch::Watch(Interruption& interruption, Inbox& inbox) : interruption_(interruption), inbox_(inbox) {
    const std::lock_guard lock(interruption_.mutex_);
    interruption_.waiting_.push_back(&inbox_);
    if (interruption_.triggered_) inbox_.stop();
}

Interruption::Watch::~Watch() {
    const std::lock_guard lock(interruption_.mutex_);
    std::erase(interruption_.waiting_, &inbox_);
}

namespace {

// A fence that does not close in this time proves nothing; the window then counts as over.
constexpr std::chrono::seconds fence_patience{5};
constexpr std::chrono::milliseconds fence_pause{1};
constexpr int fence_rounds = 2;  // in a row: a thread between two counts is not seen by one look

// A case has some hundred events; a device that floods fills the trace until then.
constexpr std::size_t most_events = 20'000;

// A harness that is late by more than this missed something. Where the hub is fenced it stands still as well.
constexpr std::chrono::seconds most_late{2};
constexpr std::chrono::milliseconds longest_look{500};

constexpr std::chrono::milliseconds longest_farewell{2'000}, first_farewell_pause{20};

class Conversation {
public:
    Conversation(const Case& plan, Target& target, Interruption& interruption, const RunOptions& options)
        : plan_(plan),
          target_(target),
          interruption_(interruption),
          options_(options),
          progress_(plan_),
          random_(options.seed ^ std::hash<std::string>{}(plan.name)),
          watch_(interruption, inbox_) {}

    Trace run() {
        try {
            open();
            for (std::size_t i = 0; i < plan_.scenario->steps.size() && go_on(); ++i) run_step(i);
            leave();
        } catch (const std::invalid_argument& error) {
            fail("scenario.invalid", error.what());
        } catch (const mqtt::EncodeError& error) {
            fail("scenario.invalid", error.what());
        } catch (const net::TlsError& error) {
            fail("infra.tls", error.what());
        } catch (const std::runtime_error& error) {
            fail("infra.connect", error.what());
        }
        return std::move(trace_);
    }

private:
    void record(Event event) {
        progress_.take(event);
        if (std::holds_alternative<HarnessFailed>(event.form)) broken_ = true;
        if (const auto* told = std::get_if<AppTold>(&event.form)) has_begun_ |= told->event.find("hello") != nullptr;
        if (const auto* opened = std::get_if<ConnectionOpened>(&event.form)) stage_->note_opened(opened->connection);
        trace_.push_back(std::move(event));
        if (trace_.size() == most_events && plan_.scenario->seat == Seat::hub)
            fail("device.flood", "the device floods: " + std::to_string(most_events) + " events within " +
                                     std::to_string(inbox_.elapsed().count() / 1'000'000) + " s; the case was ended");
    }
    void note(EventForm form) { record({inbox_.elapsed(), std::move(form)}); }

    void fail(const std::string& type, const std::string& text) { note(HarnessFailed{type, text}); }

    bool go_on() const {
        if (broken_ || interruption_.triggered()) return false;
        const auto step = progress_.current();
        if (!step) return true;
        const auto state = progress_.record(*step).state;
        return state == StepState::satisfied || state == StepState::warned;
    }

    // --- before and after ---

    void open() {
        stage_ = make_stage();
        note(NameBound{"hub.host", stage_->host_name()});
        add_identity(own_identity(plan_));
        for (const auto& identity : plan_.scenario->identities) add_identity(identity);
        stage_->start(plan_.scenario->needs);
    }

    std::unique_ptr<Stage> make_stage() {
        if (plan_.scenario->seat == Seat::device)
            return std::make_unique<DeviceSeat>(target_, plan_.name, inbox_, random_);
        auto hub = target_.play(plan_.name, inbox_);
        if (!hub) throw std::invalid_argument("a scenario of the hub seat needs a device to certify");
        return std::make_unique<HubSeat>(std::move(hub), plan_.bindings, inbox_, random_);
    }

    void add_identity(const IdentitySpec& spec) {
        const auto& identity = stage_->add_identity(spec);
        const auto& name = spec.name;
        note(NameBound{name + ".id", identity.device_id});
        note(NameBound{name + ".module_id", identity.module_id});
        note(NameBound{name + ".client_id", identity.client_id()});
        note(NameBound{name + ".path", identity.path()});
        note(NameBound{name + ".primary_key_length", static_cast<std::int64_t>(identity.primary_key.size())});
        note(NameBound{name + ".sha256_thumbprint", identity.primary_thumbprint});
        note(NameBound{name + ".sha1_thumbprint", identity.secondary_thumbprint});
    }

    /// What has already arrived belongs to the trace; nothing is waited for.
    void leave() {
        drain();
        stage_->leave();
        if (plan_.scenario->seat == Seat::hub) drain();  // how the device took its leave is part of the trace
    }

    void drain() { take_until(Clock::now()); }

    /// The next event; nullopt at `until`, or when the run is interrupted. Looks up often enough to see that it stood
    /// still.
    std::optional<Event> take(Clock::time_point until) {
        while (true) {
            const auto began = Clock::now();
            const auto wake = std::min(until, began + longest_look);
            auto event = inbox_.take(wake);
            const auto late =
                std::chrono::duration_cast<std::chrono::milliseconds>(overslept(began, wake, Clock::now()));
            if (late > most_late && !stage_->is_fenced()) note(HarnessStoodStill{late});
            if (event || wake == until || interruption_.triggered()) return event;
        }
    }

    /// Records what comes until then and no longer, however fast it comes.
    void take_until(Clock::time_point end) {
        while (auto event = take(end)) {
            const auto arrived = arrival(*event);
            record(std::move(*event));
            if (arrived > end) return;
        }
    }

    Clock::time_point arrival(const Event& event) const { return Clock::now() - (inbox_.elapsed() - event.at); }

    // --- steps ---

    const Step& step() const { return plan_.scenario->steps[*progress_.current()]; }

    void run_step(std::size_t index) {
        drain();
        note(StepBegan{index});
        if (!std::holds_alternative<Action>(step().form)) stage_->expect();
        std::visit(overloaded{
                       [&](const Action& action) {
                           if (std::exchange(has_left_, false)) stage_->is_fenced() ? fence() : see_off();
                           perform(action, index);
                           has_left_ = ends_a_connection(action.verb);
                           await(window());
                       },
                       [&](const Expectation&) { await(window()); },
                       [&](const AnyOrder&) { await(window()); },
                       [&](const Outcomes&) { await(window()); },
                       [&](const Never& never) { await_silence(never); },
                       [&](const Pass& pass) { let_pass(pass.duration); },
                   },
                   step().form);
    }

    std::chrono::milliseconds window() const {
        const auto base = step().within.value_or(target_.window());
        return std::chrono::milliseconds(
            static_cast<std::int64_t>(static_cast<double>(base.count()) * options_.timeout_scale));
    }

    void await(std::chrono::milliseconds length) {
        Window window(Clock::now(), length);
        int quiet = 0;
        while (!progress_.is_decided() && !broken_) {
            auto event = take(window.next_look(Clock::now(), stage_->is_fenced() ? fence_pause : longest_look));
            window.looked(Clock::now());
            if (event) {
                const bool is_late = arrival(*event) > window.end();
                record(std::move(*event));
                quiet = 0;
                // Nobody promises how long a busy machine takes to start a program.
                if (std::exchange(has_begun_, false) && !is_late) window.restart(Clock::now());
                if (is_late && !progress_.is_decided()) note(StepExpired{*progress_.current()});
                continue;
            }
            if (interruption_.triggered()) return;
            quiet = stage_->is_quiet() ? quiet + 1 : 0;
            window.looked(Clock::now());
            if (quiet == fence_rounds || window.is_over(Clock::now())) note(StepExpired{*progress_.current()});
        }
    }

    void await_silence(const Never& never) {
        if (!stage_->is_fenced()) return await(std::min(never.lasting, target_.longest_wait()));
        fence();
        if (progress_.is_decided()) return;
        move_clock(never.lasting);
        fence();
        if (!progress_.is_decided()) note(StepExpired{*progress_.current()});
    }

    void let_pass(std::chrono::milliseconds duration) {
        if (stage_->is_fenced()) fence();
        if (move_clock(duration)) return drain();
        const auto deadline = Clock::now() + duration;
        take_until(deadline);
    }

    bool move_clock(std::chrono::milliseconds by) {
        if (!stage_->move_clock(by)) return false;
        note(ClockMoved{by});
        return true;
    }

    // --- fence: proof that nothing more is under way ---

    /// Waits until it is quiet. A fence that does not close in time proves nothing; what follows then counts all the
    /// same.
    void fence() {
        const auto deadline = Clock::now() + fence_patience;
        for (int quiet = 0; quiet < fence_rounds && Clock::now() < deadline && !interruption_.triggered();) {
            if (auto event = inbox_.take(Clock::now() + fence_pause))
                record(std::move(*event)), quiet = 0;
            else
                quiet = stage_->is_quiet() ? quiet + 1 : 0;
        }
    }

    /// Where there is no fence, the end of one connection and the next request may still pass each other on the way.
    /// A hub whose registry is slow is not waited for long.
    void see_off() {
        const auto deadline = Clock::now() + std::min<std::chrono::milliseconds>(window(), longest_farewell);
        auto pause = first_farewell_pause;
        while (!stage_->knows_who_left() && Clock::now() < deadline && !interruption_.triggered()) {
            const auto next_look = Clock::now() + std::exchange(pause, pause * 2);
            take_until(next_look);
        }
    }

    // --- performing ---

    /// `send` is a list that may end with a DISCONNECT.
    static bool ends_a_connection(const std::string& verb) {
        return verb == "disconnect" || verb == "drop" || verb == "close" || verb == "send";
    }

    void perform(const Action& action, std::size_t index) {
        invent_names(action.fields);
        stage_->perform(action, step().connection, exchange_name(step(), index), progress_.bindings());
    }

    void invent_names(const std::vector<Field>& fields) {
        for (const auto& name : names_to_invent(fields, progress_.bindings())) {
            char suffix[16];
            std::snprintf(suffix, sizeof suffix, "-%06x", static_cast<unsigned>(random_() & 0xFFFFFF));
            note(NameBound{name, name + suffix});
        }
    }

    const Case& plan_;
    Target& target_;
    Interruption& interruption_;
    RunOptions options_;
    Inbox inbox_;
    Progress progress_;
    std::mt19937_64 random_;
    Interruption::Watch watch_;
    Trace trace_;
    bool broken_ = false;
    bool has_begun_ = false;  // the device's program has said hello
    bool has_left_ = false;   // the last line ended a connection: the hub must know before the next one speaks
    std::unique_ptr<Stage> stage_;
};

}  // namespace

Trace run_case(const Case& plan, Target& target, Interruption& interruption, const RunOptions& options) {
    return Conversation(plan, target, interruption, options).run();
}

}  // namespace hubspec::run
