#include "harness/cli/target_file.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>

#include "harness/cli/terminal.hpp"
#include "harness/cli/test_pki.hpp"
#include "harness/iothub/connection_string.hpp"
#include "harness/iothub/known_secrets.hpp"
#include "harness/iothub/sas_token.hpp"
#include "harness/iothub/text.hpp"
#include "harness/scenario/read.hpp"
#include "harness/scenario/yaml.hpp"

namespace hubspec::cli {

namespace yaml = scenario::yaml;
namespace fs = std::filesystem;

namespace {

constexpr const char* secret_forms = "write {env: NAME} or {file: PATH}, so that no secret stands in this file";

std::string without_line_end(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return text;
}

/// Reads the file's keys one by one and collects what is wrong.
class TargetReader {
public:
    TargetReader(const std::string& path, Secrets secrets)
        : folder_(fs::path(path).parent_path()), document_(yaml::read(path)), secrets_(secrets) {
        diagnostics_ = document_.diagnostics;
        target_.file = path;
    }

    std::optional<TargetFile> read() {
        const auto& root = document_.root;
        if (!root.broken && yaml::read_map(root, "a target", diagnostics_) != nullptr) {
            yaml::check_keys(root, "a target",
                             {"name", "host", "address", "ports", "ca", "within", "longest_wait", "service",
                              "identities", "device_ca", "capabilities", "budget"},
                             {}, diagnostics_);
            read_endpoint(*root.map());
            read_rights(root);
            name_host(root);
        }
        scenario::sort(diagnostics_);
        std::fputs(scenario::format(diagnostics_).c_str(), stderr);
        if (document_.root.broken || scenario::has_errors(diagnostics_)) return std::nullopt;
        return std::move(target_);
    }

private:
    void say(scenario::Diagnostic diagnostic) { diagnostics_.push_back(std::move(diagnostic)); }

    void read_endpoint(const yaml::Map& map) {
        auto& endpoint = target_.endpoint;
        if (const auto* host = map.find("host"))
            endpoint.host_name = yaml::read_line(*host, "host", diagnostics_).value_or("");
        if (const auto* name = map.find("name"))
            target_.name = yaml::read_line(*name, "name", diagnostics_).value_or("");
        if (const auto* address = map.find("address"))
            endpoint.address = yaml::read_line(*address, "address", diagnostics_).value_or("");
        if (const auto* ports = map.find("ports")) read_ports(*ports);
        if (const auto* ca = map.find("ca")) read_ca(*ca);
        if (const auto* within = map.find("within"))
            target_.window = yaml::read_duration(*within, "within", diagnostics_).value_or(target_.window);
        if (const auto* wait = map.find("longest_wait"))
            target_.longest_wait =
                yaml::read_duration(*wait, "longest_wait", diagnostics_).value_or(target_.longest_wait);
    }

    // A connection string has the host already; the file need not say it again.
    void name_host(const yaml::Node& root) {
        auto& endpoint = target_.endpoint;
        if (endpoint.host_name.empty() && root.map()->find("host") == nullptr && !lacks_secret_ &&
            !scenario::has_errors(diagnostics_))
            say(yaml::at(root, "a target needs 'host', or a connection string that has HostName"));
        if (endpoint.address.empty()) endpoint.address = endpoint.host_name;
        if (target_.name.empty()) target_.name = endpoint.host_name;
    }

    void read_ports(const yaml::Node& node) {
        if (yaml::read_map(node, "ports", diagnostics_) == nullptr) return;
        yaml::check_keys(node, "ports", {"mqtt", "https", "amqp"}, {}, diagnostics_);
        const auto port = [&](const char* name, std::uint16_t& value) {
            if (const auto* given = node.map()->find(name))
                value =
                    static_cast<std::uint16_t>(yaml::read_integer(*given, name, 1, 65535, diagnostics_).value_or(1));
        };
        port("mqtt", target_.endpoint.mqtt_port);
        port("https", target_.endpoint.https_port);
        port("amqp", target_.endpoint.amqp_port);
        target_.has_https_port = node.map()->find("https") != nullptr || node.map()->find("mqtt") == nullptr;
    }

    void read_ca(const yaml::Node& node) {
        const auto path = yaml::read_line(node, "ca", diagnostics_);
        if (!path) return;
        auto& endpoint = target_.endpoint;
        endpoint.ca_file = (folder_ / *path).lexically_normal().string();
        try {
            endpoint.ca_pem = read_file(endpoint.ca_file);
            net::TlsContext::client({endpoint.ca_pem, {}, {}, net::TlsVersion::any, true});
        } catch (const std::exception& error) {
            say(yaml::at(node, std::string("'ca': ") + error.what()));
        }
    }

