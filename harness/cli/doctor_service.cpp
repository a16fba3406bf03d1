// What a hub says of this machine's clock, of a connection string and of identities.

#include <fmt/format.h>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>

#include "harness/actors/wire.hpp"
#include "harness/cli/doctor.hpp"
#include "harness/cli/registry.hpp"
#include "harness/cli/survey.hpp"
#include "harness/iothub/sas_token.hpp"
#include "harness/iothub/user_name.hpp"
#include "harness/run/service_requests.hpp"

namespace hubspec::cli {

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

// X-CONN-27: five minutes are tolerated; a minute is worth a word.
constexpr seconds worth_a_word = 60s, most_tolerated = 300s;
// A client whose place was taken is back within seconds.
constexpr std::chrono::milliseconds patience_for_another = 3s;

constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::optional<std::chrono::sys_seconds> parse_date(std::string_view text) {
    int day = 0, year = 0, hour = 0, minute = 0, second = 0;
    std::array<char, 4> month{};
    if (std::sscanf(std::string(text).c_str(), "%*3s, %d %3s %d %d:%d:%d GMT", &day, month.data(), &year, &hour,
                    &minute, &second) != 6)
        return std::nullopt;
    for (unsigned i = 0; i < months.size(); ++i)
        if (std::string_view(month.data()) == months[i]) {
            const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(i + 1),
                                                   std::chrono::day(static_cast<unsigned>(day))};
            return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                   seconds(second);
        }
    return std::nullopt;
}

actors::Endpoint hurried(const Visit& visit) {
    auto endpoint = visit.target.endpoint;
    endpoint.connect_timeout = visit.limit / 6 > 200ms ? visit.limit / 6 : 200ms;  // fetch() waits six times as long
    return endpoint;
}

Check refused(const char* name, const char* right, const model::HttpResponse& answer) {
    if (answer.status == 401)
        return {"token", Health::problem, "the hub refuses the token of the connection string: " + answer_text(answer),
                "the policy's name or key is wrong, or was changed: take the connection string anew from the hub's "
                "shared access policies; a clock that is wrong has the same effect"};
    return {name, Health::problem, fmt::format("the policy may not do it: {}", answer_text(answer)),
            fmt::format("take a policy that has the right '{}'; iothubowner has all of them", right)};
}

/// Asks the service API one thing after the other, as long as it is of use.
class ServiceExamination {
public:
    explicit ServiceExamination(const Visit& visit)
        : visit_(visit), registry_(hurried(visit), *visit.target.service, new_run_id()) {}

    Checks examine() {
        const auto absent = std::string(identity_prefix) + registry_.run_id() + "-0";
        const auto read = registry_.ask({"GET", run::service_path("/devices/", absent), {}, {}});
        checks_.push_back(examine_clock(model::header(read.headers, "Date"), std::chrono::system_clock::now()));
        if (!tell("registry read", "Registry Read", read)) return checks_;
        checks_.insert(checks_.end() - 1,
                       {"token", Health::ok, "the hub takes the token of the connection string", {}});
        checks_.push_back({"api-version",
                           Health::ok,
                           fmt::format("the service API takes {}", std::string(run::service_api_version)),
                           {}});
        // An identity that is not there: what is asked for changes nothing.
        const bool writes =
            tell("registry write", "Registry Write",
                 registry_.ask({"DELETE", run::service_path("/devices/", absent), {{"If-Match", "\"*\""}}, {}}));
        const bool connects = tell("service connect", "Service Connect",
                                   registry_.ask({"GET", run::service_path("/twins/", absent), {}, {}}));
        if (writes && connects) tell_tier();
        return checks_;
    }

private:
    // 404 is what a hub says of an absent identity to whom it lets ask.
    bool tell(const char* name, const char* right, const model::HttpResponse& answer) {
        if (answer.status == 404 || answer.status == 200 || answer.status == 204)
            return checks_.push_back({name, Health::ok, "the policy has this right", {}}), true;
        if (answer.status == 401 || answer.status == 403) return checks_.push_back(refused(name, right, answer)), false;
        if (answer.status == 429)
            return checks_.push_back({name, Health::warning, "the hub throttles: " + answer_text(answer),
                                      "wait a minute; others use up what this hub allows"}),
                   false;
        if (answer.status == 400)
            return checks_.push_back(
                       {"api-version", Health::problem,
                        fmt::format("{} is refused: {}", std::string(run::service_api_version), answer_text(answer)),
                        "this hub speaks another version of the service API"}),
                   false;
        checks_.push_back({name, Health::problem, "the service API answers strangely: " + answer_text(answer),
                           "is this an IoT Hub? Its host name ends in .azure-devices.net"});
        return false;
    }

