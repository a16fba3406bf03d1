#include "harness/scenario/groups.hpp"

#include <algorithm>

#include "harness/model/lists.hpp"
#include "harness/scenario/lines.hpp"
#include "harness/scenario/nearest.hpp"
#include "harness/scenario/read.hpp"
#include "harness/scenario/steps.hpp"

namespace hubspec::scenario {

using namespace model;

namespace {

const std::vector<std::string>& observers(Seat seat) {
    static const std::vector<std::string> in_device_seat{"hub", "service"};
    static const std::vector<std::string> in_hub_seat{"device", "app", "hub", "service"};
    return seat == Seat::hub ? in_hub_seat : in_device_seat;
}

Speaker speaker_of(const std::string& name) {
    const auto& all = speaker_names();
    return static_cast<Speaker>(std::find(all.begin(), all.end(), name) - all.begin());
}

void refuse_key(const yaml::Node& item, const yaml::Member& member, const std::string& group,
                const std::vector<std::string>& allowed, Scope& scope) {
    auto diagnostic = yaml::at(item, member, "unknown key '" + member.name + "' in '" + group + "'");
    if ((member.name == "device" && scope.seat == Seat::device) || member.name == "wire")
        diagnostic.message =
            "a " + member.name + " line is performed, not expected: it cannot stand in '" + group + "'";
    else if (contains(modifier_names(), member.name))
        diagnostic.message += "; it stands beside '" + group + "'";
    else
        diagnostic.suggestion = nearest(member.name, allowed).value_or("");
    scope.say(std::move(diagnostic));
}

/// The expectation of one item: `{hub: {closes: {}}}`, with the keys that may stand beside it.
std::optional<Expectation> read_item(const yaml::Node& item, const std::string& group,
                                     const std::vector<std::string>& beside, Scope& scope) {
    if (yaml::read_map(item, group, scope.diagnostics) == nullptr) return std::nullopt;
    const yaml::Member* subject = nullptr;
    bool strange = false;
    auto allowed = observers(scope.seat);
    allowed.insert(allowed.end(), beside.begin(), beside.end());
    for (const auto& member : item.map()->members) {
        if (contains(beside, member.name)) continue;
        if (!contains(observers(scope.seat), member.name)) {
            refuse_key(item, member, group, allowed, scope);
            strange = true;
        } else if (subject != nullptr)
            scope.say(yaml::at(item, member,
                               "one item of '" + group + "' is about '" + subject->name + "' and '" + member.name +
                                   "'; begin a new one"));
        else
            subject = &member;
    }
    if (subject == nullptr) {
        if (!strange)
            scope.say(yaml::at(
                item, "an item of '" + group + "' needs " +
                          (scope.seat == Seat::hub ? "'device', 'app', 'hub' or 'service'" : "'hub' or 'service'")));
        return std::nullopt;
    }
    auto line = read_line(speaker_of(subject->name), subject->value, scope);
    if (!line) return std::nullopt;
    if (auto* expectation = std::get_if<Expectation>(&line->form)) return std::move(*expectation);
    scope.say(yaml::at(item, *subject,
                       "a " + subject->name + " " + line->spec->name +
                           " line is performed, not expected: it cannot stand in '" + group + "'"));
    return std::nullopt;
}

const yaml::Sequence* read_items(const yaml::Node& node, const std::string& group, Scope& scope) {
    const auto* list = yaml::read_list(node, group, scope.diagnostics);
    if (list != nullptr && list->items.empty()) scope.say(yaml::at(node, "'" + group + "' is empty"));
    return list;
}

// The documented behaviour comes first and passes; another one is known from somewhere.
Outcome read_judgement(const yaml::Node& item, bool first, Expectation expectation, Scope& scope) {
    Outcome outcome{std::move(expectation), Verdict::pass, {}};
    const auto* verdict = item.map()->find("verdict");
    const auto* source = item.map()->find("source");
    if (verdict != nullptr)
        if (const auto word = yaml::read_word(*verdict, "verdict", {"pass", "warn"}, scope.diagnostics);
            word && *word == "warn")
            outcome.verdict = Verdict::warn;
    if (source != nullptr) outcome.source = yaml::read_line(*source, "source", scope.diagnostics).value_or("");
    if (outcome.verdict == Verdict::warn && first)
        scope.say(yaml::at(*verdict, "the first of the 'outcomes' is the documented one: it passes"));
    else if (outcome.verdict == Verdict::warn && source == nullptr)
        scope.say(yaml::at(item, "an outcome with 'verdict: warn' needs 'source': who has seen it, and when"));
    return outcome;
}

}  // namespace

AnyOrder read_any_order(const yaml::Node& node, Scope& scope) {
    AnyOrder group;
    if (const auto* list = read_items(node, "any_order", scope))
        for (const auto& item : list->items)
            if (auto expectation = read_item(item, "any_order", {}, scope))
                group.expectations.push_back(std::move(*expectation));
    return group;
}

Outcomes read_outcomes(const yaml::Node& node, Scope& scope) {
    Outcomes group;
    const auto* list = read_items(node, "outcomes", scope);
    if (list == nullptr) return group;
    for (const auto& item : list->items) {
        const bool first = &item == &list->items.front();
        auto expectation = read_item(item, "outcomes", {"verdict", "source"}, scope);
        if (expectation) group.outcomes.push_back(read_judgement(item, first, std::move(*expectation), scope));
    }
    return group;
}

Never read_never(const yaml::Node& node, Scope& scope) {
    auto expectation = read_item(node, "never", {}, scope);
    return {expectation.value_or(Expectation{}), {}};
}

}  // namespace hubspec::scenario
