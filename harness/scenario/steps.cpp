#include "harness/scenario/steps.hpp"

#include <algorithm>

#include "harness/model/lists.hpp"
#include "harness/scenario/groups.hpp"
#include "harness/scenario/lines.hpp"
#include "harness/scenario/nearest.hpp"
#include "harness/scenario/openings.hpp"
#include "harness/scenario/read.hpp"
#include "harness/scenario/substitute.hpp"

namespace hubspec::scenario {

using namespace model;

namespace {

constexpr std::int64_t most_repeats = 1000;

std::vector<std::string> step_keys() {
    auto keys = speaker_names();
    for (const auto* more : {&group_names(), &modifier_names()}) keys.insert(keys.end(), more->begin(), more->end());
    return keys;
}

/// The speaker or group that a step is about; said where there is none, or more than one.
const yaml::Member* subject_of(const yaml::Node& node, Scope& scope) {
    const yaml::Member* subject = nullptr;
    bool strange = false;
    for (const auto& member : node.map()->members) {
        if (contains(modifier_names(), member.name)) continue;
        if (!contains(speaker_names(), member.name) && !contains(group_names(), member.name)) {
            auto diagnostic = yaml::at(node, member, "unknown key '" + member.name + "' in a step");
            diagnostic.suggestion = nearest(member.name, step_keys()).value_or("");
            scope.say(std::move(diagnostic));
            strange = true;
        } else if (subject != nullptr) {
            scope.say(yaml::at(
                node, member,
                "one step is about '" + subject->name + "' and '" + member.name + "'; begin a new one with '- '"));
        } else {
            subject = &member;
        }
    }
    if (subject == nullptr && !strange)
        scope.say(yaml::at(node, "a step needs one of " + alternatives(speaker_names()) + ", or one of " +
                                     alternatives(group_names())));
    return subject;
}

// --- modifiers ---

std::vector<std::string> modifiers_of(const Step& step) {
    if (const auto* action = std::get_if<Action>(&step.form)) {
        if (action->speaker == Speaker::service) return {"within", "as", "verifies"};
        if (action->speaker == Speaker::wire) return {"connection", "verifies"};
        return {"within", "connection", "verifies"};
    }
    if (const auto* expectation = std::get_if<Expectation>(&step.form);
        expectation != nullptr && expectation->speaker == Speaker::service)
        return {"within", "verifies"};
    if (std::holds_alternative<Never>(step.form)) return {"for", "connection", "verifies"};
    if (std::holds_alternative<Pass>(step.form)) return {};
    return {"within", "connection", "verifies"};
}

std::string why_not(const Step& step, const std::string& modifier) {
    if (modifier == "verdict" || modifier == "source") return "belongs to one of the 'outcomes'";
    if (modifier == "for") return "belongs to 'never'; other expectations have 'within'";
    if (modifier == "as") return "belongs to a service line that is performed";
    const auto* action = std::get_if<Action>(&step.form);
    if (modifier == "connection") return "has no meaning here: no connection is spoken of";
    if (action != nullptr && action->speaker == Speaker::wire)
        return "has no meaning here: a wire line waits for nothing";
    if (std::holds_alternative<Never>(step.form)) return "has no meaning here; 'never' has 'for'";
    return "has no meaning here";
}

bool is_own_name(const std::string& text) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

std::string read_own_name(const yaml::Node& node, const std::string& modifier, const std::string& otherwise,
                          Scope& scope) {
    const auto text = yaml::read_line(node, modifier, scope.diagnostics);
    if (text && is_own_name(*text)) return *text;
    if (text)
        scope.say(
            yaml::at(node, "'" + modifier + "' takes a name of letters, digits, '-' and '_', not '" + *text + "'"));
    return otherwise;
}

void apply(const yaml::Member& member, Step& step, Scope& scope) {
    if (member.name == "within") step.within = yaml::read_duration(member.value, "within", scope.diagnostics);
    if (member.name == "connection") step.connection = read_own_name(member.value, "connection", "main", scope);
    if (member.name == "as") step.exchange = read_own_name(member.value, "as", "", scope);
    if (member.name == "verifies") step.verifies = read_verifies(member.value, scope);
    if (member.name == "for")
        if (const auto lasting = yaml::read_duration(member.value, "for", scope.diagnostics))
            std::get<Never>(step.form).lasting = *lasting;
}

void check_narrower(const yaml::Node& node, const Step& step, Scope& scope) {
    for (const auto& id : step.verifies)
        if (!scope.verifies.empty() && !contains(scope.verifies, id))
            scope.say(yaml::at(node, "'" + id + "' is not in the list of the scenario; a step's list is part of it"));
}

void read_modifiers(const yaml::Node& node, Step& step, Scope& scope) {
    const auto allowed = modifiers_of(step);
    for (const auto& member : node.map()->members) {
        if (!contains(modifier_names(), member.name)) continue;
        if (contains(allowed, member.name))
            apply(member, step, scope);
        else
            scope.say(yaml::at(node, member, "'" + member.name + "' " + why_not(step, member.name)));
        if (member.name == "verifies") check_narrower(member.value, step, scope);
    }
    if (std::holds_alternative<Never>(step.form) && node.map()->find("for") == nullptr)
        scope.say(yaml::at(node, "'never' needs 'for': how long it must not happen"));
}

// --- forms ---

std::vector<Step> read_repeat(const yaml::Node& node, Scope& scope) {
    std::vector<Step> steps;
    if (yaml::read_map(node, "repeat", scope.diagnostics) == nullptr) return steps;
    yaml::check_keys(node, "'repeat'", {"times", "steps"}, {"times", "steps"}, scope.diagnostics);
    const auto* times = node.map()->find("times");
    const auto* list = node.map()->find("steps");
    if (times == nullptr || list == nullptr) return steps;
    const auto count = yaml::read_integer(*times, "times", 1, most_repeats, scope.diagnostics);
    for (std::int64_t index = 1; index <= count.value_or(1); ++index) {
        const auto problems = scope.diagnostics.size();
        if (!may_copy(*list, scope)) break;
        auto round = read_steps(substitute(*list, {{"index", number_node(index, *times)}}, scope.diagnostics), scope);
        steps.insert(steps.end(), std::make_move_iterator(round.begin()), std::make_move_iterator(round.end()));
        if (scope.diagnostics.size() > problems || scope.steps > most_steps)
            break;  // the next round would say the same
    }
    return steps;
}

std::optional<decltype(Step::form)> read_form(const yaml::Member& subject, Scope& scope) {
    const auto& name = subject.name;
    if (name == "pass") {
        const auto duration = yaml::read_duration(subject.value, "pass", scope.diagnostics);
        return Pass{duration.value_or(Milliseconds{})};
    }
    if (name == "any_order") return read_any_order(subject.value, scope);
    if (name == "outcomes") return read_outcomes(subject.value, scope);
    if (name == "never") return read_never(subject.value, scope);
    const auto speaker =
        static_cast<Speaker>(std::find(speaker_names().begin(), speaker_names().end(), name) - speaker_names().begin());
    auto line = read_line(speaker, subject.value, scope);
    if (!line) return std::nullopt;
    return std::visit([](auto& form) { return decltype(Step::form)(std::move(form)); }, line->form);
}

void refuse_modifiers(const yaml::Node& node, const yaml::Member& subject, Scope& scope) {
    for (const auto& member : node.map()->members)
        if (contains(modifier_names(), member.name))
            scope.say(yaml::at(node, member, "'" + member.name + "' has no meaning beside '" + subject.name + "'"));
}

std::string render_in_opening(const yaml::Node& node, const Scope& scope) {
    return render_step(node) + (scope.opened.empty() ? "" : " (opening " + scope.opened.back() + ")");
}

bool is_passed_over(const yaml::Member& subject, const Scope& scope) {
    if (!scope.is_shared || scope.seat != Seat::device) return false;
    if (subject.name == name_of(Speaker::app)) return true;
    const auto* map = subject.name == name_of(Speaker::device) ? subject.value.map() : nullptr;
    return map != nullptr && map->members.size() == 1 &&
           is_of_hub_seat_alone(Speaker::device, map->members.front().name);
}

std::vector<Step> read_step(const yaml::Node& node, Scope& scope) {
    if (node.broken) return {};
    if (node.map() == nullptr) {
        scope.say(yaml::at(node, "a step is a map such as {device: {connect: {}}}, not " + describe(node)));
        return {};
    }
    const auto* subject = subject_of(node, scope);
    if (subject == nullptr || is_passed_over(*subject, scope)) return {};
    if (subject->name == "repeat" || subject->name == "use") {
        refuse_modifiers(node, *subject, scope);
        return subject->name == "repeat" ? read_repeat(subject->value, scope)
                                         : read_use(subject->value, node.place, scope);
    }
    auto form = read_form(*subject, scope);
    if (!form) return {};
    Step step;
    step.form = std::move(*form);
    step.place = node.place;
    step.source = render_in_opening(node, scope);
    read_modifiers(node, step, scope);
    return {std::move(step)};
}

}  // namespace

const std::vector<std::string>& modifier_names() {
    static const std::vector<std::string> names{"within", "connection", "as", "verifies", "for", "verdict", "source"};
    return names;
}

const std::vector<std::string>& group_names() {
    static const std::vector<std::string> names{"pass", "any_order", "outcomes", "never", "repeat", "use"};
    return names;
}

std::vector<Step> read_steps(const yaml::Node& list, Scope& scope) {
    std::vector<Step> steps;
    const auto* sequence = yaml::read_list(list, "steps", scope.diagnostics);
    if (sequence == nullptr) return steps;
    if (sequence->items.empty()) scope.say(yaml::at(list, "'steps' is empty"));
    for (const auto& item : sequence->items) {
        if (++scope.steps == most_steps + 1)
            scope.say(yaml::at(item, "the scenario has more than " + std::to_string(most_steps) + " steps"));
        if (scope.steps > most_steps) return steps;
        auto read = read_step(item, scope);
        steps.insert(steps.end(), std::make_move_iterator(read.begin()), std::make_move_iterator(read.end()));
    }
    return steps;
}

bool may_copy(const yaml::Node& node, Scope& scope) {
    const bool said = scope.copied > most_copied;
    scope.copied += count_nodes(node);
    if (scope.copied > most_copied && !said)
        scope.say(yaml::at(node, "repeats and openings make the scenario too large"));
    return scope.copied <= most_copied;
}

std::vector<std::string> read_verifies(const yaml::Node& node, Scope& scope) {
    std::vector<std::string> ids;
    const auto* list = yaml::read_list(node, "verifies", scope.diagnostics);
    if (list == nullptr) return ids;
    if (list->items.empty()) scope.say(yaml::at(node, "'verifies' is empty: name at least one requirement"));
    for (const auto& item : list->items) {
        auto id = yaml::read_line(item, "verifies", scope.diagnostics);
        if (!id) continue;
        if (contains(ids, *id))
            scope.say(yaml::at(item, "'" + *id + "' is listed twice"));
        else if (scope.catalogue != nullptr && scope.catalogue->find(*id) == nullptr) {
            auto diagnostic = yaml::at(item, "there is no requirement '" + *id + "'");
            std::vector<std::string> known;
            for (const auto& [other, requirement] : scope.catalogue->requirements) known.push_back(other);
            diagnostic.suggestion = nearest(*id, known).value_or("");
            scope.say(std::move(diagnostic));
        }
        ids.push_back(std::move(*id));
    }
    return ids;
}

}  // namespace hubspec::scenario
