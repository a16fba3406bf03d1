// Twins and direct methods: requests and answers that are matched by their request id.

#include <algorithm>
#include <charconv>

#include "harness/iothub/topic.hpp"
#include "harness/run/hints.hpp"

namespace hubspec::run {

using namespace model;

namespace {

constexpr std::string_view twin_answers = "$iothub/twin/res/", method_answers = "$iothub/methods/res/";
constexpr std::string_view any_twin_answer = "$iothub/twin/res/200/";
constexpr std::string_view any_method_request = "$iothub/methods/POST/name/";

bool is_twin_request(const mqtt::Publish& publish) {
    return publish.topic.starts_with("$iothub/twin/GET/") || publish.topic.starts_with("$iothub/twin/PATCH/");
}

std::string request_id(const std::string& topic) {
    const auto bag = iothub::split_topic(topic).bag;
    const auto* id = iothub::find(bag, "$rid");
    return id != nullptr ? id->value.value_or("") : "";
}

std::optional<std::size_t> twin_request(const Scene& scene) {
    return newest_sent<mqtt::Publish>(scene, scene.end, is_twin_request);
}

// The answer that the finding shows in place of the expected one.
const mqtt::Publish* twin_answer(const Scene& scene) {
    const auto* publish = shown<mqtt::Publish>(scene);
    return publish != nullptr && publish->topic.starts_with(twin_answers) ? publish : nullptr;
}

int status_of(const mqtt::Publish* answer) {
    int status = 0;
    if (answer == nullptr) return status;
    const auto* first = answer->topic.data() + twin_answers.size();
    std::from_chars(first, answer->topic.data() + answer->topic.size(), status);
    return status;
}

bool expects_status(const Scene& scene, const std::string& status) {
    return expects(scene, std::string(twin_answers) + status + "/");
}

bool waits_in_vain(const Scene& scene) {
    return expects(scene, "topic " + std::string(twin_answers)) && twin_answer(scene) == nullptr && !scene.close &&
           twin_request(scene).has_value() && !has_kept_session(scene);
}

bool never_subscribed(const Scene& scene) {
    return waits_in_vain(scene) && !is_subscribed(scene, any_twin_answer, scene.end);
}

bool subscribed_late(const Scene& scene) {
    return waits_in_vain(scene) && is_subscribed(scene, any_twin_answer, scene.end) &&
           !is_subscribed(scene, any_twin_answer, *twin_request(scene));
}

bool request_lacks_id(const Scene& scene) {
    const auto* request = sent_at<mqtt::Publish>(scene, twin_request(scene));
    return request != nullptr && expects(scene, twin_answers) && request_id(request->topic).empty();
}

bool answer_has_another_id(const Scene& scene) {
    const auto* answer = twin_answer(scene);
    if (answer == nullptr) return false;
    return !newest_sent<mqtt::Publish>(scene, *scene.finding.trace_line, [&](const mqtt::Publish& sent) {
                return is_twin_request(sent) && request_id(sent.topic) == request_id(answer->topic);
            }).has_value();
}

// --- methods ---

bool is_method_answer(const mqtt::Publish& publish) { return publish.topic.starts_with(method_answers); }

// The answer to a call that the finding shows, when it says that the device did not answer.
bool call_failed(const Scene& scene) {
    const auto* answered = event_at<ServiceAnswered>(scene, scene.finding.trace_line);
    return answered != nullptr && (answered->response.status == 504 || answered->response.status == 404) &&
           expects(scene, "service: answer");
}

// A request of a direct method that reached a device, on whichever connection.
std::optional<std::size_t> method_request(const Scene& scene) {
    for (std::size_t index = scene.end; index-- > 0;) {
        const auto* event = event_at<PacketReceived>(scene, index);
        const auto* publish = event != nullptr ? std::get_if<mqtt::Publish>(&event->packet) : nullptr;
        if (publish != nullptr && publish->topic.starts_with("$iothub/methods/POST/")) return index;
    }
    return std::nullopt;
}

const mqtt::Publish* method_answer(const Scene& scene, std::size_t from, std::size_t to) {
    for (std::size_t index = from; index < to; ++index) {
        const auto* event = event_at<PacketSent>(scene, index);
        const auto* publish = event != nullptr ? std::get_if<mqtt::Publish>(&event->packet) : nullptr;
        if (publish != nullptr && is_method_answer(*publish)) return publish;
    }
    return nullptr;
}

bool answered_late(const Scene& scene) {
    const auto request = call_failed(scene) ? method_request(scene) : std::nullopt;
    if (!request || *request > *scene.finding.trace_line) return false;
    return method_answer(scene, *request, *scene.finding.trace_line) == nullptr &&
           method_answer(scene, *scene.finding.trace_line, scene.trace.size()) != nullptr;
}

bool answered_another_call(const Scene& scene) {
    const auto request = call_failed(scene) ? method_request(scene) : std::nullopt;
    if (!request) return false;
    const auto& topic = std::get<mqtt::Publish>(event_at<PacketReceived>(scene, *request)->packet).topic;
    const auto* answer = method_answer(scene, *request, *scene.finding.trace_line);
    return answer != nullptr && request_id(answer->topic) != request_id(topic);
}

bool awaits_method(const Scene& scene) { return expects(scene, "topic $iothub/methods/POST/"); }

bool has_not_subscribed_to_methods(const Scene& scene) {
    if (scene.close || has_kept_session(scene) || !(call_failed(scene) || awaits_method(scene))) return false;
    return !method_request(scene) && !is_subscribed(scene, any_method_request, scene.end);
}

}  // namespace

std::vector<Hint> hints_of_twins() {
    return {
        {"request-has-no-id", "TWIN-03",
         "The request has no $rid, so no answer can be matched to it: publish on .../?$rid=ID.", request_lacks_id},
        {"answers-are-not-subscribed", "TWIN-01",
         "$iothub/twin/res/# was not subscribed on this connection: a hub answers nobody who has not.",
         never_subscribed},
        {"answers-are-subscribed-late", "TWIN-01",
         "$iothub/twin/res/# was subscribed after the request: subscribe first, and wait for SUBACK.", subscribed_late},
        {"answer-has-another-id", "TWIN-05",
         "The answer's $rid is that of no request on this connection: the hub must repeat it as it was written.",
         answer_has_another_id},
        {"old-success-code", "REPORTED-11",
         "200 is what the documents of 2017 had for a reported-properties PATCH; it is 204 today.",
         [](const Scene& scene) { return status_of(twin_answer(scene)) == 200 && expects_status(scene, "204"); }},
        {"twin-request-is-throttled", "TWIN-12",
         "429: the hub throttles twin operations. Wait and repeat, or run fewer cases side by side (`--jobs 1`).",
         [](const Scene& scene) { return status_of(twin_answer(scene)) == 429 && !expects_status(scene, "429"); }},
        {"twin-request-failed-in-the-hub", "TWIN-13",
         "A status from 500 on is the hub's own trouble: repeat the request; if it stays, look into the hub's log.",
         [](const Scene& scene) {
             const int status = status_of(twin_answer(scene));
             return status >= 500 && status < 600 && !expects_status(scene, std::to_string(status));
         }},
        {"twin-request-is-bad", "REPORTED-12",
         "400: the hub could not use the request. Probably the payload is no JSON object, a name or value is beyond "
         "the "
         "limits of a twin, or the $version given is past.",
         [](const Scene& scene) { return status_of(twin_answer(scene)) == 400 && !expects_status(scene, "400"); }},
    };
}

std::vector<Hint> hints_of_methods() {
    return {
        {"method-was-answered-late", "X-METH-11",
         "The device answered after the call had timed out: it must be faster, or the caller must allow more time "
         "(responseTimeoutInSeconds).",
         answered_late},
        {"another-call-was-answered", "METHOD-04",
         "The device's answer has another $rid than the request: it must be repeated as it came.",
         answered_another_call},
        {"methods-are-not-subscribed", "METHOD-01",
         "$iothub/methods/POST/# was not subscribed on this connection: without it a device counts as not online.",
         has_not_subscribed_to_methods},
    };
}

}  // namespace hubspec::run
