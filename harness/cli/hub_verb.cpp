#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "fixtures/hub/profile.hpp"
#include "fixtures/hub/server/server.hpp"
#include "harness/cli/hub_bounds.hpp"
#include "harness/cli/hub_identities.hpp"
#include "harness/cli/hub_keys.hpp"
#include "harness/cli/hub_state.hpp"
#include "harness/cli/interrupt.hpp"
#include "harness/cli/options.hpp"
#include "harness/cli/random.hpp"
#include "harness/cli/suite.hpp"
#include "harness/cli/test_pki.hpp"
#include "harness/net/descriptors.hpp"
#include "harness/net/loop.hpp"

namespace hubspec::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t other_descriptors = 64;

std::string absolute(const std::string& path) { return fs::absolute(path).lexically_normal().string(); }

// Kept between runs, so that a device which trusts the root goes on trusting it.
std::string default_state() {
    if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state != '\0')
        return std::string(state) + "/hubspec";
    if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
        return std::string(home) + "/.local/state/hubspec";
    return (fs::temp_directory_path() / "hubspec-state").string();
}

struct Wanted {
    std::uint16_t port = 0;
    bool is_default = false;
};

Wanted wanted(const std::optional<std::uint16_t>& given, std::uint16_t otherwise) {
    return given ? Wanted{*given, false} : Wanted{otherwise, true};
}

// A default port that cannot be had is replaced by a free one, with a word about it; an explicit one is an error.
std::uint16_t bindable(net::Loop& loop, const std::string& host, Wanted port, const char* purpose) {
    if (!port.is_default) return port.port;
    try {
        loop.call([&] { const net::Listener probe(loop, host, port.port, [](net::Accepted) {}); });
        return port.port;
    } catch (const net::ListenError& error) {
        std::fprintf(stderr, "hubspec: %s; another free port serves %s\n", error.what(), purpose);
        return 0;
    }
}

using Certificates = std::map<std::string, DeviceFiles>;

nlohmann::ordered_json describe(const hub::Hub& hub, const hub::IdentitySeed& seed, const Certificates& certificates) {
    nlohmann::ordered_json out{{"deviceId", seed.device_id}};
    if (seed.module_id) out["moduleId"] = *seed.module_id;
    out["connectionString"] = hub.device_connection_string(seed.key());
    const auto files = certificates.find(seed.key());
    if (files == certificates.end()) return out;
    out["certificateFile"] = absolute(files->second.certificate_file);
    out["keyFile"] = absolute(files->second.key_file);
    return out;
}

// What the portal calls the Event Hubs-compatible endpoint (X-EH-01).
std::string entity_of(const std::string& host_name) { return host_name.substr(0, host_name.find('.')); }

std::string events_connection_string(const hub::Hub& hub) {
    const auto& settings = hub.settings();
    for (const auto& policy : settings.policies)
        if (policy.service_connect)
            return "Endpoint=sb://" + settings.host_name + "/;SharedAccessKeyName=" + policy.name +
                   ";SharedAccessKey=" + policy.primary_key + ";EntityPath=" + entity_of(settings.host_name);
    return {};
}

nlohmann::ordered_json describe(hub::Server& server, const HubOptions& options, const std::string& state,
                                const std::vector<hub::IdentitySeed>& seeds, const Certificates& certificates) {
    nlohmann::ordered_json out;
    out["hostName"] = options.host_name;
    out["address"] = options.host;
    out["mqttPort"] = server.mqtt_port();
    out["httpsPort"] = server.https_port();
    out["amqpPort"] = server.amqp_port();
    out["caFile"] = absolute(state + "/ca.pem");
    out["deviceCaFile"] = absolute(state + "/device-ca.pem");
    out["deviceCaKeyFile"] = absolute(state + "/device-ca.key.pem");
    server.with_hub([&](hub::Hub& hub, hub::Time) {
        out["serviceConnectionString"] = hub.service_connection_string("iothubowner");
        out["eventHubsConnectionString"] = events_connection_string(hub);
        for (const auto& seed : seeds) out["devices"].push_back(describe(hub, seed, certificates));
    });
    return out;
}