    void read_rights(const yaml::Node& root) {
        const auto& map = *root.map();
        if (const auto* service = map.find("service")) read_service(*service);
        if (const auto* identities = map.find("identities")) read_identities(*identities);
        if (const auto* authority = map.find("device_ca")) read_authority(*authority);
        if (const auto* capabilities = map.find("capabilities");
            capabilities != nullptr && yaml::read_map(*capabilities, "capabilities", diagnostics_) != nullptr)
            target_.capabilities = *yaml::to_value(*capabilities).object();
        if (const auto* budget = map.find("budget")) read_budget(*budget);
        if (!target_.service && target_.identities.empty() && !lacks_secret_ && !scenario::has_errors(diagnostics_))
            say(yaml::at(root,
                         "a target needs 'service' with a connection string, so that each case gets a fresh identity, "
                         "or a list of 'identities'"));
    }

    /// The text behind `{env: NAME}` or `{file: PATH}`.
    std::optional<std::string> read_secret(const yaml::Node& node, const std::string& name) {
        if (node.map() == nullptr || node.map()->members.size() != 1) {
            if (!node.broken) say(yaml::at(node, "'" + name + "' is a secret: " + secret_forms));
            return std::nullopt;
        }
        yaml::check_keys(node, "'" + name + "'", {"env", "file"}, {}, diagnostics_);
        const auto& member = node.map()->members.front();
        const auto where = yaml::read_line(member.value, member.name, diagnostics_);
        if (!where || (member.name != "env" && member.name != "file")) return std::nullopt;
        try {
            auto secret = member.name == "env"
                              ? environment(where->c_str())
                              : without_line_end(read_file((folder_ / *where).lexically_normal().string()));
            if (!secret.empty()) return secret;
            if (secrets_ == Secrets::may_be_missing) return lacks_secret_ = true, std::nullopt;
            say(yaml::at(member.value, member.name == "env" ? "the environment variable '" + *where + "' is not set"
                                                            : "the file '" + *where + "' is empty"));
        } catch (const std::exception& error) {
            if (secrets_ == Secrets::may_be_missing) return lacks_secret_ = true, std::nullopt;
            say(yaml::at(member.value, error.what()));
        }
        return std::nullopt;
    }

    std::optional<iothub::ConnectionString> read_connection_string(const yaml::Node& node) {
        const auto secret = read_secret(node, "connection_string");
        if (!secret) return std::nullopt;
        auto parsed = iothub::parse_connection_string(*secret);
        if (const auto* problem = std::get_if<iothub::ConnectionStringProblem>(&parsed)) {
            say(yaml::at(node, "the connection string cannot be used: " + problem->text));
            return std::nullopt;
        }
        return std::get<iothub::ConnectionString>(std::move(parsed));
    }

    void read_service(const yaml::Node& node) {
        if (yaml::read_map(node, "service", diagnostics_) == nullptr) return;
        yaml::check_keys(node, "'service'", {"connection_string", "amqp", "events"}, {"connection_string"},
                         diagnostics_);
        if (const auto* over = node.map()->find("amqp")) {
            const auto word = yaml::read_word(*over, "amqp", {"tcp", "web_socket"}, diagnostics_);
            target_.endpoint.amqp_in_web_socket = word == "web_socket";
            target_.names_amqp = true;
        }
        if (const auto* events = node.map()->find("events")) read_events(*events);
        const auto* given = node.map()->find("connection_string");
        const auto parsed = given != nullptr ? read_connection_string(*given) : std::nullopt;
        if (!parsed) return;
        if (!parsed->shared_access_key_name || !parsed->shared_access_key)
            return say(yaml::at(
                *given,
                "a service connection string has SharedAccessKeyName and SharedAccessKey; this one is a device's"));
        take_host(*given, parsed->host_name);
        target_.service = actors::ServiceAccess{*parsed->shared_access_key_name, *parsed->shared_access_key};
    }

