// Rules of topics and filters.

#include <algorithm>
#include <set>

#include "harness/iothub/sas_token.hpp"
#include "harness/iothub/topic.hpp"
#include "harness/run/device_rule.hpp"

namespace hubspec::run {

using namespace model;

namespace {

constexpr std::size_t most_filters = 5;                                              // X-SUB-04
constexpr std::size_t largest_message = 256 * 1024;                                  // X-D2C-01
constexpr std::string_view signing = "$iothub/credentials/POST/issueCertificate/?";  // X-CSR-01

std::vector<std::string> requirements_for_topic(std::string_view topic) {
    if (topic.starts_with("$iothub/twin/GET")) return {"TWIN-02"};
    if (topic.starts_with("$iothub/twin/PATCH")) return {"REPORTED-04"};
    if (topic.starts_with("$iothub/methods")) return {"METHOD-04"};
    if (topic.starts_with("$iothub/credential")) return {"X-CSR-01"};
    return {};
}

Breaches unknown_topic(const Talk& talk) {
    Breaches found;
    for_each_from_device<mqtt::Publish>(talk, [&](const Dialogue& dialogue, std::size_t at, const auto& publish) {
        if (!std::holds_alternative<iothub::UnsupportedTopic>(iothub::parse_device_topic(publish.topic))) return;
        if (publish.topic.starts_with(signing)) return;
        found.push_back(
            {&dialogue, at, "the topic is " + quoted(publish.topic), requirements_for_topic(publish.topic)});
    });
    return found;
}

/// What is wrong with the body of a certificate signing request; empty: nothing.
std::string problem_of_signing(std::string_view payload, const DeviceFacts& device) {
    const auto body = parse_json(payload);
    if (!body || body->object() == nullptr) return "is no JSON object";
    const auto text = [&](const char* name) {
        const auto* member = body->find(name);
        return member != nullptr && member->text() != nullptr ? *member->text() : std::string();
    };
    if (text("id") != device.device_id) return "has the id " + quoted(text("id"));
    const auto request = iothub::base64_decode(text("csr"));
    if (!request || request->empty()) return "has a csr that is not Base64 of one line";
    const auto* replace = body->find("replace");
    if (replace != nullptr && !replace->is_null() && text("replace") != "*")
        return "has a replace that is neither null nor *";
    return {};
}

Breaches odd_signing_request(const Talk& talk) {
    Breaches found;
    for_each_from_device<mqtt::Publish>(talk, [&](const Dialogue& dialogue, std::size_t at, const auto& publish) {
        if (!publish.topic.starts_with(signing)) return;
        const auto problem = problem_of_signing(text_of(publish.payload), talk.device);
        if (!problem.empty())
            found.push_back({&dialogue, at, "the request to " + quoted(publish.topic) + " " + problem});
    });
    return found;
}

Breaches foreign_topic(const Talk& talk) {
    Breaches found;
    const auto& device = talk.device;
    for_each_from_device<mqtt::Publish>(talk, [&](const Dialogue& dialogue, std::size_t at, const auto& publish) {
        const auto parsed = iothub::parse_device_topic(publish.topic);
        const auto* topic = std::get_if<iothub::TelemetryTopic>(&parsed);
        if (topic == nullptr) return;
        if (topic->device_id == device.device_id && topic->module_id.value_or("") == device.module_id) return;
        found.push_back({&dialogue, at, "the topic is " + quoted(publish.topic)});
    });
    return found;
}

Breaches retained(const Talk& talk) {
    Breaches found;
    for_each_from_device<mqtt::Publish>(talk, [&](const Dialogue& dialogue, std::size_t at, const auto& publish) {
        if (publish.retain) found.push_back({&dialogue, at, "a message to " + quoted(publish.topic) + " has RETAIN 1"});
    });
    return found;
}

Breaches oversize(const Talk& talk) {
    Breaches found;
    for_each_from_device<mqtt::Publish>(talk, [&](const Dialogue& dialogue, std::size_t at, const auto& publish) {
        if (publish.payload.size() <= largest_message) return;
        if (!std::holds_alternative<iothub::TelemetryTopic>(iothub::parse_device_topic(publish.topic))) return;
        found.push_back({&dialogue, at, "a message has " + std::to_string(publish.payload.size()) + " bytes"});
    });
    return found;
}

/// Calls `look(dialogue, index, filter, channel)` for each filter that the device subscribed to.
template <class Look>
void for_each_filter(const Talk& talk, Look look) {
    const auto& device = talk.device;
    const auto module = device.module_id.empty() ? std::nullopt : std::optional(device.module_id);
    for_each_from_device<mqtt::Subscribe>(talk, [&](const Dialogue& dialogue, std::size_t at, const auto& subscribe) {
        for (const auto& one : subscribe.subscriptions)
            look(dialogue, at, one.filter, iothub::channel_of_filter(one.filter, device.device_id, module));
    });
}

std::vector<std::string> requirements_for_filter(std::string_view filter, const DeviceFacts& device) {
    if (filter.starts_with("$iothub/twin/res")) return {"TWIN-01", "X-SUB-03"};
    if (filter.starts_with("$iothub/methods")) return {"METHOD-01", "X-SUB-03"};
    if (filter.starts_with("devices/")) return {device.module_id.empty() ? "C2D-01" : "MODULE-07", "X-SUB-03"};
    return {};
}

Breaches unknown_filter(const Talk& talk) {
    Breaches found;
    for_each_filter(talk, [&](const Dialogue& dialogue, std::size_t at, const std::string& filter, auto channel) {
        if (channel != iothub::Channel::unsupported || filter.starts_with("$iothub/credential")) return;  // X-CSR-02
        found.push_back(
            {&dialogue, at, "the filter is " + quoted(filter), requirements_for_filter(filter, talk.device)});
    });
    return found;
}

// `devices/+/...` is a filter of Azure's own SDK for embedded C (X-SUB-06), for a module `/#` is the documents' own.
Breaches catch_all(const Talk& talk) {
    const auto& device = talk.device;
    const auto own = "devices/" + device.device_id;
    const std::set<std::string, std::less<>> broad{"#", own + "/#", own + "/messages/#"};
    Breaches found;
    for_each_filter(talk, [&](const Dialogue& dialogue, std::size_t at, const std::string& filter, auto channel) {
        if (channel != iothub::Channel::unsupported && broad.contains(filter))
            found.push_back({&dialogue, at, "the filter is " + quoted(filter)});
    });
    return found;
}

Breaches many_filters(const Talk& talk) {
    Breaches found;
    for (const auto& dialogue : talk.dialogues) {
        std::set<std::string> filters;
        for (const auto& said : dialogue.said) {
            if (const auto* gone = from_device<mqtt::Unsubscribe>(said))
                for (const auto& filter : gone->filters) filters.erase(filter);
            const auto* subscribe = from_device<mqtt::Subscribe>(said);
            if (subscribe == nullptr) continue;
            for (const auto& one : subscribe->subscriptions) filters.insert(one.filter);
            if (filters.size() > most_filters)
                found.push_back({&dialogue, said.at, "there are " + std::to_string(filters.size()) + " filters"});
        }
    }
    return found;
}

}  // namespace

std::vector<Rule> rules_of_topics() {
    return {
        {.name = "topics-are-the-hubs",
         .requirements = {"D2C-01"},
         .sentence = "Messages go to topics that the hub has: it is no general broker.",
         .find = unknown_topic,
         .of_modules = {"MODULE-05"},
         .further = {"TWIN-02", "REPORTED-04", "METHOD-04", "X-CSR-01"}},
        {"signing-requests-are-well-formed",
         {"X-CSR-03"},
         "A certificate signing request has the device's own id, a csr in Base64 without armour, and replace null or "
         "*.",
         odd_signing_request},
        {"topics-are-the-devices",
         {"D2C-01"},
         "Telemetry goes to the topic of the identity that is connected.",
         foreign_topic,
         {"MODULE-05"}},
        {.name = "nothing-is-retained",
         .requirements = {"D2C-11", "D2C-12"},
         .sentence = "RETAIN 1 keeps nothing: the hub only adds the property mqtt-retain.",
         .find = retained,
         .at_most = Level::may},
        {"messages-are-small-enough", {"X-D2C-01", "X-D2C-03"}, "A message has at most 262144 bytes.", oversize},
        {.name = "filters-are-the-hubs",
         .requirements = {"C2D-04", "X-SUB-03"},
         .sentence = "Subscriptions are to filters that the hub has: it is no general broker.",
         .find = unknown_filter,
         .further = {"C2D-01", "MODULE-07", "TWIN-01", "METHOD-01"}},
        {"filters-are-not-too-broad",
         {"X-SUB-03"},
         "Subscriptions are to the documented filters, not to broader ones that hubs let pass.",
         catch_all},
        {.name = "filters-are-five-at-most",
         .requirements = {"X-SUB-04"},
         .sentence = "A device subscribes to five filters at a time.",
         .find = many_filters,
         .at_most = Level::should},
    };
}

}  // namespace hubspec::run