void print_for_people(const nlohmann::ordered_json& facts) {
    const auto text = [&](const char* name) { return facts[name].get<std::string>(); };
    std::printf("The reference hub %s is up. Ctrl-C ends it.\n\n", text("hostName").c_str());
    std::printf("  MQTT over TLS   %s:%d\n", text("address").c_str(), facts["mqttPort"].get<int>());
    std::printf("  Service API     https://%s:%d\n", text("address").c_str(), facts["httpsPort"].get<int>());
    std::printf("  AMQP            amqps://%s:%d\n", text("address").c_str(), facts["amqpPort"].get<int>());
    std::printf("  CA certificate  %s\n", text("caFile").c_str());
    std::printf("  CA of devices   %s\n\n", text("deviceCaFile").c_str());
    std::printf("Connection strings (test keys, valid on this hub only)\n\n");
    std::printf("  service  %s\n", text("serviceConnectionString").c_str());
    std::printf("  events   %s\n", text("eventHubsConnectionString").c_str());
    for (const auto& device : facts.value("devices", nlohmann::ordered_json::array())) {
        std::printf("  %s   %s\n", device.contains("moduleId") ? "module" : "device",
                    device["connectionString"].get<std::string>().c_str());
        for (const auto* name : {"certificateFile", "keyFile"})
            if (device.contains(name)) std::printf("           %s\n", device[name].get<std::string>().c_str());
    }
    std::printf("\nIts certificate covers %s, localhost and 127.0.0.1.\n", text("hostName").c_str());
    std::fflush(stdout);
}

// Its devices are on this machine as often as not, and need as much as it does.
unsigned default_threads() { return std::clamp(std::thread::hardware_concurrency() / 2, 1U, 8U); }

hub::Policy policy_of(const HubOptions& options) {
    auto policy = *hub::profile(options.profile);
    if (options.tier.empty()) return policy;
    policy.units = options.units;
    policy.limits = *hub::limits_of_tier(options.tier, options.units);
    policy.basic_tier = options.tier == "b1";  // SCOPE-04
    return policy;
}

}  // namespace

int run(const HubOptions& options) {
    if (has_unknown_deviations(options.deviations) || !is_known_profile(options.profile)) return exit_unusable;
    const auto bounds = read_bounds(options.bounds);
    if (!bounds) return exit_unusable;
    net::raise_descriptors(bounds->connections + other_descriptors);
    std::promise<void> ended;
    const SignalWatch signals([&] { ended.set_value(); });
    net::Loop loop;
    loop.start();
    auto seeds = identities_from(options);
    HubState kept(options);
    const std::string state = options.state.empty() ? default_state() : options.state;
    const auto authority = keep_device_authority(state);
    const auto certificates = certify(options, state, authority);
    const TestPki pki =
        keep_test_pki(state, options.host_name, {options.host == "0.0.0.0" ? "127.0.0.1" : options.host});
    hub::Settings settings;
    settings.host_name = options.host_name;
    settings.other_names = {"localhost", "127.0.0.1", options.host};
    settings.random = random_bytes;
    settings.partitions = options.partitions;
    settings.bounds = *bounds;
    settings.policies = hub::Hub(settings, hub::Policy{}).settings().policies;
    keep_keys(state, seeds, settings.policies);
    hub::Hub core(std::move(settings), policy_of(options));
    const auto known = kept.restore(core, std::chrono::floor<hub::Duration>(std::chrono::system_clock::now()));
    hub::ServerOptions serve;
    serve.host = options.host;
    serve.mqtt_port = bindable(loop, options.host, wanted(options.mqtt_port, 8883), "MQTT");
    serve.https_port = bindable(loop, options.host, wanted(options.https_port, 443), "the service API");
    serve.amqp_port = bindable(loop, options.host, wanted(options.amqp_port, 5671), "AMQP");
    serve.threads = options.threads != 0 ? options.threads : default_threads();
    serve.events.entity = entity_of(options.host_name);
    serve.events.consumer_groups.insert(serve.events.consumer_groups.end(), options.consumer_groups.begin(),
                                        options.consumer_groups.end());
    if (kept.is_kept()) serve.keep = [&](const hub::Changes& changes) { kept.write(changes); };
    hub::Server server(loop, pki.server_context(authority.certificate_pem), serve, std::move(core));
    server.with_hub([&](hub::Hub& hub, hub::Time now) {
        for (const auto& seed : seeds)
            if (!known.contains(seed.key())) hub.provision(seed, now);  // what became of it since wins
    });
    for (const auto& name : options.deviations) server.show(name);
    const auto facts = describe(server, options, state, seeds, certificates);
    if (options.json) {
        std::printf("%s\n", facts.dump().c_str());
        std::fflush(stdout);
    } else {
        print_for_people(facts);
    }
    ended.get_future().wait();
    if (!options.json) std::printf("\nThe hub has ended.\n");
    return exit_ok;
}

}  // namespace hubspec::cli
