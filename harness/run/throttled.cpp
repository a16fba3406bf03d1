#include "harness/run/throttled.hpp"

#include <algorithm>

namespace hubspec::run {

using namespace model;

namespace {

// A hub that has no room for a connection ends it at once (X-THR-04).
constexpr std::chrono::seconds right_after{2};

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

bool is_about_throttling(const Scenario& scenario) {
    const auto names_it = [](const std::string& id) { return id.starts_with("X-THR"); };
    const auto shows_it = [](const Step& step) {
        const auto* action = std::get_if<Action>(&step.form);
        return contains(step.source, "429") || contains(step.source, "throttl") ||
               (action != nullptr && action->verb == "limit");
    };
    return std::any_of(scenario.verifies.begin(), scenario.verifies.end(), names_it) ||
           std::any_of(scenario.steps.begin(), scenario.steps.end(), shows_it);
}

std::optional<std::string> shown_by(const EventForm& event) {
    if (const auto* answer = std::get_if<ServiceAnswered>(&event); answer != nullptr && answer->response.status == 429)
        return "the service API answered 429";
    if (const auto* settled = std::get_if<CloudMessageSettled>(&event);
        settled != nullptr && contains(settled->condition, "throttled"))
        return "a message to a device was answered " + settled->condition;
    if (const auto* failed = std::get_if<HarnessFailed>(&event);
        failed != nullptr && (contains(failed->text, "throttled") || contains(failed->text, ": 429")))
        return failed->text;
    const auto* received = std::get_if<PacketReceived>(&event);
    const auto* publish = received != nullptr ? std::get_if<mqtt::Publish>(&received->packet) : nullptr;
    if (publish != nullptr && publish->topic.starts_with("$iothub/twin/res/429"))
        return "a twin request was answered 429";
    return std::nullopt;
}

bool was_ended_at_once(const Trace& trace) {
    std::optional<std::chrono::microseconds> opened;
    for (const auto& event : trace) {
        if (std::holds_alternative<ConnectionOpened>(event.form)) opened = event.at;
        const auto* closed = std::get_if<ConnectionClosed>(&event.form);
        if (closed != nullptr && closed->by_peer && opened && event.at - *opened < right_after) return true;
    }
    return false;
}

}  // namespace

std::optional<std::string> throttled(const Case& plan, const Trace& trace, bool lately) {
    if (is_about_throttling(*plan.scenario)) return std::nullopt;
    for (const auto& event : trace)
        if (auto how = shown_by(event.form)) return how;
    if (lately && was_ended_at_once(trace)) return "it ended a new connection while it answered 429 to other requests";
    return std::nullopt;
}

}  // namespace hubspec::run
