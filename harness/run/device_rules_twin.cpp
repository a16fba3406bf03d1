// Rules of twin requests.

#include <map>
#include <utility>

#include "harness/iothub/property_bag.hpp"
#include "harness/iothub/topic.hpp"
#include "harness/run/device_rule.hpp"

namespace hubspec::run {

using namespace model;

namespace {

constexpr std::chrono::seconds patience{5};
/// A request that is not answered may be repeated; before that its id is in use.
constexpr std::chrono::seconds patience_with_answer{10};
constexpr std::string_view any_answer = "$iothub/twin/res/200/?$rid=1";

/// A twin request of the device.
struct Request {
    const Dialogue& dialogue;
    std::size_t at;
    const mqtt::Publish& publish;
    bool is_patch;
    std::optional<std::string> id;  ///< as written
    std::string text() const { return "the request " + quoted(publish.topic); }
    std::vector<std::string> own(std::string_view of_get, std::string_view of_patch) const {
        return {std::string(is_patch ? of_patch : of_get)};
    }
};

std::optional<Request> request_in(const Dialogue& dialogue, const Said& said) {
    const auto* publish = from_device<mqtt::Publish>(said);
    if (publish == nullptr) return std::nullopt;
    const auto topic = iothub::parse_device_topic(publish->topic);
    if (const auto* get = std::get_if<iothub::TwinGetTopic>(&topic))
        return Request{dialogue, said.at, *publish, false, get->request_id};
    if (const auto* patch = std::get_if<iothub::ReportedPatchTopic>(&topic))
        return Request{dialogue, said.at, *publish, true, patch->request_id};
    return std::nullopt;
}

/// A breach for each request of which `what` says something.
template <class What>
Breaches in_requests(const Talk& talk, What what) {
    Breaches found;
    for (const auto& dialogue : talk.dialogues)
        for (const auto& said : dialogue.said)
            if (const auto request = request_in(dialogue, said))
                if (auto breach = what(*request)) found.push_back(std::move(*breach));
    return found;
}

Breaches no_id(const Talk& talk) {
    return in_requests(talk, [](const Request& request) -> std::optional<Breach> {
        if (!request.id.value_or("").empty()) return std::nullopt;
        return Breach{&request.dialogue, request.at, request.text() + " has no $rid",
                      request.own("TWIN-03", "REPORTED-04")};
    });
}

Breaches odd_id(const Talk& talk) {
    return in_requests(talk, [](const Request& request) -> std::optional<Breach> {
        const auto problem = encoding_problem(request.id.value_or(""));
        if (problem.empty()) return std::nullopt;
        return Breach{&request.dialogue, request.at, "the $rid of " + request.text() + " " + problem};
    });
}

// What the parser reads: `$rid`, and behind it `$version` where a patch is to hold for that version only.
Breaches odd_keys(const Talk& talk) {
    return in_requests(talk, [](const Request& request) -> std::optional<Breach> {
        bool has_id = false;
        for (const auto& property : iothub::split_topic(request.publish.topic).bag) {
            if (property.name == "$rid")
                has_id = true;
            else if (property.name != "$version" || !has_id)
                return Breach{&request.dialogue, request.at,
                              request.text() + " has " + quoted(property.name) +
                                  (property.name == "$version" ? " before $rid" : "")};
        }
        return std::nullopt;
    });
}

/// The id that an answer of the hub has; empty when this is none.
std::string answered_id(const Said& said) {
    const auto* publish = from_hub<mqtt::Publish>(said);
    if (publish == nullptr || !publish->topic.starts_with("$iothub/twin/res/")) return {};
    const auto topic = iothub::split_topic(publish->topic);
    const auto* id = iothub::find(topic.bag, "$rid");
    return id != nullptr ? id->value.value_or("") : "";
}

// The same packet once more is no new request, with DUP or, as some send it, without.
bool is_sent_again(const mqtt::Publish& publish, const mqtt::Publish& former) {
    return publish.qos > 0 && (publish.dup || publish.packet_id == former.packet_id);
}

Breaches id_in_use(const Talk& talk) {
    Breaches found;
    for (const auto& dialogue : talk.dialogues) {
        std::map<std::string, std::pair<std::size_t, const mqtt::Publish*>> open;
        for (const auto& said : dialogue.said) {
            open.erase(answered_id(said));
            const auto request = request_in(dialogue, said);
            if (!request || request->id.value_or("").empty()) continue;
            const auto id = iothub::percent_decode(*request->id);
            const auto former = open.find(id);
            if (former != open.end() && !is_sent_again(request->publish, *former->second.second) &&
                time_between(talk, former->second.first, said.at) < patience_with_answer)
                found.push_back({&dialogue,
                                 said.at,
                                 request->text() + " has the $rid " + quoted(id) + " of a request without an answer",
                                 {request->is_patch ? "REPORTED-04" : "TWIN-03", "X-TOPIC-24"}});
            open.insert_or_assign(id, std::pair(said.at, &request->publish));
        }
    }
    return found;
}

// Never is only said when nothing can be on its way any more: a connection that breaks off proves nothing.
bool is_too_late(const Talk& talk, const Request& request) {
    const auto now = standing(talk, request.dialogue, request.at, any_answer);
    if (now != Standing::never) return now == Standing::later;
    return is_finished(request.dialogue) || is_patient(talk, request.dialogue, request.at, patience);
}

Breaches not_subscribed(const Talk& talk) {
    return in_requests(talk, [&](const Request& request) -> std::optional<Breach> {
        if (!is_too_late(talk, request)) return std::nullopt;
        return Breach{&request.dialogue, request.at,
                      request.text() + " came before any SUBSCRIBE to $iothub/twin/res/#",
                      request.own("TWIN-01", "REPORTED-03")};
    });
}

Breaches not_granted(const Talk& talk) {
    return in_requests(talk, [&](const Request& request) -> std::optional<Breach> {
        if (standing(talk, request.dialogue, request.at, any_answer) != Standing::requested) return std::nullopt;
        return Breach{&request.dialogue, request.at, request.text() + " came before SUBACK"};
    });
}

// One space or {} is what SDKs send in place of nothing (X-TWIN-03).
Breaches get_with_payload(const Talk& talk) {
    return in_requests(talk, [](const Request& request) -> std::optional<Breach> {
        const auto payload = text_of(request.publish.payload);
        if (request.is_patch || payload == "{}" || payload.find_first_not_of(" \t\r\n") == std::string_view::npos)
            return std::nullopt;
        return Breach{&request.dialogue, request.at, request.text() + " has the payload " + quoted(payload)};
    });
}

Breaches patch_is_no_object(const Talk& talk) {
    return in_requests(talk, [](const Request& request) -> std::optional<Breach> {
        if (!request.is_patch) return std::nullopt;
        const auto json = parse_json(text_of(request.publish.payload));
        if (json && json->object() != nullptr) return std::nullopt;
        return Breach{&request.dialogue, request.at, "the patch is " + quoted(text_of(request.publish.payload))};
    });
}

}  // namespace

std::vector<Rule> rules_of_twins() {
    return {
        {"requests-have-ids", {"TWIN-03", "REPORTED-04"}, "Twin requests have a request id.", no_id},
        {.name = "request-ids-are-encoded",
         .requirements = {"TWIN-06"},
         .sentence = "A request id is written as the value of a property is.",
         .find = odd_id,
         .at_most = Level::should},
        {"request-topics-have-known-keys",
         {"X-TOPIC-23"},
         "The keys of a twin request are $rid and, behind it, $version.",
         odd_keys},
        {"request-ids-are-unique",
         {"TWIN-03", "REPORTED-04", "X-TOPIC-24"},
         "No request id is used again before its answer has come.",
         id_in_use},
        {"answers-are-subscribed-first",
         {"TWIN-01", "REPORTED-03"},
         "$iothub/twin/res/# is subscribed to before the first twin request.",
         not_subscribed},
        {"answers-are-granted-first", {"X-DEV-14"}, "The first twin request waits for SUBACK.", not_granted},
        {.name = "twin-reads-are-empty",
         .requirements = {"TWIN-02"},
         .sentence = "The request for the twin is an empty message.",
         .find = get_with_payload,
         .at_most = Level::should},
        {"reported-properties-are-json",
         {"REPORTED-07"},
         "A patch of reported properties is a JSON object.",
         patch_is_no_object},
    };
}

}  // namespace hubspec::run
