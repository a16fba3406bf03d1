#include "harness/cli/statement.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "harness/cli/terminal.hpp"
#include "harness/cli/test_pki.hpp"
#include "harness/iothub/digest.hpp"
#include "harness/iothub/sas_token.hpp"
#include "harness/model/lists.hpp"
#include "harness/scenario/names.hpp"
#include "harness/scenario/nearest.hpp"
#include "harness/scenario/read.hpp"
#include "harness/scenario/yaml.hpp"

namespace hubspec::cli {

namespace yaml = scenario::yaml;
namespace fs = std::filesystem;
using namespace model;

namespace {

const std::vector<std::string>& placeholders() {
    static const std::vector<std::string> names{
        "host",      "port",      "mqtt_port",  "https_port",        "ca",          "transport",
        "device.id", "module.id", "client_id",  "connection_string", "certificate", "private_key",
        "user_name", "sas_token", "keep_alive", "token_lifetime"};
    return names;
}

bool is_secret(const std::string& name) { return name == "connection_string" || name == "sas_token"; }

class StatementReader {
public:
    StatementReader(const std::string& path, const Catalogue* catalogue)
        : folder_(fs::path(path).parent_path()), document_(yaml::read(path)), catalogue_(catalogue) {
        diagnostics_ = document_.diagnostics;
        statement_.file = path;
    }

    std::optional<Statement> read() {
        const auto& root = document_.root;
        if (!root.broken && yaml::read_map(root, "a statement", diagnostics_) != nullptr) {
            yaml::check_keys(root, "a statement",
                             {"device", "version", "start", "bench", "identity", "transport", "sdk", "claims", "timing",
                              "exceptions"},
                             {"device", "claims"}, diagnostics_);
            read_parts(*root.map());
            const bool starts = root.map()->find("start") != nullptr, bench = root.map()->find("bench") != nullptr;
            if (starts == bench && !scenario::has_errors(diagnostics_))
                say(yaml::at(
                    root, starts
                              ? "a device is started or is on a bench: 'start' and 'bench' cannot both stand here"
                              : "a statement needs 'start' with a command, or 'bench' for a device that runs already"));
        }
        scenario::sort(diagnostics_);
        std::fputs(scenario::format(diagnostics_).c_str(), stderr);
        if (document_.root.broken || scenario::has_errors(diagnostics_)) return std::nullopt;
        statement_.hash = iothub::sha256_hex(read_file(statement_.file));
        return std::move(statement_);
    }

private:
    void say(scenario::Diagnostic diagnostic) { diagnostics_.push_back(std::move(diagnostic)); }

    std::string line(const yaml::Map& map, const char* name, std::string otherwise = {}) {
        const auto* node = map.find(name);
        return node == nullptr ? otherwise : yaml::read_line(*node, name, diagnostics_).value_or(otherwise);
    }
    void time(const yaml::Map& map, const char* name, std::chrono::milliseconds& into) {
        if (const auto* node = map.find(name)) into = yaml::read_duration(*node, name, diagnostics_).value_or(into);
    }
    bool flag(const yaml::Map& map, const char* name, bool otherwise) {
        const auto* node = map.find(name);
        return node == nullptr ? otherwise : yaml::read_flag(*node, name, diagnostics_).value_or(otherwise);
    }

    void read_parts(const yaml::Map& map) {
        statement_.device = line(map, "device");
        statement_.version = line(map, "version");
        if (const auto* start = map.find("start")) read_start(*start);
        if (const auto* bench = map.find("bench")) read_bench(*bench);
        if (const auto* identity = map.find("identity")) read_identity(*identity);
        if (const auto* transport = map.find("transport")) read_transport(*transport);
        if (const auto* sdk = map.find("sdk"))
            statement_.sdk = yaml::read_word(*sdk, "sdk", sdk_names(), diagnostics_).value_or("");
        if (const auto* claims = map.find("claims")) read_claims(*claims);
        if (const auto* timing = map.find("timing")) read_timing(*timing);
        if (const auto* exceptions = map.find("exceptions")) read_exceptions(*exceptions);
    }

