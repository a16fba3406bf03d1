#include <nlohmann/json.hpp>

#include "harness/cli/load_file.hpp"
#include "harness/cli/load_terms.hpp"

namespace hubspec::cli {

using namespace model;

namespace {

using Json = nlohmann::ordered_json;

Json text(const char* doc) { return {{"type", "string"}, {"minLength", 1}, {"description", doc}}; }
Json number(const char* doc, std::int64_t least, std::int64_t most) {
    return {{"type", "integer"}, {"minimum", least}, {"maximum", most}, {"description", doc}};
}
Json form(const char* doc, const char* pattern) {
    return {{"type", "string"}, {"pattern", pattern}, {"description", doc}};
}
Json duration(const char* doc) { return form(doc, "^[0-9]+(ms|s|m|h|d)$"); }
Json choice(const char* doc, const std::vector<std::string>& words) { return {{"enum", words}, {"description", doc}}; }
Json object(const char* doc, Json properties, const std::vector<std::string>& required = {}) {
    Json out{{"type", "object"}, {"description", doc}, {"properties", std::move(properties)}};
    if (!required.empty()) out["required"] = required;
    out["additionalProperties"] = false;
    return out;
}

const char* doc_of(Operation operation) {
    switch (operation) {
        case Operation::connect:
            return "Connecting and subscribing: first, and after a lost connection.";
        case Operation::telemetry:
            return "A message from the device; done when it is acknowledged, at quality 0 when it is written.";
        case Operation::twin_get:
            return "The device reads its twin.";
        case Operation::reported:
            return "The device changes a reported property.";
        case Operation::method:
            return "The back end calls a method of the device, which answers; needs `service` in the target file.";
        case Operation::cloud_to_device:
            return "The back end sends a message; done when it has arrived. Needs `service` in the target file.";
        case Operation::reconnect:
            return "The device says goodbye and comes back.";
    }
    return "";
}

Json stream(Operation operation) {
    Json properties{{"every", duration("How often each device does it.")}};
    if (operation == Operation::telemetry) properties["qos"] = number("1 when missing.", 0, 1);
    if (const auto largest = largest_payload(operation); largest > 0)
        properties["size"] = number("Bytes of the payload; 100 when missing.", 1, largest);
    if (operation != Operation::reconnect)
        properties["in_flight"] = number("So many of one device may wait for their answers; 1 when missing.", 1, 100);
    return object(doc_of(operation), std::move(properties), {"every"});
}

Json mix() {
    Json properties;
    for (const auto operation : all_operations)
        if (operation != Operation::connect) properties[std::string(to_string(operation))] = stream(operation);
    auto out = object("What each device does, each at its rate.", std::move(properties));
    out["minProperties"] = 1;
    return out;
}

Json thresholds() {
    Json properties{{"errors", form("At most so many of all operations.", percent_pattern)}};
    for (const auto operation : all_operations) {
        Json figures{{"errors", form("At most so many of them.", percent_pattern)},
                     {"max", form("The longest of all takes at most so long.", latency_pattern)}};
        if (operation != Operation::connect)
            figures["rate"] = form("At least so many are done in a second.", rate_pattern);
        auto one = object(doc_of(operation), std::move(figures));
        one["patternProperties"] = {
            {"^p[0-9]+(\\.[0-9]+)?$", form("So many percent of them take at most so long, counted from when they were "
                                           "due.",
                                           latency_pattern)}};
        properties[std::string(to_string(operation))] = std::move(one);
    }
    return object("What must hold; otherwise the load fails.", std::move(properties));
}

}  // namespace

std::string load_schema() {
    Json schema = object(
        "Many devices against a hub: hubspec load FILE.",
        {{"title", text("For people.")},
         {"target", text("A target file, from this one; without it, that of --target or the reference hub.")},
         {"devices", number("How many.", 1, most_load_devices)},
         {"ramp", form("Connections in a second; 50/s when missing.", rate_pattern)},
         {"duration", duration("Of the mix; it begins when the last device is due to connect.")},
         {"keep_alive", duration("60s when missing.")},
         {"patience", duration("What is not answered so long after it was due is an error; 10s when missing.")},
         {"transport", choice("tls when missing.", {"tls", "wss"})},
         {"auth", choice("sas when missing.", {"sas", "x509"})},
         {"mix", mix()},
         {"thresholds", thresholds()},
         {"limits", object("A load that would exceed them is refused before anything is sent.",
                           {{"messages", number("1000000 when missing.", 1, most_load_messages)},
                            {"duration", duration("Of connecting and the mix; 10m when missing, at most a day.")}})}},
        {"title", "devices", "duration", "mix"});
    schema["$schema"] = "http://json-schema.org/draft-07/schema#";
    schema["title"] = "hubspec load";
    return schema.dump(2) + "\n";
}

}  // namespace hubspec::cli