    // Where the hub does not say where its telemetry is read, or says it of a place that cannot be reached from here.
    void read_events(const yaml::Node& node) {
        if (yaml::read_map(node, "events", diagnostics_) == nullptr) return;
        yaml::check_keys(node, "'events'", {"connection_string", "address", "port", "consumer_group"},
                         {"connection_string"}, diagnostics_);
        const auto& map = *node.map();
        const auto* given = map.find("connection_string");
        const auto secret = given != nullptr ? read_secret(*given, "connection_string") : std::nullopt;
        if (!secret) return;
        auto events = parse_events_connection_string(*secret);
        if (!events)
            return say(yaml::at(*given,
                                "the connection string of an Event Hubs-compatible endpoint has Endpoint=sb://HOST/, "
                                "SharedAccessKeyName, SharedAccessKey and EntityPath; this one has not"));
        if (const auto* address = map.find("address"))
            events->address = yaml::read_line(*address, "address", diagnostics_).value_or("");
        if (const auto* port = map.find("port"))
            events->port =
                static_cast<std::uint16_t>(yaml::read_integer(*port, "port", 1, 65535, diagnostics_).value_or(5671));
        if (const auto* group = map.find("consumer_group"))
            events->consumer_group = yaml::read_line(*group, "consumer_group", diagnostics_).value_or("");
        target_.endpoint.events = std::move(events);
    }

    void take_host(const yaml::Node& node, const std::string& name) {
        auto& own = target_.endpoint.host_name;
        if (own.empty()) own = name;
        if (!same_host(name))
            say(yaml::at(node, "the connection string is for the hub '" + name + "', not for '" + own + "'"));
    }