    void read_start(const yaml::Node& node) {
        if (yaml::read_map(node, "'start'", diagnostics_) == nullptr) return;
        yaml::check_keys(node, "'start'",
                         {"command", "environment", "folder", "adapter", "ends", "host", "stops_within"}, {"command"},
                         diagnostics_);
        const auto& map = *node.map();
        statement_.folder = (folder_ / line(map, "folder", ".")).lexically_normal().string();
        statement_.host = line(map, "host", statement_.host);
        statement_.adapter = flag(map, "adapter", false);
        statement_.ends = flag(map, "ends", false);
        time(map, "stops_within", statement_.stops_within);
        if (const auto* command = map.find("command")) {
            statement_.command = yaml::read_texts(*command, "command", diagnostics_);
            const auto* list = command->sequence();
            if (list != nullptr && list->items.empty()) say(yaml::at(*command, "'command' is empty"));
            for (std::size_t i = 0; list != nullptr && i < list->items.size(); ++i) check_text(list->items[i], true);
        }
        const auto* environment = map.find("environment");
        if (environment == nullptr || yaml::read_map(*environment, "'environment'", diagnostics_) == nullptr) return;
        for (const auto& member : environment->map()->members) {
            check_text(member.value, false);
            statement_.environment.emplace_back(member.name,
                                                yaml::read_line(member.value, member.name, diagnostics_).value_or(""));
        }
    }

    void check_text(const yaml::Node& node, bool is_argument) {
        const auto* text = node.text();
        if (text == nullptr) return;
        for (const auto& reference : scenario::references_in(*text)) {
            if (!contains(placeholders(), reference.name)) {
                auto diagnostic = yaml::at(node, "there is no placeholder '{{" + reference.name + "}}'");
                diagnostic.suggestion = scenario::nearest(reference.name, placeholders()).value_or("");
                say(std::move(diagnostic));
            } else if (is_argument && is_secret(reference.name)) {
                say(yaml::at(node,
                             "'{{" + reference.name +
                                 "}}' is a secret, and arguments can be seen by everybody: put it into 'environment'"));
            }
        }
    }

    void read_bench(const yaml::Node& node) {
        if (yaml::read_map(node, "'bench'", diagnostics_) == nullptr) return;
        yaml::check_keys(node, "'bench'", {"host", "mqtt_port", "https_port", "device_id", "key"},
                         {"host", "mqtt_port", "device_id"}, diagnostics_);
        const auto& map = *node.map();
        statement_.host = line(map, "host");
        statement_.device_id = line(map, "device_id");
        const auto port = [&](const char* name, std::uint16_t& into) {
            if (const auto* given = map.find(name))
                into = static_cast<std::uint16_t>(yaml::read_integer(*given, name, 1, 65535, diagnostics_).value_or(1));
        };
        port("mqtt_port", statement_.mqtt_port);
        port("https_port", statement_.https_port);
        if (const auto* key = map.find("key")) read_key(*key);
    }

    void read_key(const yaml::Node& node) {
        if (yaml::read_map(node, "'key'", diagnostics_) == nullptr) return;
        yaml::check_keys(node, "'key'", {"env"}, {"env"}, diagnostics_);
        const auto* name = node.map()->find("env");
        const auto variable = name != nullptr ? yaml::read_line(*name, "env", diagnostics_) : std::nullopt;
        if (!variable) return;
        statement_.key = environment(variable->c_str());
        if (!iothub::base64_decode(statement_.key) || statement_.key.empty())
            say(yaml::at(*name, "the environment variable '" + *variable + "' holds no Base64 key"));
    }

    void read_identity(const yaml::Node& node) {
        if (yaml::read_map(node, "'identity'", diagnostics_) == nullptr) return;
        yaml::check_keys(node, "'identity'", {"auth", "module"}, {}, diagnostics_);
        const auto& map = *node.map();
        statement_.is_module = flag(map, "module", false);
        if (const auto* auth = map.find("auth")) {
            const auto word = yaml::read_word(*auth, "auth", {"sas", "x509", "x509_ca"}, diagnostics_).value_or("sas");
            statement_.proof = word == "x509" ? Proof::x509 : word == "x509_ca" ? Proof::x509_ca : Proof::sas;
        }
    }

