#include "harness/scenario/conversation.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "harness/mqtt/packet.hpp"
#include "harness/scenario/nearest.hpp"
#include "harness/scenario/vocabulary.hpp"

namespace hubspec::scenario {

using namespace model;
using mqtt::overloaded;

namespace {

/// Everything that a step expects, or expects never.
std::vector<Expectation*> expectations_of(Step& step) {
    std::vector<Expectation*> all;
    std::visit(overloaded{
                   [](Action&) {},
                   [](Pass&) {},
                   [&](Expectation& one) { all.push_back(&one); },
                   [&](Never& never) { all.push_back(&never.expectation); },
                   [&](AnyOrder& group) {
                       for (auto& one : group.expectations) all.push_back(&one);
                   },
                   [&](Outcomes& group) {
                       for (auto& one : group.outcomes) all.push_back(&one.expectation);
                   },
               },
               step.form);
    return all;
}

std::vector<const Expectation*> expectations_of(const Step& step) {
    const auto all = expectations_of(const_cast<Step&>(step));  // one list of the forms for both
    return {all.begin(), all.end()};
}

bool speaks_of_hub(const Step& step) {
    const auto all = expectations_of(step);
    return std::any_of(all.begin(), all.end(), [](const Expectation* one) { return one->speaker == Speaker::hub; });
}

bool is_by_client(const Action& action) { return action.speaker == Speaker::device || action.speaker == Speaker::wire; }

// --- connections ---

class Connections {
public:
    Connections(const SourceFile& file, Diagnostics& diagnostics) : file_(file), diagnostics_(diagnostics) {}

    void take(const Step& step) {
        const auto* action = std::get_if<Action>(&step.form);
        if (action != nullptr && is_by_client(*action)) return take(step, *action);
        if (speaks_of_hub(step)) expect_open(step, "is spoken of but was never opened");
    }

private:
    void take(const Step& step, const Action& action) {
        const auto found = actors_.find(step.connection);
        const bool is_device = action.speaker == Speaker::device;
        if (is_device && action.verb == "connect") {
            actors_[step.connection] = Speaker::device;
        } else if (is_device) {
            if (expect_open(step, "was never opened; begin with 'device: {connect: {}}'") &&
                found->second == Speaker::wire)
                say(step, "connection '" + step.connection +
                              "' is a wire's; a device line needs 'device: {connect: {}}' before it");
        } else if (found != actors_.end() && found->second == Speaker::device) {
            say(step,
                "connection '" + step.connection + "' is a device's; give the wire another one with 'connection'");
        } else {
            actors_[step.connection] = Speaker::wire;
        }
    }

    bool expect_open(const Step& step, const std::string& problem) {
        if (actors_.contains(step.connection)) return true;
        std::vector<std::string> known;
        for (const auto& [name, actor] : actors_) known.push_back(name);
        say(step, "connection '" + step.connection + "' " + problem);
        diagnostics_.back().suggestion = nearest(step.connection, known).value_or("");
        actors_[step.connection] = Speaker::hub;  // once is enough
        return false;
    }

    void say(const Step& step, std::string message) {
        diagnostics_.push_back(diagnose(file_, step.place, 1, std::move(message)));
    }

    const SourceFile& file_;
    Diagnostics& diagnostics_;
    std::map<std::string, Speaker> actors_;
};

// --- answers ---

/// The service lines so far, by the names of their exchanges.
class Exchanges {
public:
    Exchanges(std::vector<Step>& steps, const SourceFile& file, Diagnostics& diagnostics)
        : steps_(steps), file_(file), diagnostics_(diagnostics) {}

    void take(std::size_t index) {
        auto& step = steps_[index];
        if (const auto* action = std::get_if<Action>(&step.form);
            action != nullptr && action->speaker == Speaker::service)
            return begin(index);
        for (auto* expectation : expectations_of(step))
            if (expectation->speaker == Speaker::service && expectation->event == "answer") link(step, *expectation);
    }

private:
    void begin(std::size_t index) {
        auto& step = steps_[index];
        last_ = index;
        if (step.exchange.empty()) return;
        const auto [earlier, is_new] = named_.try_emplace(step.exchange, index);
        if (is_new) return;
        const auto line = steps_[earlier->second].place.line;
        say(step.place, "the name '" + step.exchange + "' was given already in line " + std::to_string(line) +
                            (line == step.place.line ? "; in a repeat, put {{index}} into it" : ""));
        earlier->second = index;
    }

    void link(Step& step, Expectation& answer) {
        const auto* to = find(answer.fields, "to");
        const auto* name = to != nullptr ? std::get_if<TextPattern>(&to->form) : nullptr;
        if (name != nullptr) return link_named(name->text, to->place);
        if (!last_) return say(step.place, "no service line stands before this whose answer could be meant");
        auto& asked = steps_[*last_];
        if (asked.exchange.empty()) asked.exchange = "step " + std::to_string(*last_ + 1);
        leave(asked);
        answer.fields.insert(answer.fields.begin(), Field{"to", {TextPattern{asked.exchange}, step.place}, step.place});
    }