    bool same_host(const std::string& name) const {
        const auto& own = target_.endpoint.host_name;
        return std::equal(name.begin(), name.end(), own.begin(), own.end(),
                          [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
    }

    void read_identities(const yaml::Node& node) {
        if (node.map() != nullptr) return read_pool(node);
        const auto* list = yaml::read_list(node, "identities", diagnostics_);
        for (std::size_t i = 0; list != nullptr && i < list->items.size(); ++i) read_identity(list->items[i]);
    }

    void read_pool(const yaml::Node& node) {
        yaml::check_keys(node, "'identities'", {"pool"}, {"pool"}, diagnostics_);
        if (const auto* size = node.map()->find("pool"))
            target_.pool =
                static_cast<std::size_t>(yaml::read_integer(*size, "pool", 1, 1000, diagnostics_).value_or(1));
        if (!target_.service && !lacks_secret_)
            say(yaml::at(node, "a pool of identities is made with 'service' and its connection string"));
    }

    void read_budget(const yaml::Node& node) {
        if (yaml::read_map(node, "budget", diagnostics_) == nullptr) return;
        yaml::check_keys(
            node, "'budget'",
            {"tier", "units", "messages", "per_second", "connections_per_second", "identity_operations_per_minute"}, {},
            diagnostics_);
        auto& terms = target_.budget.emplace();
        const auto number = [&](const char* name, std::int64_t least,
                                std::int64_t most = 1'000'000'000) -> std::optional<std::int64_t> {
            const auto* given = node.map()->find(name);
            if (given == nullptr) return std::nullopt;
            return yaml::read_integer(*given, name, least, most, diagnostics_);
        };
        if (const auto* tier = node.map()->find("tier"))
            terms.tier =
                yaml::read_word(*tier, "tier", {"f1", "b1", "b2", "b3", "s1", "s2", "s3"}, diagnostics_).value_or("");
        terms.units = number("units", 1, 200).value_or(1);
        terms.messages = number("messages", 0);
        terms.per_second = number("per_second", 1);
        terms.connections_per_second = number("connections_per_second", 1);
        terms.identity_operations_per_minute = number("identity_operations_per_minute", 1);
    }

    void read_authority(const yaml::Node& node) {
        if (yaml::read_map(node, "device_ca", diagnostics_) == nullptr) return;
        yaml::check_keys(node, "'device_ca'", {"certificate", "key"}, {"certificate", "key"}, diagnostics_);
        const auto* certificate = node.map()->find("certificate");
        const auto* key = node.map()->find("key");
        const auto path =
            certificate != nullptr ? yaml::read_line(*certificate, "certificate", diagnostics_) : std::nullopt;
        const auto secret = key != nullptr ? read_secret(*key, "key") : std::nullopt;
        if (!path || !secret) return;
        try {
            pki::Credential authority{read_file((folder_ / *path).lexically_normal().string()), *secret};
            pki::make_client(authority, "probe");
            target_.device_authority = std::move(authority);
        } catch (const std::exception& error) {
            say(yaml::at(node, std::string("'device_ca': ") + error.what()));
        }
    }

    void read_identity(const yaml::Node& node) {
        if (yaml::read_map(node, "an identity", diagnostics_) == nullptr) return;
        yaml::check_keys(node, "an identity", {"id", "key", "secondary_key", "connection_string"}, {}, diagnostics_);
        const auto& map = *node.map();
        actors::Identity identity;
        if (const auto* given = map.find("connection_string")) {
            const auto parsed = read_connection_string(*given);
            if (!parsed) return;
            if (!parsed->device_id || !parsed->shared_access_key)
                return say(yaml::at(
                    *given, "a device's connection string has DeviceId and SharedAccessKey; this one lacks them"));
            take_host(*given, parsed->host_name);
            identity.device_id = *parsed->device_id;
            identity.primary_key = *parsed->shared_access_key;
        } else if (const auto* id = map.find("id"), *key = map.find("key"); id != nullptr && key != nullptr) {
            identity.device_id = yaml::read_line(*id, "id", diagnostics_).value_or("");
            identity.primary_key = read_key(*key, "key");
        } else {
            return say(yaml::at(node, "an identity has 'id' and 'key', or a 'connection_string'"));
        }
        if (const auto* key = map.find("secondary_key")) identity.secondary_key = read_key(*key, "secondary_key");
        target_.identities.push_back(std::move(identity));
    }

    std::string read_key(const yaml::Node& node, const std::string& name) {
        const auto key = read_secret(node, name).value_or("");
        if (!key.empty() && !iothub::base64_decode(key)) say(yaml::at(node, "'" + name + "' is no Base64"));
        return key;
    }

    fs::path folder_;
    yaml::Document document_;
    Secrets secrets_;
    bool lacks_secret_ = false;
    scenario::Diagnostics diagnostics_;
    TargetFile target_;
};

}  // namespace

bool is_azure(std::string_view host_name) {
    return host_name.ends_with(".azure-devices.net") || host_name.ends_with(".azure-devices.cn") ||
           host_name.ends_with(".azure-devices.us");
}

std::optional<actors::EventsEndpoint> parse_events_connection_string(std::string_view text) {
    actors::EventsEndpoint events;
    for (const auto part : iothub::split(text, ';')) {
        const auto [name, given] = iothub::cut_at_equals(part);
        if (!given) continue;
        std::string value(*given);
        if (name == "EntityPath") events.entity = std::move(value);
        if (name == "SharedAccessKeyName") events.policy = std::move(value);
        if (name == "SharedAccessKey") events.key = std::move(value);
        if (name != "Endpoint" || !value.starts_with("sb://")) continue;
        value = value.substr(5, value.find('/', 5) - 5);
        const auto colon = value.find(':');
        events.host_name = events.address = value.substr(0, colon);
        if (colon != std::string::npos)
            std::from_chars(value.data() + colon + 1, value.data() + value.size(), events.port);
    }
    const bool is_whole =
        !events.host_name.empty() && !events.entity.empty() && !events.policy.empty() && !events.key.empty();
    return is_whole ? std::optional(events) : std::nullopt;
}

namespace {

/// They outlive the run, so no report may show them.
void keep_secrets_of(const TargetFile& target) {
    if (target.service)
        iothub::keep_secret(target.service->key, "the key of the policy '" + target.service->policy + "'");
    if (const auto& events = target.endpoint.events)
        iothub::keep_secret(events->key, "the key of the policy '" + events->policy + "'");
    for (const auto& one : target.identities) {
        iothub::keep_secret(one.primary_key, "the primary key of '" + one.device_id + "'");
        iothub::keep_secret(one.secondary_key, "the secondary key of '" + one.device_id + "'");
    }
}

}  // namespace

std::optional<TargetFile> read_target_file(const std::string& path, Secrets secrets) {
    auto target = TargetReader(path, secrets).read();
    if (target) keep_secrets_of(*target);
    return target;
}

std::variant<TargetFile, std::string> target_of(const std::string& connection_string) {
    const auto parsed = iothub::parse_connection_string(without_line_end(connection_string));
    if (const auto* problem = std::get_if<iothub::ConnectionStringProblem>(&parsed)) return problem->text;
    const auto& given = std::get<iothub::ConnectionString>(parsed);
    if (!given.shared_access_key) return "it has no SharedAccessKey";
    TargetFile target;
    target.name = target.endpoint.host_name = target.endpoint.address = given.host_name;
    if (given.shared_access_key_name)
        target.service = actors::ServiceAccess{*given.shared_access_key_name, *given.shared_access_key};
    else if (given.device_id)
        target.identities.push_back(
            {"device", *given.device_id, *given.shared_access_key, {}, {}, given.module_id.value_or("")});
    else
        return "it has neither SharedAccessKeyName, as a service's, nor DeviceId, as a device's";
    keep_secrets_of(target);
    return target;
}

}  // namespace hubspec::cli