    void read_transport(const yaml::Node& node) {
        statement_.transports = yaml::read_texts(node, "transport", diagnostics_);
        for (const auto& one : statement_.transports)
            if (one != "tls" && one != "wss") say(yaml::at(node, "'transport' lists tls and wss, not '" + one + "'"));
        if (statement_.transports.empty()) say(yaml::at(node, "'transport' is empty"));
    }

    void read_claims(const yaml::Node& node) {
        if (yaml::read_map(node, "'claims'", diagnostics_) == nullptr) return;
        std::vector<std::string> known;
        for (const auto& [name, doc] : claim_names()) known.push_back(name);
        yaml::check_keys(node, "'claims'", known, {}, diagnostics_);
        for (const auto& member : node.map()->members) {
            if (member.name == "methods") {
                statement_.methods = yaml::read_texts(member.value, "methods", diagnostics_);
                if (!statement_.methods.empty()) statement_.claims.push_back("methods");
            } else if (yaml::read_flag(member.value, member.name, diagnostics_).value_or(false)) {
                statement_.claims.push_back(member.name);
            }
        }
    }

    void read_timing(const yaml::Node& node) {
        if (yaml::read_map(node, "'timing'", diagnostics_) == nullptr) return;
        yaml::check_keys(node, "'timing'", {"answers_within", "longest_wait"}, {}, diagnostics_);
        time(*node.map(), "answers_within", statement_.answers_within);
        time(*node.map(), "longest_wait", statement_.longest_wait);
    }

    void read_exceptions(const yaml::Node& node) {
        const auto* list = yaml::read_list(node, "exceptions", diagnostics_);
        for (std::size_t i = 0; list != nullptr && i < list->items.size(); ++i) {
            const auto& item = list->items[i];
            if (yaml::read_map(item, "an exception", diagnostics_) == nullptr) continue;
            yaml::check_keys(item, "an exception", {"requirement", "reason"}, {"requirement", "reason"}, diagnostics_);
            KnownException one{line(*item.map(), "requirement"), line(*item.map(), "reason")};
            if (catalogue_ != nullptr && !one.requirement.empty() && catalogue_->find(one.requirement) == nullptr)
                say(yaml::at(item, "there is no requirement '" + one.requirement + "'"));
            statement_.exceptions.push_back(std::move(one));
        }
    }