    void tell_tier() {
        for (const auto& one : visit_.target.capabilities)
            if (one.name == "tier" && one.value.text() != nullptr)
                return checks_.push_back({"tier", Health::ok, *one.value.text() + ", as the target file says", {}});
        const auto identity = registry_.fresh_identity("device");
        registry_.create(identity);
        const auto tier = ask_tier(registry_, identity.device_id);
        if (tier.name.empty())
            return checks_.push_back({"tier", Health::warning, "unknown: " + tier.why,
                                      "say it in the target file: capabilities: {tier: standard}"});
        checks_.push_back({"tier", Health::ok, fmt::format("{}: {}", tier.name, tier.why), {}});
    }

    const Visit& visit_;
    Registry registry_;
    Checks checks_;
};

/// One identity as a device: its token in a CONNECT, and whether somebody takes its place again.
class DeviceExamination {
public:
    DeviceExamination(const Visit& visit, const actors::Identity& identity)
        : visit_(visit), identity_(identity), name_("identity " + identity.client_id()) {}

    Check examine() {
        const auto key = iothub::base64_decode(identity_.primary_key);
        if (!key) return {name_, Health::problem, "its key is no Base64", "copy the key anew, with its '=' at the end"};
        loop_.start();
        actors::Wire wire(loop_, inbox_, "main");
        wire.open(visit_.target.endpoint, {});
        wire.send({{connect(*key), {}}});
        const auto answer = next(visit_.limit);
        if (!answer) return {name_, Health::problem, "the hub does not answer CONNECT", "see the check 'mqtt'"};
        if (const auto* closed = std::get_if<model::ConnectionClosed>(&*answer))
            return {name_, Health::problem, "CONNECT was answered by the end of the connection: " + closed->how,
                    "see the check 'mqtt'; hubs also close on a user name or a host name that is wrong"};
        return judge(*answer, wire);
    }

private:
    mqtt::Connect connect(const std::vector<std::uint8_t>& key) const {
        const auto& host = visit_.target.endpoint.host_name;
        const auto now = std::chrono::duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch());
        mqtt::Connect packet;
        packet.client_id = identity_.client_id();
        packet.clean_session = false;  // what is kept of a session stays
        packet.user_name =
            host + "/" + identity_.client_id() + "/?api-version=" + std::string(iothub::documented_api_version);
        const auto token = iothub::make_sas_token(
            {host + "/devices/" + identity_.path(), key, (now + std::chrono::hours(1)).count(), {}});
        packet.password = mqtt::Bytes(token.begin(), token.end());
        return packet;
    }

    std::optional<model::EventForm> next(std::chrono::milliseconds limit) {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        while (auto event = inbox_.take(deadline))
            if (std::holds_alternative<model::PacketReceived>(event->form) ||
                std::holds_alternative<model::ConnectionClosed>(event->form))
                return std::move(event->form);
        return std::nullopt;
    }

    Check judge(const model::EventForm& answer, actors::Wire& wire) {
        const auto* received = std::get_if<model::PacketReceived>(&answer);
        const auto* connack = received != nullptr ? std::get_if<mqtt::Connack>(&received->packet) : nullptr;
        if (connack == nullptr)
            return {name_, Health::problem, "CONNECT was not answered by CONNACK", "this is no MQTT hub"};
        if (connack->return_code != 0)
            return {name_, Health::problem,
                    fmt::format("the hub refuses it: CONNACK {}", static_cast<int>(connack->return_code)),
                    "it does not exist, is disabled, or has another key; a clock that is wrong has the same effect"};
        const auto after = next(std::min(visit_.limit, patience_for_another));
        const bool taken = after && std::holds_alternative<model::ConnectionClosed>(*after);
        wire.send({{mqtt::Disconnect{}, {}}});
        wire.close();
        if (taken)
            return {name_, Health::warning, "it is enabled, but the hub ended its connection soon after CONNACK",
                    "another client uses the same identity and takes its place again and again, or the quota of the "
                    "day is used up"};
        return {name_, Health::ok, "it is enabled and its key is right", {}};
    }

    const Visit& visit_;
    const actors::Identity& identity_;
    std::string name_;
    net::Loop loop_;
    actors::Inbox inbox_;
};