    void link_named(const std::string& name, Place place) {
        const auto found = named_.find(name);
        if (found != named_.end()) return leave(steps_[found->second]);
        std::vector<std::string> known;
        for (const auto& [other, index] : named_) known.push_back(other);
        say(place, "no service line before this was given the name '" + name + "' with 'as'");
        diagnostics_.back().suggestion = nearest(name, known).value_or("");
    }

    // An invocation never waits, so it leaves nothing.
    static void leave(Step& asked) {
        if (std::get<Action>(asked.form).verb != "invoke" && asked.left_to_later.empty())
            asked.left_to_later.emplace_back("answer");
    }

    void say(Place place, std::string message) {
        diagnostics_.push_back(diagnose(file_, place, 1, std::move(message)));
    }

    std::vector<Step>& steps_;
    const SourceFile& file_;
    Diagnostics& diagnostics_;
    std::optional<std::size_t> last_;
    std::map<std::string, std::size_t> named_;
};

// --- acknowledgements ---

std::string acknowledgement_of(const Action& action) {
    if (action.speaker != Speaker::device) return {};
    if (action.verb == "connect") return "connack";
    if (action.verb == "subscribe") return "suback";
    if (action.verb == "unsubscribe") return "unsuback";
    if (action.verb != "publish") return {};
    const auto* qos = find(action.fields, "qos");
    const auto* scalar = qos != nullptr ? std::get_if<ScalarPattern>(&qos->form) : nullptr;
    const bool may_be_one = qos != nullptr && (scalar == nullptr || scalar->value == Value(1));  // an axis, say
    return may_be_one ? "puback" : "";
}

bool speaks_of(const Step& step, const std::string& event) {
    const auto all = expectations_of(step);
    return std::any_of(all.begin(), all.end(),
                       [&](const Expectation* one) { return one->speaker == Speaker::hub && one->event == event; });
}

bool expects_end(const Step& step) { return !std::holds_alternative<Never>(step.form) && speaks_of(step, "closes"); }

/// A later line takes an acknowledgement when it expects it, or the end of the connection in its place; but not the end
/// that another actor's line in between brings about.
bool is_left_to_later(const std::vector<Step>& steps, std::size_t index, const std::string& acknowledgement) {
    bool others_acted = false;
    for (std::size_t later = index + 1; later < steps.size(); ++later) {
        const auto& step = steps[later];
        const auto* action = std::get_if<Action>(&step.form);
        if (step.connection != steps[index].connection || (action != nullptr && !is_by_client(*action))) {
            others_acted = others_acted || action != nullptr;
            continue;
        }
        if (action != nullptr) return false;
        if (speaks_of(step, acknowledgement) || (!others_acted && expects_end(step))) return true;
    }
    return false;
}

const std::vector<std::string>& needs_of_line(Speaker speaker, const std::string& name) {
    static const std::vector<std::string> none;
    const auto* spec = find_line(speaker, name);  // the hub seat asks nothing more of a target
    return spec == nullptr ? none : spec->needs;
}

}  // namespace

void check_connections(const std::vector<Step>& steps, const SourceFile& file, Diagnostics& diagnostics) {
    Connections connections(file, diagnostics);
    for (const auto& step : steps) connections.take(step);
}

void link_answers(std::vector<Step>& steps, const SourceFile& file, Diagnostics& diagnostics) {
    Exchanges exchanges(steps, file, diagnostics);
    for (std::size_t i = 0; i < steps.size(); ++i) exchanges.take(i);
}

void leave_to_later(std::vector<Step>& steps) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const auto* action = std::get_if<Action>(&steps[i].form);
        const auto acknowledgement = action != nullptr ? acknowledgement_of(*action) : std::string{};
        if (!acknowledgement.empty() && is_left_to_later(steps, i, acknowledgement))
            steps[i].left_to_later.push_back(acknowledgement);
    }
}

namespace {

bool speaks_over_websocket(const Action& action) {
    return std::any_of(action.fields.begin(), action.fields.end(), [](const Field& field) {
        const auto* text = std::get_if<TextPattern>(&field.value.form);
        return field.name == "transport" && text != nullptr && text->text == "wss";
    });
}

}  // namespace

std::vector<std::string> needs_of(const std::vector<Step>& steps) {
    std::set<std::string> needed;
    for (const auto& step : steps) {
        if (std::holds_alternative<Pass>(step.form)) needed.insert("clock");
        const auto* action = std::get_if<Action>(&step.form);
        if (action != nullptr && speaks_over_websocket(*action)) needed.insert("wss");
        if (action != nullptr)
            for (const auto& need : needs_of_line(action->speaker, action->verb)) needed.insert(need);
        for (const auto* expectation : expectations_of(step))
            for (const auto& need : needs_of_line(expectation->speaker, expectation->event)) needed.insert(need);
    }
    std::vector<std::string> ordered;
    for (const auto& name : capabilities())
        if (needed.contains(name)) ordered.push_back(name);
    return ordered;
}

}  // namespace hubspec::scenario
