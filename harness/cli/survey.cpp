#include "harness/cli/survey.hpp"

#include <algorithm>

#include "harness/actors/amqp_back_end.hpp"
#include "harness/net/loop.hpp"
#include "harness/net/reach.hpp"
#include "harness/run/service_requests.hpp"

namespace hubspec::cli {

namespace {

bool says(const TargetFile& file, const std::string& capability) {
    return std::any_of(file.capabilities.begin(), file.capabilities.end(),
                       [&](const model::Entry& one) { return one.name == capability; });
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

/// One question after the other, each of which fills in a part of the survey.
class ServiceQuestions {
public:
    ServiceQuestions(const TargetFile& file, Registry& registry) : file_(file), registry_(registry) {}

    std::variant<Survey, std::string> ask() {
        const auto answer = registry_.ask(
            {"GET", run::service_path("/devices/", std::string(identity_prefix) + registry_.run_id() + "-0"), {}, {}});
        if (answer.status == 401 || answer.status == 403)
            return "the service API refuses the connection string: " + answer_text(answer);
        note("service API", "api-version " + std::string(run::service_api_version) +
                                (answer.status == 400 ? " is refused: " + answer_text(answer) : " is accepted"));
        survey_.is_reference_hub = registry_.ask({"GET", "/_hubspec/clock", {}, {}}).status == 200;
        if (survey_.is_reference_hub) found("log", true);
        ask_with_an_identity();
        return std::move(survey_);
    }

private:
    void note(const std::string& what, const std::string& how) { survey_.lines.push_back(what + ": " + how); }
    void found(const std::string& name, model::Value value) {
        survey_.capabilities.push_back({name, std::move(value)});
    }
    void tell(const std::string& name, bool has, const std::string& how) {
        found(name, has);
        if (!has) survey_.why[name] = how;
        note(name, (has ? "yes (" : "no (") + how + ")");
    }

    void ask_with_an_identity() {
        const auto device = registry_.fresh_identity("device");
        std::vector<std::string> made;
        try {
            if (!says(file_, "tier") || !says(file_, "modules")) {
                registry_.create(device);
                made.push_back(device.device_id);
            }
            tell_tier(device.device_id);
            tell_modules(device);
            tell_certificates(made);
        } catch (const std::exception& error) {
            note("identities", std::string("none can be made: ") + error.what());
            survey_.why["tier"] = error.what();
        }
        for (const auto& id : made) registry_.discard(id);
    }

    void tell_tier(const std::string& device_id) {
        if (says(file_, "tier")) return note("tier", "as the target file says");
        const auto tier = ask_tier(registry_, device_id);
        if (!tier.name.empty()) found("tier", tier.name);
        if (tier.name.empty()) survey_.why["tier"] = tier.why;
        note("tier", (tier.name.empty() ? "unknown" : tier.name) + " (" + tier.why + ")");
    }

    void tell_modules(actors::Identity identity) {
        if (says(file_, "modules")) return note("modules", "as the target file says");
        identity.module_id = "module";
        const auto answer = registry_.put(identity);
        tell("modules", answer.status == 200,
             "a module identity was " + (answer.status == 200 ? "made" : "refused: " + answer_text(answer)));
    }

    void tell_certificates(std::vector<std::string>& made) {
        if (says(file_, "x509")) return note("x509", "as the target file says");
        auto identity = registry_.fresh_identity("device");
        identity.certificate_pem = "known by its thumbprint";
        identity.primary_thumbprint = identity.secondary_thumbprint = std::string(40, 'A');
        made.push_back(identity.device_id);
        const auto answer = registry_.put(identity);
        tell(
            "x509", answer.status == 200,
            "an identity with a thumbprint was " + (answer.status == 200 ? "made" : "refused: " + answer_text(answer)));
    }

    const TargetFile& file_;
    Registry& registry_;
    Survey survey_;
};

void find_telemetry_place(net::Loop& loop, actors::Endpoint& endpoint, const TargetFile& file) {
    const auto events = actors::find_events(loop, endpoint, *file.service);
    if (!endpoint.events) endpoint.events = events;
}

// A closed port is known at once; one that swallows packets after a while.
bool is_open(const std::string& address, std::uint16_t port, std::chrono::milliseconds limit) {
    net::Attempt attempt{address, port, false};
    attempt.limit = std::min<std::chrono::milliseconds>(limit, std::chrono::seconds(3));
    return net::reach(attempt).connected;
}

// Where the port of AMQP is closed, so it is as a rule for Event Hubs'.
void find_way_to_telemetry(actors::Endpoint& endpoint) {
    auto& events = *endpoint.events;
    if (!endpoint.amqp_in_web_socket || is_open(events.address, events.port, endpoint.connect_timeout)) return;
    events.web_socket_port = events.address == endpoint.address ? endpoint.https_port : 443;
}

void tell_telemetry(net::Loop& loop, const TargetFile& file, actors::Endpoint& endpoint, Survey& survey) {
    if (!endpoint.events) {
        survey.why["telemetry"] = survey.why["cloud_to_device"];
        return;
    }
    find_way_to_telemetry(endpoint);
    const auto& events = *endpoint.events;
    const bool web_socket = events.web_socket_port != 0;
    const auto where = events.address + ":" + std::to_string(web_socket ? events.web_socket_port : events.port) +
                       (web_socket ? " in a WebSocket, " : ", ") + events.entity;
    try {
        const actors::TelemetryReader reader(loop, endpoint, events, *file.service, [](const auto&) {}, {true, {}});
        survey.capabilities.push_back({"telemetry", true});
        survey.lines.push_back("telemetry: read at " + where);
    } catch (const std::exception& error) {
        survey.why["telemetry"] = error.what();
        survey.lines.push_back(std::string("telemetry: no: ") + error.what());
    }
}

}  // namespace

Tier ask_tier(Registry& registry, const std::string& device_id) {
    const auto answer =
        registry.ask({"POST",
                      run::service_path("/twins/", device_id, "/methods"),
                      {},
                      R"({"methodName":"hubspec","responseTimeoutInSeconds":5,"connectTimeoutInSeconds":0})"});
    const auto code = std::string(model::header(answer.headers, "iothub-errorcode")) + answer.body;
    const std::string how = "a method call on a device that is absent was answered " + std::to_string(answer.status);
    if (contains(code, "403010") || contains(code, "NotAllowedInCurrent") || contains(code, "basic tier"))
        return {"basic", how + " (not in this tier)"};
    if (contains(code, "404103") || contains(code, "DeviceNotOnline") || answer.status == 504 || answer.status == 200)
        return {"standard", how + " (the device is not online)"};
    return {{}, how + ", which does not tell: " + answer_text(answer)};
}

std::variant<Survey, std::string> ask_service(const TargetFile& file, Registry& registry) {
    return ServiceQuestions(file, registry).ask();
}

void ask_amqp(const TargetFile& file, actors::Endpoint& endpoint, Survey& survey) {
    net::Loop loop;
    loop.start();
    std::string tried;
    if (!file.names_amqp && !is_open(endpoint.address, endpoint.amqp_port, endpoint.connect_timeout)) {
        tried = "port " + std::to_string(endpoint.amqp_port) + " is closed; ";
        endpoint.amqp_in_web_socket = true;
    }
    try {
        find_telemetry_place(loop, endpoint, file);
        survey.capabilities.push_back({"cloud_to_device", true});
        survey.lines.push_back("AMQP: " + tried +
                               (endpoint.amqp_in_web_socket
                                    ? "in a WebSocket at port " + std::to_string(endpoint.https_port)
                                    : "at port " + std::to_string(endpoint.amqp_port)));
    } catch (const std::exception& error) {
        survey.why["cloud_to_device"] = tried + error.what();
        survey.lines.push_back("AMQP: no: " + tried + error.what());
    }
    tell_telemetry(loop, file, endpoint, survey);
}

}  // namespace hubspec::cli
