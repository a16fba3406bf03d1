#pragma once

#include <string>
#include <vector>

#include "harness/model/trace.hpp"
#include "harness/run/judge.hpp"
#include "harness/run/plan.hpp"

/// Hand-written cases and traces: what a verdict is made of, without a socket.
namespace hubspec::run::test {

inline model::Pattern text(const std::string& value) { return {model::TextPattern{value}, {}}; }
inline model::Pattern number(int value) { return {model::ScalarPattern{model::Value(value)}, {}}; }
inline model::Field field(const std::string& name, model::Pattern value) { return {name, std::move(value), {}}; }

inline model::Expectation hub(const std::string& event, std::vector<model::Field> fields = {}) {
    return {model::Speaker::hub, event, std::move(fields)};
}
inline model::Step step(decltype(model::Step::form) form, int line) {
    model::Step made;
    made.form = std::move(form);
    made.place = {line, 5};
    made.source = "- line " + std::to_string(line);
    return made;
}
inline Case plan(std::vector<model::Step> steps) {
    model::Scenario scenario;
    scenario.id = "twin/example";
    scenario.file = "twin/example.yaml";
    scenario.title = "An example";
    scenario.verifies = {"TWIN-04"};
    scenario.steps = std::move(steps);
    return expand(scenario).front();
}
inline model::Catalogue catalogue(model::Level level = model::Level::must) {
    model::Catalogue made;
    model::Requirement requirement;
    requirement.id = "TWIN-04";
    requirement.level = level;
    made.requirements["TWIN-04"] = requirement;
    return made;
}

inline model::Event event(int milliseconds, model::EventForm form) {
    return {std::chrono::milliseconds(milliseconds), std::move(form)};
}
inline model::EventForm publish(const std::string& topic, const std::string& payload = {}) {
    return model::PacketReceived{"main",
                                 mqtt::Publish{topic, mqtt::Bytes(payload.begin(), payload.end()), 0, false, false, 0}};
}
inline model::EventForm closes(bool established = true) {
    return model::ConnectionClosed{"main", true, established, "the hub closed (TCP FIN)"};
}

}  // namespace hubspec::run::test
