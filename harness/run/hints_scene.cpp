#include "harness/run/hints_scene.hpp"

#include <algorithm>

#include "harness/mqtt/topic.hpp"
#include "harness/run/fields.hpp"

namespace hubspec::run {

using namespace model;
using std::chrono::milliseconds;

namespace {

// Where the next step begins: what happens there is another matter.
std::size_t end_of(const Trace& trace, const Finding& finding) {
    if (!finding.step) return trace.size();
    for (std::size_t index = 0; index < trace.size(); ++index) {
        const auto* began = std::get_if<StepBegan>(&trace[index].form);
        if (began != nullptr && began->step > *finding.step)
            return std::max(index, finding.trace_line ? *finding.trace_line + 1 : 0);
    }
    return trace.size();
}

std::string connection_of(const Case& plan, const Finding& finding) {
    const auto& steps = plan.scenario->steps;
    return finding.step && *finding.step < steps.size() ? steps[*finding.step].connection : "main";
}

bool is_close(const Scene& scene, std::size_t index) {
    const auto* closed = event_at<ConnectionClosed>(scene, index);
    return closed != nullptr && closed->connection == scene.connection && closed->by_peer && closed->established;
}

// A close counts when the finding shows it, or when it shows nothing and one came while its step waited.
std::optional<std::size_t> close_of(const Scene& scene) {
    const auto& line = scene.finding.trace_line;
    if (line) return is_close(scene, *line) ? line : std::nullopt;
    bool begun = false;
    for (std::size_t index = scene.connect.value_or(0); index < scene.end; ++index) {
        const auto* began = event_at<StepBegan>(scene, index);
        begun = begun || (began != nullptr && scene.finding.step && began->step == *scene.finding.step);
        if (begun && is_close(scene, index)) return index;
    }
    return std::nullopt;
}

// The fields of the line that was performed when the event came.
const std::vector<Field>* fields_of_line(const Scene& scene, std::size_t index) {
    std::optional<std::size_t> step;
    for (std::size_t at = 0; at <= index; ++at)
        if (const auto* began = event_at<StepBegan>(scene, at)) step = began->step;
    if (!step || *step >= scene.plan.scenario->steps.size()) return nullptr;
    const auto* action = std::get_if<Action>(&scene.plan.scenario->steps[*step].form);
    return action != nullptr && action->verb == "connect" ? &action->fields : nullptr;
}

}  // namespace

Scene scene_of(const Case& plan, const Trace& trace, const Finding& finding) {
    Scene scene{plan, trace, finding, connection_of(plan, finding), end_of(trace, finding), {}, {}, {}, {}};
    const auto any = [](const auto&) { return true; };
    const auto until = finding.trace_line && is_close(scene, *finding.trace_line) ? *finding.trace_line : scene.end;
    scene.connect = newest_sent<mqtt::Connect>(scene, until, any);
    for (std::size_t index = scene.connect.value_or(0); index < scene.end && !scene.connack; ++index)
        if (received_at<mqtt::Connack>(scene, index) != nullptr) scene.connack = index;
    scene.close = close_of(scene);
    for (std::size_t index = scene.close.value_or(scene.end); index-- > 0 && !scene.last_request;) {
        const auto* sent = event_at<PacketSent>(scene, index);
        const auto* bytes = event_at<BytesSent>(scene, index);
        if ((sent != nullptr && sent->connection == scene.connection) ||
            (bytes != nullptr && bytes->connection == scene.connection))
            scene.last_request = index;
    }
    return scene;
}

bool expects(const Scene& scene, std::string_view words) {
    return scene.finding.expected.find(words) != std::string::npos;
}

std::optional<int> return_code(const Scene& scene) {
    const auto* connack = received_at<mqtt::Connack>(scene, scene.connack);
    return connack != nullptr ? std::optional<int>(connack->return_code) : std::nullopt;
}

bool is_refused(const Scene& scene) {
    return return_code(scene).value_or(0) != 0 && expects(scene, "hub: connack") && expects(scene, "return_code 0");
}

bool is_closed(const Scene& scene) {
    return scene.close.has_value() && !scene.finding.expected.starts_with("hub: closes") &&
           return_code(scene).value_or(0) == 0;
}

bool is_second_connect(const Scene& scene) {
    for (std::size_t index = scene.connect.value_or(0); index-- > 0;) {
        const auto* closed = event_at<ConnectionClosed>(scene, index);
        const auto* opened = event_at<ConnectionOpened>(scene, index);
        if ((closed != nullptr && closed->connection == scene.connection) ||
            (opened != nullptr && opened->connection == scene.connection))
            return false;
        if (sent_at<mqtt::Connect>(scene, index) != nullptr) return true;
    }
    return false;
}

milliseconds hub_time(const Scene& scene, std::size_t index) {
    auto time = std::chrono::duration_cast<milliseconds>(scene.trace[index].at);
    for (std::size_t at = 0; at < index; ++at)
        if (const auto* moved = event_at<ClockMoved>(scene, at)) time += moved->by;
    return time;
}

std::optional<Silence> silence_before_close(const Scene& scene) {
    if (!scene.close || !scene.last_request) return std::nullopt;
    const auto most = hub_time(scene, *scene.close) - hub_time(scene, *scene.last_request);
    milliseconds jump{};  // the close came somewhere within the last one
    for (std::size_t at = *scene.last_request; at < *scene.close; ++at)
        if (const auto* moved = event_at<ClockMoved>(scene, at)) jump = moved->by;
    return Silence{most - jump, most};
}

bool is_subscribed(const Scene& scene, std::string_view topic, std::size_t before) {
    return newest_sent<mqtt::Subscribe>(
               scene, before,
               [&](const mqtt::Subscribe& packet) {
                   return std::any_of(packet.subscriptions.begin(), packet.subscriptions.end(),
                                      [&](const mqtt::Subscription& one) { return mqtt::matches(one.filter, topic); });
               })
        .has_value();
}

bool has_kept_session(const Scene& scene) {
    const auto* connect = sent_at<mqtt::Connect>(scene, scene.connect);
    const auto* connack = received_at<mqtt::Connack>(scene, scene.connack);
    return connect == nullptr || (!connect->clean_session && (connack == nullptr || connack->session_present));
}

bool is_ordinary_client(const Scene& scene) {
    const auto* fields = scene.connect ? fields_of_line(scene, *scene.connect) : nullptr;
    return fields != nullptr && std::none_of(fields->begin(), fields->end(), [](const Field& one) {
               return one.name == "auth" || one.name == "password" || one.name == "user_name" ||
                      one.name == "client_id";
           });
}

std::optional<milliseconds> token_life(const Scene& scene) {
    const auto* fields = scene.connect ? fields_of_line(scene, *scene.connect) : nullptr;
    if (fields == nullptr) return std::nullopt;
    const Bindings none;
    const Fields line(*fields, none);
    const auto auth = line.members("auth");
    const auto sas = Fields(auth, none).members("sas");
    const Fields token(sas, none);
    if (line.has("password") || token.has("expiry")) return std::nullopt;
    return token.duration("expires_in", std::chrono::hours(1));
}

}  // namespace hubspec::run
