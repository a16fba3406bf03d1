#include "harness/scenario/json_schema.hpp"

#include <nlohmann/json.hpp>

#include "harness/scenario/scenario_file.hpp"
#include "harness/scenario/steps.hpp"
#include "harness/scenario/vocabulary.hpp"

namespace hubspec::scenario {

namespace {

using Json = nlohmann::ordered_json;
using model::Seat;
using model::Speaker;

constexpr const char* one_name = "^\\{\\{.+\\}\\}$";
constexpr const char* duration_text = "^-?[0-9]+(ms|s|m|h|d)$";

Json reference(const std::string& definition) { return {{"$ref", "#/definitions/" + definition}}; }

Json described(const std::string& doc, Json schema) {
    // In draft-07 nothing beside $ref counts, so it moves one level down.
    if (schema.contains("$ref")) schema = {{"allOf", Json::array({schema})}};
    Json whole{{"description", doc}};
    whole.update(schema);
    return whole;
}

Json closed_object(Json properties, const std::vector<std::string>& required = {}) {
    Json object{{"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
    if (!required.empty()) object["required"] = required;
    return object;
}

/// At most one of the fields, or exactly one.
void add_choice(Json& object, const std::vector<std::string>& fields, bool required) {
    if (required) {
        Json one = Json::array();
        for (const auto& field : fields) one.push_back({{"required", {field}}});
        object["allOf"].push_back({{"oneOf", one}});
        return;
    }
    for (std::size_t i = 0; i < fields.size(); ++i)
        for (std::size_t j = i + 1; j < fields.size(); ++j)
            object["allOf"].push_back({{"not", {{"required", {fields[i], fields[j]}}}}});
}

Json schema_of(const Type& type, Role role);

Json fields_object(const std::vector<FieldSpec>& fields, Role role) {
    Json properties = Json::object();
    std::vector<std::string> required;
    for (const auto& field : fields) {
        properties[field.name] = described(field.doc, schema_of(field.type, role));
        if (field.required) required.push_back(field.name);
    }
    return closed_object(std::move(properties), required);
}

Json record_schema(const Type& type, Role role) {
    Json object = fields_object(type.members, role);
    for (const auto& group : type.exclusive) add_choice(object, group, false);
    return object;
}

Json list_schema(const Type& type, Role role) {
    Json alternatives = Json::array();
    for (const auto& item : type.items) alternatives.push_back(schema_of(item, role));
    return {{"type", "array"},
            {"items", alternatives.size() == 1 ? alternatives.front() : Json{{"anyOf", alternatives}}}};
}

Json dictionary_schema(const Type& type, Role role) {
    if (role == Role::expectation) return {{"type", "object"}};
    Json value{{"type", type.nullable ? Json::array({"string", "null"}) : Json("string")}};
    return {{"type", "object"}, {"additionalProperties", std::move(value)}};
}

// Where a value belongs, a name may stand for it.
Json plain_schema(const Type& type, Role role) {
    switch (type.kind) {
        case Kind::integer:
            return {{"type", {"integer", "string"}},
                    {"minimum", type.least},
                    {"maximum", type.most},
                    {"pattern", one_name}};
        case Kind::flag:
            return {{"type", {"boolean", "string"}}, {"pattern", one_name}};
        case Kind::duration:
            return {{"type", "string"}, {"pattern", std::string(duration_text) + "|" + one_name}};
        case Kind::hex:
            return {{"type", "string"}, {"pattern", std::string("^( ?[0-9a-fA-F]{2})* ?$|") + one_name}};
        case Kind::word:
            return {
                {"anyOf", Json::array({Json{{"enum", type.words}}, Json{{"type", "string"}, {"pattern", one_name}}})}};
        case Kind::json:
            return Json::object();
        case Kind::dictionary:
            return dictionary_schema(type, role);
        case Kind::record:
            return record_schema(type, role);
        case Kind::list:
            return list_schema(type, role);
        case Kind::packets:
            return {{"type", "array"}, {"minItems", 1}, {"items", reference("packet")}};
        case Kind::text:
        case Kind::identity:
        case Kind::exchange:
            break;
    }
    return {{"type", "string"}};
}

bool takes_patterns(const Type& type) {
    return type.kind != Kind::json && type.kind != Kind::identity && type.kind != Kind::exchange &&
           type.kind != Kind::hex;
}

Json schema_of(const Type& type, Role role) {
    Json schema = plain_schema(type, role);
    if (role == Role::expectation && takes_patterns(type))
        return {{"anyOf", Json::array({schema, reference("pattern")})}};
    if (!type.nullable || type.kind == Kind::dictionary || type.kind == Kind::json) return schema;
    return {{"anyOf", Json::array({schema, Json{{"type", "null"}}})}};
}

Json line_schema(const LineSpec& line) {
    if (line.shape == LineSpec::Shape::members) return described(line.doc, {{"type", "object"}});
    if (line.shape == LineSpec::Shape::packets)
        return described(line.doc, {{"type", "array"}, {"minItems", 1}, {"items", reference("packet")}});
    Json object = fields_object(line.fields, line.role);
    for (const auto& choice : line.choices) add_choice(object, choice.fields, choice.required);
    return described(line.doc, std::move(object));
}

Json one_member(Json properties) {
    Json object = closed_object(std::move(properties));
    object["minProperties"] = 1;
    object["maxProperties"] = 1;
    return object;
}

/// The lines of a speaker that pass the filter, by their names.
template <class Filter>
Json lines_schema(Speaker speaker, Filter filter, Seat seat = Seat::device) {
    Json properties = Json::object();
    for (const auto* line : lines_of(speaker, seat))
        if (filter(*line)) properties[line->name] = line_schema(*line);
    return one_member(std::move(properties));
}

Json pattern_schema() {
    const Json bound{{"type", {"number", "string"}}};
    Json properties;
    for (const auto* name : {"ge", "gt", "le", "lt"}) properties[name] = bound;
    for (const auto* name : {"equals", "not", "contains", "length"}) properties[name] = Json::object();
    properties["one_of"] = {{"type", "array"}, {"minItems", 1}};
    properties["matches"] = {{"type", "string"}, {"description", "A regular expression (ECMAScript)."}};
    Json comparison = closed_object(std::move(properties));
    comparison["minProperties"] = 1;
    return {{"anyOf", Json::array({Json{{"enum", {"any", "absent", "empty"}}}, comparison})}};
}

/// Definitions of the hub seat, and of texts for both, have names of their own.
std::string in_seat(const std::string& name, Seats seats) {
    return (seats == Seats::hub ? "hub_seat_" : seats == Seats::both ? "shared_" : "") + name;
}

/// In both seats: sent in one and expected in the other; beside these, what is passed over in the device seat.
Json shared_device_schema() {
    Json properties = Json::object();
    for (const auto* line : lines_of(Speaker::device, Seat::device))
        if (find_line(Speaker::device, line->name, Seat::hub) != nullptr) properties[line->name] = line_schema(*line);
    for (const auto* line : lines_of(Speaker::device, Seat::hub))
        if (is_of_hub_seat_alone(Speaker::device, line->name)) properties[line->name] = line_schema(*line);
    return one_member(std::move(properties));
}

Json observed(Seats seat, const std::string& doc, Json more = Json::object()) {
    const bool in_hub_seat = seat == Seats::hub;
    const auto seen = [&](const char* name) {
        return reference(in_seat(std::string("observed_by_") + name, in_hub_seat ? seat : Seats::device));
    };
    Json properties{{"hub", described("What the hub does.", seen("hub"))},
                    {"service", described("What the back end sees.", reference("observed_by_service"))}};
    std::vector<std::string> subjects{"hub", "service"};
    if (in_hub_seat) {
        properties["device"] = described("What the device does.", seen("device"));
        properties["app"] = described("What its application says.", seen("app"));
        subjects.insert(subjects.end(), {"device", "app"});
    }
    properties.update(more);
    Json item = closed_object(std::move(properties));
    add_choice(item, subjects, true);
    return described(doc, std::move(item));
}

Json outcome_schema(Seats seat) {
    return observed(
        seat, "One of the known behaviours.",
        {{"verdict", {{"enum", {"pass", "warn"}}, {"description", "What the run says of it; pass when missing."}}},
         {"source", {{"type", "string"}, {"description", "Where a behaviour that is not documented was seen."}}}});
}

Json repeat_schema(Seats seat) {
    Json properties{{"times", {{"type", "integer"}, {"minimum", 1}, {"maximum", 1000}}},
                    {"steps", reference(in_seat("steps", seat))}};
    return described("The steps so many times; {{index}} counts from 1.",
                     closed_object(std::move(properties), {"times", "steps"}));
}

Json use_schema() {
    Json properties{
        {"opening", {{"type", "string"}, {"description", "Its file's name below openings/, without the ending."}}},
        {"with", {{"type", "object"}, {"description", "Values of its parameters."}}}};
    return described("Steps of an opening that several scenarios share.",
                     closed_object(std::move(properties), {"opening"}));
}

Json modifiers() {
    const Json duration{{"type", "string"}, {"pattern", "^[0-9]+(ms|s|m|h|d)$"}};
    const Json name{{"type", "string"}, {"pattern", "^[A-Za-z0-9_-]+$"}};
    return {{"within", described("Window of an expectation; the target's default when missing.", duration)},
            {"for", described("How long `never` lasts.", duration)},
            {"connection", described("Which connection speaks or is spoken of; main when missing.", name)},
            {"as", described("Names the exchange that a service line starts; `answer` refers to it.", name)},
            {"verifies", described("Narrower than the scenario's list.", reference("verifies"))}};
}

Json speakers(Seats seat) {
    const Json service = described("Performed, or observed, by the back end.", reference("service"));
    if (seat == Seats::both)
        return {{"device", described("Performed by the harness's client, or expected of the device under test.",
                                     reference("shared_device"))},
                {"app", described("What the program of a device under test is asked for, or must say that it saw.",
                                  reference("hub_seat_app"))},
                {"service", service},
                {"hub", described("What the hub must do.", reference("hub"))}};
    if (seat == Seats::hub)
        return {
            {"device", described("What the device under test must do.", reference("hub_seat_device"))},
            {"app", described("What its program is asked for, or must say that it saw.", reference("hub_seat_app"))},
            {"service", service},
            {"hub", described("How the hub behaves, or what it does.", reference("hub_seat_hub"))}};
    return {{"device", described("Performed by Eclipse Paho, a well-behaved client; waits for its acknowledgement.",
                                 reference("device"))},
            {"wire", described("Performed on a raw connection, packet by packet, legal or not; waits for nothing.",
                               reference("wire"))},
            {"service", service},
            {"hub", described("What the hub must do.", reference("hub"))}};
}

Json step_schema(Seats seat) {
    Json properties = speakers(seat);
    properties.update(
        {{"pass",
          {{"type", "string"}, {"pattern", "^[0-9]+(ms|s|m|h|d)$"}, {"description", "The hub's clock goes on."}}},
         {"any_order",
          {{"type", "array"},
           {"minItems", 1},
           {"items", observed(seat, "One of them.")},
           {"description", "All of them, in any order, within one window."}}},
         {"outcomes",
          {{"type", "array"},
           {"minItems", 1},
           {"items", outcome_schema(seat)},
           {"description", "One of several known behaviours, the documented one first."}}},
         {"never", observed(seat, "Must not be observed for the time in `for`.")},
         {"repeat", repeat_schema(seat)},
         {"use", use_schema()}});
    Json subjects = Json::array();
    for (const auto& [name, schema] : properties.items()) subjects.push_back({{"required", {name}}});
    properties.update(modifiers());
    Json step = closed_object(std::move(properties));
    step["oneOf"] = std::move(subjects);
    return step;
}

Json definitions() {
    const auto all = [](const LineSpec&) { return true; };
    const auto seen = [](const LineSpec& line) { return line.role == Role::expectation; };
    const auto steps = [](Seats seat) {
        return Json{{"type", "array"}, {"minItems", 1}, {"items", reference(in_seat("step", seat))}};
    };
    return {{"steps", steps(Seats::device)},
            {"step", step_schema(Seats::device)},
            {"shared_steps", steps(Seats::both)},
            {"shared_step", step_schema(Seats::both)},
            {"shared_device", shared_device_schema()},
            {"hub_seat_steps", steps(Seats::hub)},
            {"hub_seat_step", step_schema(Seats::hub)},
            {"hub_seat_device", lines_schema(Speaker::device, all, Seat::hub)},
            {"hub_seat_app", lines_schema(Speaker::app, all, Seat::hub)},
            {"hub_seat_hub", lines_schema(Speaker::hub, all, Seat::hub)},
            {"hub_seat_observed_by_device", lines_schema(Speaker::device, seen, Seat::hub)},
            {"hub_seat_observed_by_app", lines_schema(Speaker::app, seen, Seat::hub)},
            {"hub_seat_observed_by_hub", lines_schema(Speaker::hub, seen, Seat::hub)},
            {"device", lines_schema(Speaker::device, all)},
            {"wire", lines_schema(Speaker::wire, all)},
            {"packet", lines_schema(Speaker::wire, [](const LineSpec& line) { return line.is_packet; })},
            {"service", lines_schema(Speaker::service, all)},
            {"observed_by_service", lines_schema(Speaker::service, seen)},
            {"observed_by_hub", reference("hub")},
            {"hub", lines_schema(Speaker::hub, all)},
            {"pattern", described("any, absent, empty, or comparisons.", pattern_schema())},
            {"verifies",
             {{"type", "array"},
              {"minItems", 1},
              {"uniqueItems", true},
              {"items", {{"type", "string"}, {"pattern", "^[A-Z][A-Z0-9.-]*-[0-9.]+$"}}}}}};
}

Json file_key_schema(const std::string& name) {
    if (name == "verifies") return reference("verifies");
    if (name == "steps") return Json::object();  // depends on the seat
    if (name == "tags") return {{"type", "array"}, {"items", {{"type", "string"}, {"pattern", tag_regex}}}};
    if (name == "seat") return {{"enum", {"device", "hub", "both"}}};
    if (name == "over")
        return {{"type", "object"},
                {"additionalProperties",
                 {{"type", "array"}, {"minItems", 1}, {"items", {{"type", {"string", "number", "boolean"}}}}}}};
    if (name == "identities")
        return {
            {"type", "object"},
            {"propertyNames", {{"pattern", own_name_regex}}},
            {"additionalProperties", closed_object({{"module_of", {{"type", "string"}, {"pattern", own_name_regex}}},
                                                    {"auth", {{"enum", {"sas", "x509", "x509_ca"}}}},
                                                    {"certificate", {{"enum", certificate_defects()}}}})}};
    return {{"type", "string"}, {"minLength", 1}};
}

}  // namespace

std::string json_schema() {
    Json properties = Json::object();
    std::vector<std::string> required;
    for (const auto& key : file_keys()) {
        properties[key.name] = described(key.doc, file_key_schema(key.name));
        if (key.required) required.push_back(key.name);
    }
    Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"},
                {"title", "hubspec scenario"},
                {"description", "A conversation with an IoT Hub. scenarios/README.md is the language on one page."}};
    schema.update(closed_object(std::move(properties), required));
    const auto seat_is = [](const char* seat) {
        return Json{{"properties", {{"seat", {{"const", seat}}}}}, {"required", {"seat"}}};
    };
    const auto steps_are = [](const char* name) { return Json{{"properties", {{"steps", reference(name)}}}}; };
    schema["if"] = seat_is("hub");
    schema["then"] = steps_are("hub_seat_steps");
    schema["else"] = {{"if", seat_is("both")}, {"then", steps_are("shared_steps")}, {"else", steps_are("steps")}};
    schema["definitions"] = definitions();
    return schema.dump(2) + "\n";
}

}  // namespace hubspec::scenario
