#include <nlohmann/json.hpp>

#include "harness/cli/target_file.hpp"

namespace hubspec::cli {

namespace {

using Json = nlohmann::ordered_json;

Json text(const char* doc) { return {{"type", "string"}, {"minLength", 1}, {"description", doc}}; }
Json number(const char* doc, std::int64_t least, std::int64_t most) {
    return {{"type", "integer"}, {"minimum", least}, {"maximum", most}, {"description", doc}};
}
Json port(const char* doc) { return number(doc, 1, 65535); }
Json duration(const char* doc) {
    return {{"type", "string"}, {"pattern", "^[0-9]+(ms|s|m|h|d)$"}, {"description", doc}};
}
Json object(const char* doc, Json properties, const std::vector<std::string>& required = {}) {
    Json out{{"type", "object"}, {"description", doc}, {"properties", std::move(properties)}};
    if (!required.empty()) out["required"] = required;
    out["additionalProperties"] = false;
    return out;
}
Json secret(const char* doc) {
    auto out = object(doc, {{"env", text("The environment variable that holds it.")},
                            {"file", text("The file that holds it, from this one.")}});
    out["minProperties"] = out["maxProperties"] = 1;
    return out;
}

Json service() {
    return object("Rights on the service API: each case gets fresh identities.",
                  {{"connection_string", secret("Of a shared access policy; it names the hub where `host` does not.")},
                   {"amqp",
                    {{"enum", {"tcp", "web_socket"}},
                     {"description", "How AMQP is reached; when missing, in a WebSocket where its port is closed."}}},
                   {"events", object("Where telemetry is read; when missing, where the hub says.",
                                     {{"connection_string", secret("Of the Event Hubs-compatible endpoint.")},
                                      {"address", text("Where to connect; its host when missing.")},
                                      {"port", port("5671 when missing.")},
                                      {"consumer_group", text("$Default when missing.")}},
                                     {"connection_string"})}},
                  {"connection_string"});
}

Json identities() {
    const auto listed = object("A device that exists.", {{"id", text("Its device id.")},
                                                         {"key", secret("Its primary key.")},
                                                         {"secondary_key", secret("Its secondary key.")},
                                                         {"connection_string", secret("Instead of id and key.")}});
    const auto pool = object("Identities that are made once and used by the cases in turn.",
                             {{"pool", number("How many.", 1, 1000)}}, {"pool"});
    return {{"description", "Whom the cases come as where there is no service connection string, or a pool."},
            {"oneOf", {{{"type", "array"}, {"items", listed}}, pool}}};
}

Json budget() {
    return object("What a run may use of the hub.",
                  {{"tier",
                    {{"enum", {"f1", "b1", "b2", "b3", "s1", "s2", "s3"}},
                     {"description", "Whose quota and rates hold; the least of its kind when missing."}}},
                   {"units", number("Of that tier; 1 when missing.", 1, 200)},
                   {"messages", number("That the run may use, from and to devices; the tier's of a day when missing.",
                                       0, 1'000'000'000)},
                   {"per_second", number("Messages from devices; the tier's when missing.", 1, 1'000'000'000)},
                   {"connections_per_second", number("New connections; the tier's when missing.", 1, 1'000'000'000)},
                   {"identity_operations_per_minute",
                    number("Requests to the registry; the tier's when missing.", 1, 1'000'000'000)}});
}

}  // namespace

std::string target_schema() {
    Json schema =
        object("A hub under test: hubspec run --target FILE.",
               {{"name", text("For people; the host when missing.")},
                {"host", text("The hub's full name; that of the connection string when missing.")},
                {"address", text("Where to connect; the host when missing.")},
                {"ports", object("Only mqtt: there is nothing else.", {{"mqtt", port("8883 when missing.")},
                                                                       {"https", port("443 when missing.")},
                                                                       {"amqp", port("5671 when missing.")}})},
                {"ca", text("PEM file with the roots to trust, from this one; the system's when missing.")},
                {"within", duration("How long an answer may take; 10s when missing.")},
                {"longest_wait", duration("Cases that must wait longer are not applicable; 30s when missing.")},
                {"service", service()},
                {"identities", identities()},
                {"device_ca", object("An authority that the hub knows, for devices of `auth: x509_ca`.",
                                     {{"certificate", text("PEM file, from this one.")}, {"key", secret("Its key.")}},
                                     {"certificate", "key"})},
                {"capabilities",
                 {{"type", "object"},
                  {"description", "What the hub can do, where it is not to be found out: {tier: basic}."}}},
                {"budget", budget()}});
    schema["$schema"] = "http://json-schema.org/draft-07/schema#";
    schema["title"] = "hubspec target";
    return schema.dump(2) + "\n";
}

}  // namespace hubspec::cli
