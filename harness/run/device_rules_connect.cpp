// Rules of CONNECT: who the device says it is.

#include <algorithm>
#include <array>

#include "harness/iothub/text.hpp"
#include "harness/iothub/topic.hpp"
#include "harness/iothub/user_name.hpp"
#include "harness/run/device_rule.hpp"

namespace hubspec::run {

using namespace model;

namespace {

constexpr std::uint16_t longest_keep_alive = 1177;  // KEEP-14
constexpr std::uint8_t level_of_bridges = 0x84;     // MQTT 3.1.1 with the mark of a bridge, as Mosquitto has it
constexpr std::size_t most_tries_after_refusals = 5;
constexpr std::string_view first_with_models = "2020-09-30";  // X-PNP-01

/// Those seen in the field (X-CONN-15), and the preview that brought modules (X-CONN-14).
constexpr std::array<std::string_view, 7> known_versions{"2016-11-14", "2017-06-30", "2017-11-08-preview", "2018-06-30",
                                                         "2019-10-01", "2020-09-30", "2021-04-12"};

/// A breach for each CONNECT of which `what` says something.
template <class What>
Breaches in_connect(const Talk& talk, What what) {
    Breaches found;
    for_each_from_device<mqtt::Connect>(talk, [&](const Dialogue& dialogue, std::size_t at, const auto& connect) {
        if (auto text = what(connect); !text.empty()) found.push_back({&dialogue, at, std::move(text)});
    });
    return found;
}

/// The same for user names that can be read.
template <class What>
Breaches in_user_name(const Talk& talk, What what) {
    return in_connect(talk, [&](const mqtt::Connect& connect) {
        const auto parsed = iothub::parse_user_name(connect.user_name.value_or(""));
        const auto* name = std::get_if<iothub::UserName>(&parsed);
        return name != nullptr ? what(*name, *connect.user_name) : std::string();
    });
}

Breaches another_first_packet(const Talk& talk) {
    Breaches found;
    for (const auto& dialogue : talk.dialogues) {
        const auto first = std::ranges::find_if(dialogue.said, &Said::by_device);
        if (!dialogue.opened || first == dialogue.said.end() || from_device<mqtt::Connect>(*first) != nullptr) continue;
        found.push_back(
            {&dialogue, first->at, "the first packet is " + std::string(mqtt::packet_name(*first->packet))});
    }
    return found;
}

Breaches another_connect(const Talk& talk) {
    Breaches found;
    const Dialogue* latest = nullptr;
    for_each_from_device<mqtt::Connect>(talk, [&](const Dialogue& dialogue, std::size_t at, const auto&) {
        if (latest == &dialogue) found.push_back({&dialogue, at, "another CONNECT came"});
        latest = &dialogue;
    });
    return found;
}

Breaches refused_in_vain(const Talk& talk) {
    Breaches found;
    std::size_t refusals = 0;
    const mqtt::Connect* latest = nullptr;
    for (const auto& dialogue : talk.dialogues)
        for (const auto& said : dialogue.said) {
            if (const auto* connack = from_hub<mqtt::Connack>(said))
                refusals = connack->return_code == 4 || connack->return_code == 5 ? refusals + 1 : 0;
            const auto* connect = from_device<mqtt::Connect>(said);
            if (connect == nullptr) continue;
            if (latest == nullptr || *connect != *latest) refusals = 0;
            latest = connect;
            if (refusals > most_tries_after_refusals)
                found.push_back(
                    {&dialogue, said.at, "the same CONNECT came after " + std::to_string(refusals) + " refusals"});
        }
    return found;
}

// Some clients try an older protocol when the hub says that it does not speak theirs; that it said so is the test's.
bool was_refused_before(const Talk& talk, std::size_t at) {
    for (const auto& dialogue : talk.dialogues)
        for (const auto& said : dialogue.said)
            if (const auto* connack = from_hub<mqtt::Connack>(said);
                connack != nullptr && connack->return_code == 1 && said.at < at)
                return true;
    return false;
}

Breaches another_protocol(const Talk& talk) {
    Breaches found;
    for_each_from_device<mqtt::Connect>(talk, [&](const Dialogue& dialogue, std::size_t at, const auto& connect) {
        if (connect.protocol_name == "MQTT" && connect.protocol_level == 4) return;
        if (was_refused_before(talk, at)) return;
        Breach breach{
            &dialogue, at,
            "the protocol is " + quoted(connect.protocol_name) + ", level " + std::to_string(connect.protocol_level)};
        if (connect.protocol_name == "MQTT" && connect.protocol_level == level_of_bridges)
            breach.requirements = {"X-CONN-08"};
        found.push_back(std::move(breach));
    });
    return found;
}

Breaches another_client_id(const Talk& talk) {
    const auto wanted = talk.device.client_id();
    return in_connect(talk, [&](const mqtt::Connect& connect) {
        if (connect.client_id == wanted) return std::string();
        return "the client identifier is " + quoted(connect.client_id) + ", not " + quoted(wanted);
    });
}

Breaches no_user_name(const Talk& talk) {
    return in_connect(talk, [](const mqtt::Connect& connect) -> std::string {
        if (!connect.user_name) return "there is no user name";
        const auto parsed = iothub::parse_user_name(*connect.user_name);
        const auto* problem = std::get_if<iothub::UserNameProblem>(&parsed);
        if (problem == nullptr) return {};
        std::string text(iothub::describe(*problem));
        if (text.ends_with('.')) text.pop_back();
        return "the user name is " + quoted(*connect.user_name) + ": " + text;
    });
}

Breaches another_device(const Talk& talk) {
    const auto& device = talk.device;
    return in_user_name(talk, [&](const iothub::UserName& name, const std::string& text) {
        if (name.device_id == device.device_id && name.module_id.value_or("") == device.module_id) return std::string();
        return "the user name " + quoted(text) + " does not name " + quoted(device.client_id());
    });
}

Breaches another_hub(const Talk& talk) {
    const auto& device = talk.device;
    return in_user_name(talk, [&](const iothub::UserName& name, const std::string& text) {
        const auto is_it = [&](const std::string& host) { return iothub::equal_ignoring_case(name.host, host); };
        if (is_it(device.host_name) || std::ranges::any_of(device.other_host_names, is_it)) return std::string();
        return "the user name " + quoted(text) + " does not begin with " + quoted(device.host_name);
    });
}

// Modules need the question mark, the documents know it for both (X-CONN-14).
Breaches legacy_form(const Talk& talk) {
    return in_user_name(talk, [](const iothub::UserName& name, const std::string& text) {
        return name.legacy_form ? "the user name " + quoted(text) + " has no '?'" : std::string();
    });
}

Breaches no_version(const Talk& talk) {
    return in_user_name(talk, [](const iothub::UserName& name, const std::string& text) {
        return name.api_version().value_or("").empty() ? "the user name " + quoted(text) + " names no api-version"
                                                       : std::string();
    });
}

Breaches unknown_version(const Talk& talk) {
    return in_user_name(talk, [](const iothub::UserName& name, const std::string&) {
        const auto version = name.api_version().value_or("");
        if (version.empty() || std::ranges::find(known_versions, version) != known_versions.end()) return std::string();
        return "the api-version is " + quoted(version);
    });
}

Breaches raw_query(const Talk& talk) {
    return in_user_name(talk, [](const iothub::UserName&, const std::string& text) {
        const auto mark = text.find("/?");
        if (mark == std::string::npos) return std::string();
        const auto problem = encoding_problem(std::string_view(text).substr(mark + 2));
        return problem.empty() ? problem : "the query of the user name " + quoted(text) + " " + problem;
    });
}

Breaches model_id(const Talk& talk) {
    return in_user_name(talk, [](const iothub::UserName& name, const std::string&) -> std::string {
        const auto model = name.model_id();
        if (!model) return {};
        if (!model->starts_with("dtmi:") || model->find(';') == std::string::npos)
            return "the model-id is " + quoted(*model);
        const auto version = name.api_version().value_or("");
        return version < first_with_models ? "a model-id comes with the api-version " + quoted(version) : std::string();
    });
}

Breaches keep_alive(const Talk& talk) {
    return in_connect(talk, [](const mqtt::Connect& connect) -> std::string {
        if (connect.keep_alive > 0 && connect.keep_alive <= longest_keep_alive) return {};
        return "the keep alive is " + std::to_string(connect.keep_alive) + " s";
    });
}

Breaches another_will(const Talk& talk) {
    const auto& device = talk.device;
    return in_connect(talk, [&](const mqtt::Connect& connect) -> std::string {
        if (!connect.will) return {};
        const auto parsed = iothub::parse_device_topic(connect.will->topic);
        const auto* topic = std::get_if<iothub::TelemetryTopic>(&parsed);
        const bool is_own = topic != nullptr && topic->device_id == device.device_id &&
                            topic->module_id.value_or("") == device.module_id;
        return is_own ? std::string() : "the Will goes to " + quoted(connect.will->topic);
    });
}

}  // namespace

std::vector<Rule> rules_of_connect() {
    return {
        {"connect-comes-first", {"MQTT-3.1.0-1"}, "The first packet of a connection is CONNECT.", another_first_packet},
        {"connect-comes-once", {"MQTT-3.1.0-2"}, "CONNECT comes once in a connection.", another_connect},
        {"refusals-are-heeded",
         {"X-DEV-03"},
         "CONNACK 4 and 5 are not followed by the same CONNECT for ever.",
         refused_in_vain},
        {.name = "mqtt-is-3.1.1",
         .requirements = {"SCOPE-01"},
         .sentence = "The protocol is MQTT 3.1.1: the name MQTT and level 4.",
         .find = another_protocol,
         .further = {"X-CONN-08"}},
        {"the-client-id-is-the-devices",
         {"CONN-02"},
         "The client identifier is the device's id, or DEVICE/MODULE of a module.",
         another_client_id,
         {"MODULE-02"}},
        {"the-user-name-is-well-formed",
         {"CONN-03", "CONN-05"},
         "The user name is HOST/DEVICE[/MODULE]/?api-version=...",
         no_user_name,
         {"MODULE-03"}},
        {"the-user-name-is-the-devices",
         {"CONN-03"},
         "The user name has the ids of the device as they are.",
         another_device,
         {"MODULE-03"}},
        {"the-user-name-names-the-hub",
         {"CONN-04"},
         "The user name begins with the hub's full host name.",
         another_hub,
         {"MODULE-03"}},
        {"the-user-name-has-its-question-mark",
         {"X-CONN-14"},
         "A '?' stands before the query of the user name; the form without it is an old one.",
         legacy_form,
         {"MODULE-03"}},
        {"the-api-version-is-named", {"CONN-06"}, "The user name names an api-version.", no_version},
        {"the-api-version-is-known", {"X-CONN-15"}, "The api-version is one that hubs know.", unknown_version},
        {"the-query-is-encoded", {"X-CONN-17"}, "Values in the query of the user name are percent-encoded.", raw_query},
        {"the-model-is-announced",
         {"X-PNP-01"},
         "A model-id is a DTMI and comes with the api-version 2020-09-30 or a later one.",
         model_id},
        {"keep-alive-is-in-range", {"KEEP-14"}, "The keep alive is 1 to 1177 s.", keep_alive},
        {"the-will-is-telemetry",
         {"WILL-02"},
         "The topic of the Will is the device's own telemetry topic.",
         another_will,
         {"MODULE-06"}},
    };
}

}  // namespace hubspec::run
