#include "harness/run/progress.hpp"

#include <algorithm>

#include "harness/run/describe_expectation.hpp"

namespace hubspec::run {

using namespace model;
using mqtt::overloaded;

namespace {

Pattern scalar(Value value) { return {ScalarPattern{std::move(value)}, {}}; }

Pattern comparison(Comparator comparator, Pattern operand) {
    ComparisonPattern pattern;
    pattern.comparisons.push_back({comparator, std::move(operand)});
    return {std::move(pattern), {}};
}

Expectation hub(std::string event, std::vector<Field> fields = {}) {
    return {Speaker::hub, std::move(event), std::move(fields)};
}

bool is_quality_one(const Action& action, const Bindings& bindings) {
    const auto* qos = find(action.fields, "qos");
    if (qos == nullptr) return false;
    Value value;
    if (const auto* literal = std::get_if<ScalarPattern>(&qos->form)) value = literal->value;
    if (const auto* name = std::get_if<TextPattern>(&qos->form))
        value = interpolate(name->text, bindings);  // an axis, say
    return value.integer() != nullptr && *value.integer() == 1;
}

// A SUBACK of the well-behaved client grants everything: no code is 0x80.
Expectation granted() {
    Pattern refused = scalar(int{mqtt::subscription_failure});
    Pattern none_refused = comparison(Comparator::not_, comparison(Comparator::contains, std::move(refused)));
    return hub("suback", {{"return_codes", std::move(none_refused), {}}});
}

std::vector<Expectation> of_device(const Action& action, const Bindings& bindings) {
    if (action.verb == "connect") return {hub("connack", {{"return_code", scalar(0), {}}})};
    if (action.verb == "subscribe") return {granted()};
    if (action.verb == "unsubscribe") return {hub("unsuback")};
    if (action.verb == "publish" && is_quality_one(action, bindings)) return {hub("puback")};
    return {};
}

std::vector<Expectation> of_service(const Action& action, const std::string& exchange) {
    if (action.verb == "invoke") return {};
    const Field to{"to", {TextPattern{exchange}, {}}, {}};
    if (action.verb == "send")
        return {Expectation{Speaker::service, "answer", {to, {"outcome", {TextPattern{"accepted"}, {}}, {}}}}};
    ComparisonPattern success;
    success.comparisons.push_back({Comparator::ge, scalar(200)});
    success.comparisons.push_back({Comparator::lt, scalar(300)});
    return {Expectation{Speaker::service, "answer", {to, {"status", {std::move(success), {}}, {}}}}};
}

bool is_left(const Step& step, const std::string& event) {
    return std::find(step.left_to_later.begin(), step.left_to_later.end(), event) != step.left_to_later.end();
}

// Of these the connection carries one at a time: another one in its place settles the matter.
bool is_answer(const std::string& event) {
    return event == "connack" || event == "suback" || event == "unsuback" || event == "answer";
}

}  // namespace

std::string exchange_name(const Step& step, std::size_t index) {
    return step.exchange.empty() ? "step " + std::to_string(index + 1) : step.exchange;
}

std::vector<Expectation> acknowledgements(const Step& step, std::size_t index, const Bindings& bindings) {
    const auto* action = std::get_if<Action>(&step.form);
    if (action == nullptr) return {};
    std::vector<Expectation> wanted;
    if (action->speaker == Speaker::device) wanted = of_device(*action, bindings);
    if (action->speaker == Speaker::service) wanted = of_service(*action, exchange_name(step, index));
    std::erase_if(wanted, [&](const Expectation& one) { return is_left(step, one.event); });
    return wanted;
}

Progress::Progress(const Case& plan) : plan_(plan), bindings_(plan.bindings), records_(plan.scenario->steps.size()) {}

void Progress::take(const Event& event) {
    const std::size_t index = next_index_++;
    if (current_) step_of_event_[index] = *current_;
    if (const auto* began = std::get_if<StepBegan>(&event.form)) {
        step_of_event_[index] = began->step;
        return begin(began->step);
    }
    if (std::holds_alternative<StepExpired>(event.form)) return expire();
    if (const auto* bound = std::get_if<NameBound>(&event.form)) {
        bindings_[bound->name] = bound->value;
        looked_at_ = 0;
        return;
    }
    if (const auto* sent = std::get_if<PacketSent>(&event.form)) {
        if (std::holds_alternative<mqtt::Disconnect>(sent->packet)) leaving_.insert(sent->connection);
        if (std::holds_alternative<mqtt::Connect>(sent->packet)) connecting_[sent->connection] = index;
    }
    if (std::holds_alternative<DeviceExited>(event.form)) has_exited_ = true;
    if (event_name(event.form, plan_.scenario->seat).empty()) return;
    mailbox_.push_back({index, event.form, false});
    evaluate();
}

void Progress::begin(std::size_t step) {
    current_ = step;
    looked_at_ = 0;
    auto& now = record();
    now.state = StepState::waiting;
    pending_ = std::visit(overloaded{
                              [&](const Action&) { return acknowledgements(this->step(), step, bindings_); },
                              [](const Expectation& one) { return std::vector{one}; },
                              [](const AnyOrder& group) { return group.expectations; },
                              [](const Never&) { return std::vector<Expectation>{}; },
                              [](const Outcomes&) { return std::vector<Expectation>{}; },
                              [](const Pass&) { return std::vector<Expectation>{}; },
                          },
                          this->step().form);
    evaluate();
}

void Progress::expire() {
    if (!current_ || record().state != StepState::waiting) return;
    record().state = std::holds_alternative<Never>(step().form) ? StepState::satisfied : StepState::missed;
}

void Progress::evaluate() {
    if (!current_ || record().state != StepState::waiting) return;
    std::visit(overloaded{
                   [&](const Never& never) { evaluate_never(never); },
                   [&](const Outcomes& outcomes) { evaluate_outcomes(outcomes); },
                   [&](const Action&) { evaluate_all_of(pending_); },
                   [&](const Expectation&) { evaluate_all_of(pending_); },
                   [&](const AnyOrder&) { evaluate_all_of(pending_); },
                   [&](const Pass&) { record().state = StepState::satisfied; },
               },
               step().form);
}

// What matched nothing once matches nothing later: only names and other matches change that. Without this a device that
// floods would be looked at again and again.
void Progress::evaluate_all_of(const std::vector<Expectation>& wanted) {
    std::vector<Expectation> left;
    for (const auto& one : wanted)
        if (!take_match(one)) left.push_back(one);
    const bool has_matched = left.size() != wanted.size();
    pending_ = left;
    if (pending_.empty()) {
        record().state = StepState::satisfied;
        return;
    }
    record().expected = describe(pending_.front(), bindings_);
    record().event = pending_.front().event;
    note_closest(pending_.front(), has_matched);
    looked_at_ = has_matched ? 0 : mailbox_.size();
    if (std::any_of(pending_.begin(), pending_.end(), [&](const Expectation& one) { return is_hopeless(one); }))
        record().state = StepState::hopeless;
}

void Progress::evaluate_outcomes(const Outcomes& group) {
    for (auto at = looked_at_; at < mailbox_.size(); ++at)  // what came first decides, however much is here by now
        for (std::size_t i = 0; i < group.outcomes.size(); ++i) {
            const auto& outcome = group.outcomes[i];
            if (!take(mailbox_[at], outcome.expectation)) continue;
            record().outcome = i;
            record().source = outcome.source;
            record().state = outcome.verdict == Verdict::pass ? StepState::satisfied : StepState::warned;
            return;
        }
    const auto& documented = group.outcomes.front().expectation;
    record().expected = describe(documented, bindings_);
    record().event = documented.event;
    note_closest(documented, false);
    looked_at_ = mailbox_.size();
    if (std::all_of(group.outcomes.begin(), group.outcomes.end(),
                    [&](const Outcome& one) { return is_hopeless(one.expectation); }))
        record().state = StepState::hopeless;
}

void Progress::evaluate_never(const Never& never) {
    record().expected = "never " + describe(never.expectation, bindings_);
    record().event = never.expectation.event;
    if (take_match(never.expectation)) record().state = StepState::violated;
    looked_at_ = mailbox_.size();
}

bool Progress::take_match(const Expectation& expectation) {
    return std::any_of(mailbox_.begin() + static_cast<std::ptrdiff_t>(looked_at_), mailbox_.end(),
                       [&](Observation& observation) { return take(observation, expectation); });
}

bool Progress::take(Observation& observation, const Expectation& expectation) {
    if (observation.taken) return false;
    auto comparison = compare(expectation, step().connection, observation.form, bindings_);
    if (!comparison.matches()) return false;
    observation.taken = true;
    bindings_ = std::move(comparison.bindings);
    record().taken = observation.index;
    step_of_event_[observation.index] = *current_;
    return true;
}

void Progress::note_closest(const Expectation& expectation, bool anew) {
    auto& now = record();
    if (anew || looked_at_ == 0) {
        now.closest.reset();
        now.differences.clear();
    }
    for (auto at = anew ? 0 : looked_at_; at < mailbox_.size(); ++at) {
        const auto& observation = mailbox_[at];
        if (observation.taken) continue;
        auto comparison = compare(expectation, step().connection, observation.form, bindings_);
        if (!comparison.same_kind) continue;
        if (now.closest && now.differences.size() < comparison.differences.size()) continue;
        now.closest = observation.index;
        now.differences = std::move(comparison.differences);
    }
}

bool Progress::is_hopeless(const Expectation& expectation) const {
    if (plan_.scenario->seat == Seat::hub) return expectation.event != "exits" && has_exited_;
    if (is_answer(expectation.event))
        for (const auto& observation : mailbox_)
            if (!observation.taken && compare(expectation, step().connection, observation.form, bindings_).same_kind)
                return true;
    if (expectation.speaker != Speaker::hub || expectation.event == "closes") return false;
    // The newest word on the connection: nothing comes after a close but what a new transport brings.
    for (auto observation = mailbox_.rbegin(); observation != mailbox_.rend(); ++observation) {
        if (connection_of(observation->form) != step().connection) continue;
        const auto connecting = connecting_.find(step().connection);
        if (connecting != connecting_.end() && connecting->second > observation->index) return false;
        if (std::holds_alternative<ConnectionOpened>(observation->form)) return false;
        if (std::holds_alternative<ConnectionClosed>(observation->form)) return true;
    }
    return false;
}

bool Progress::is_decided() const {
    return current_ && records_[*current_].state != StepState::waiting &&
           records_[*current_].state != StepState::not_begun;
}

bool Progress::is_refused(const std::string& connection, std::size_t before) const {
    bool refused = false;
    for (const auto& observation : mailbox_) {
        const auto* received = std::get_if<PacketReceived>(&observation.form);
        if (observation.index >= before || received == nullptr || received->connection != connection) continue;
        if (const auto* connack = std::get_if<mqtt::Connack>(&received->packet)) refused = connack->return_code != 0;
    }
    return refused;
}

bool Progress::is_natural(const Observation& observation) const {
    if (std::holds_alternative<ConnectionOpened>(observation.form)) return true;
    const auto* closed = std::get_if<ConnectionClosed>(&observation.form);
    return closed != nullptr &&
           (leaving_.contains(closed->connection) || is_refused(closed->connection, observation.index));
}

std::vector<std::size_t> Progress::untaken() const {
    std::vector<std::size_t> indices;
    for (const auto& observation : mailbox_)
        if (!observation.taken && !is_natural(observation)) indices.push_back(observation.index);
    return indices;
}

std::optional<std::size_t> Progress::step_of(std::size_t event) const {
    const auto found = step_of_event_.find(event);
    if (found == step_of_event_.end()) return std::nullopt;
    return found->second;
}

std::optional<std::size_t> Progress::unexpected_close() const {
    for (const auto& observation : mailbox_)
        if (const auto* closed = std::get_if<ConnectionClosed>(&observation.form))
            if (!observation.taken && closed->by_peer && !is_natural(observation)) return observation.index;
    return std::nullopt;
}

}  // namespace hubspec::run