    fs::path folder_;
    yaml::Document document_;
    const Catalogue* catalogue_;
    scenario::Diagnostics diagnostics_;
    Statement statement_;
};

}  // namespace

const std::vector<std::string>& sdk_names() {
    static const std::vector<std::string> names{"node", "java", "c", "csharp", "python"};
    return names;
}

const std::vector<std::pair<std::string, std::string>>& claim_names() {
    static const std::vector<std::pair<std::string, std::string>> names{
        {"telemetry", "It sends device-to-cloud messages."},
        {"cloud_to_device", "It receives cloud-to-device messages."},
        {"twin", "It reads its twin."},
        {"reported", "It reports properties."},
        {"desired", "It follows changes of desired properties."},
        {"methods", "The direct methods that it answers; \"*\": any."},
        {"will", "It has a Will."},
        {"sas_renewal", "It renews its SAS token before it expires."},
        {"persistent_session", "It connects with clean session 0."},
        {"reconnects", "It comes back after a lost connection."},
        {"plug_and_play", "It announces a model and keeps to the conventions of Plug and Play."},
    };
    return names;
}

bool Statement::claims_to(const std::string& what) const { return contains(claims, what); }

namespace {

/// The program is told this when it is started.
bool is_told(const Statement& statement, const std::string& placeholder) {
    const auto has_it = [&](const std::string& text) {
        const auto references = scenario::references_in(text);
        return std::any_of(references.begin(), references.end(),
                           [&](const auto& one) { return one.name == placeholder; });
    };
    return std::any_of(statement.command.begin(), statement.command.end(), has_it) ||
           std::any_of(statement.environment.begin(), statement.environment.end(),
                       [&](const auto& one) { return has_it(one.second); });
}

}  // namespace

Value Statement::capabilities() const {
    Object all{{"adapter", adapter},
               {"stays", !ends},
               {"bench", is_on_bench()},
               {"module", is_module},
               {"x509", proof != Proof::sas},
               {"sas", proof == Proof::sas},
               {"x509_ca", proof == Proof::x509_ca},
               {"sets_keep_alive", is_told(*this, "keep_alive")},
               {"sets_token_lifetime", is_told(*this, "token_lifetime")},
               {"any_method", contains(methods, "*")}};
    for (const auto& [name, doc] : claim_names()) all.push_back({name, claims_to(name)});
    all.push_back({"sdk", !sdk.empty()});
    for (const auto& name : sdk_names()) all.push_back({"sdk_" + name, sdk == name});
    return all;
}

std::optional<Statement> read_statement(const std::string& path, const Catalogue* catalogue) {
    return StatementReader(path, catalogue).read();
}

std::string statement_schema() {
    using Json = nlohmann::ordered_json;
    const auto text = [](const char* doc) { return Json{{"type", "string"}, {"minLength", 1}, {"description", doc}}; };
    const auto flag = [](const std::string& doc) { return Json{{"type", "boolean"}, {"description", doc}}; };
    const auto object = [](const char* doc, Json properties, std::vector<std::string> required = {}) {
        return Json{{"type", "object"},
                    {"description", doc},
                    {"properties", std::move(properties)},
                    {"required", std::move(required)},
                    {"additionalProperties", false}};
    };
    const auto list = [](const char* doc, Json items) {
        return Json{{"type", "array"}, {"description", doc}, {"items", std::move(items)}};
    };
    const auto duration = [](const char* doc) {
        return Json{{"type", "string"}, {"pattern", "^[0-9]+(ms|s|m|h|d)$"}, {"description", doc}};
    };
    const Json port{{"type", "integer"}, {"minimum", 1}, {"maximum", 65535}};
    Json claims = Json::object();
    for (const auto& [name, doc] : claim_names())
        claims[name] = name == "methods" ? list(doc.c_str(), {{"type", "string"}}) : flag(doc);
    Json schema = object(
        "What a device is, how it is started and what it claims: hubspec certify --device FILE.",
        {{"device", text("Its name, for people.")},
         {"version", text("Its version.")},
         {"start",
          object("How it is started for each case.",
                 {{"command", list("Program and arguments, with placeholders such as {{port}}.", {{"type", "string"}})},
                  {"environment",
                   {{"type", "object"},
                    {"additionalProperties", {{"type", "string"}}},
                    {"description", "Variables beside PATH, HOME and the like."}}},
                  {"folder", text("Where it starts, from this file; here when missing.")},
                  {"adapter", flag("It speaks the adapter protocol.")},
                  {"ends", flag("It ends by itself when its work is done.")},
                  {"host", text("What it calls the hub, a name that leads to this machine; localhost when missing.")},
                  {"stops_within", duration("How long it may take to end after SIGTERM; 5s when missing.")}},
                 {"command"})},
         {"bench",
          object("A device that runs already.",
                 {{"host", text("The address to listen on, as the device knows the hub.")},
                  {"mqtt_port", port},
                  {"https_port", port},
                  {"device_id", text("As whom it comes.")},
                  {"key", object("Its key.", {{"env", text("The environment variable that holds it.")}}, {"env"})}},
                 {"host", "mqtt_port", "device_id"})},
         {"identity", object("How it proves who it is.",
                             {{"auth", {{"enum", {"sas", "x509", "x509_ca"}}}}, {"module", flag("It is a module.")}})},
         {"transport", list("What it speaks over.", {{"enum", {"tls", "wss"}}})},
         {"sdk",
          {{"enum", sdk_names()},
           {"description", "One of Azure's SDKs, with the defaults that are documented for it."}}},
         {"claims", object("What it can do.", std::move(claims))},
         {"timing",
          object("What it promises.", {{"answers_within", duration("How long an answer takes; 10s when missing.")},
                                       {"longest_wait", duration("How long it may stay away; 2m when missing.")}})},
         {"exceptions",
          list("Faults that are known.",
               object("One of them.", {{"requirement", text("Which requirement it breaks.")}, {"reason", text("Why.")}},
                      {"requirement", "reason"}))}},
        {"device", "claims"});
    schema["$schema"] = "http://json-schema.org/draft-07/schema#";
    schema["title"] = "hubspec device statement";
    return schema.dump(2) + "\n";
}

}  // namespace hubspec::cli