// What the registry says, without connecting: that would end the connection of a client that is there.
Check look_up(Registry& registry, const actors::Identity& identity) {
    const auto name = "identity " + identity.client_id();
    const auto answer = registry.ask({"GET", run::identity_path("/devices/", identity), {}, {}});
    if (answer.status == 404)
        return {name, Health::problem, "it does not exist", "create it, or take it from the list of the target file"};
    const auto body = nlohmann::json::parse(answer.body, nullptr, false);
    if (answer.status != 200 || !body.is_object())
        return {name, Health::warning, "the registry cannot be asked: " + answer_text(answer), {}};
    if (body.value("status", "enabled") != "enabled")
        return {name, Health::problem, "it is disabled", "enable it in the registry"};
    const auto auth = body.value("authentication", nlohmann::json::object());
    const auto keys = auth.value("symmetricKey", nlohmann::json::object());
    const auto is = [&](const char* which) {
        return keys.is_object() && keys.contains(which) && keys[which].is_string() &&
               keys[which].get<std::string>() == identity.primary_key;
    };
    if (!is("primaryKey") && !is("secondaryKey"))
        return {name, Health::problem, "the hub has other keys for it", "take its connection string anew"};
    if (body.value("connectionState", "") == "Connected")
        return {name, Health::warning, "it is enabled and connected already",
                "another client uses the same identity: a run would throw it out, and it the run"};
    return {name, Health::ok, "it is enabled and not connected", {}};
}

}  // namespace

Check examine_clock(std::string_view date, std::chrono::system_clock::time_point now) {
    const auto theirs = parse_date(date);
    if (!theirs) return {"clock", Health::warning, "the hub does not say what time it is", {}};
    const auto skew = std::chrono::duration_cast<seconds>(now - *theirs);
    const auto size = skew < 0s ? -skew : skew;
    if (size <= worth_a_word)
        return {
            "clock", Health::ok, fmt::format("this machine's clock and the hub's differ by {} s", size.count()), {}};
    return {"clock", size > most_tolerated ? Health::problem : Health::warning,
            fmt::format("this machine's clock is {} s {} the hub's", size.count(), skew > 0s ? "ahead of" : "behind"),
            "set it (timedatectl set-ntp true): hubs judge tokens by their own clock and tolerate about 5 minutes"};
}

Checks examine_service(const Visit& visit) {
    try {
        return ServiceExamination(visit).examine();
    } catch (const std::exception& error) {
        return {{"service API", Health::problem, error.what(), "see the checks 'https' and 'proxy'"}};
    }
}

Checks examine_identities(const Visit& visit) {
    Checks checks;
    std::optional<Registry> registry;
    if (visit.target.service && !visit.target.identities.empty())
        registry.emplace(hurried(visit), *visit.target.service, new_run_id());
    for (const auto& identity : visit.target.identities) try {
            checks.push_back(registry ? look_up(*registry, identity) : DeviceExamination(visit, identity).examine());
        } catch (const std::exception& error) {
            checks.push_back({"identity " + identity.client_id(), Health::problem, error.what(), {}});
        }
    return checks;
}

}  // namespace hubspec::cli
