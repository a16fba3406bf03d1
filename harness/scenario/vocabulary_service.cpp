// service: lines that the back end performs, and everything that is expected.

#include "harness/scenario/vocabulary_types.hpp"

namespace hubspec::scenario {

using namespace types;
using model::Speaker;

namespace {

LineSpec service(std::string name, std::string doc, std::vector<FieldSpec> fields, std::vector<Choice> choices = {},
                 std::vector<std::string> needs = {"service"}) {
    return {
        Speaker::service, std::move(name),         Role::action, std::move(doc), std::move(fields), std::move(choices),
        std::move(needs), LineSpec::Shape::fields, false,        Seats::both};
}

LineSpec expected(Speaker speaker, std::string name, std::string doc, std::vector<FieldSpec> fields = {},
                  std::vector<Choice> choices = {}, std::vector<std::string> needs = {}) {
    return {speaker,          std::move(name),         Role::expectation,
            std::move(doc),   std::move(fields),       std::move(choices),
            std::move(needs), LineSpec::Shape::fields, false,
            Seats::both};
}

LineSpec send() {
    return service(
        "send", "Sends a cloud-to-device message.",
        body(" Empty when missing.") +
            std::vector{
                optional("properties", or_null(dictionary()), "Application properties; null and \"\" differ."),
                optional("message_id", text(), "The message's own id."),
                optional("correlation_id", text(), "The id of what it answers."),
                optional("user_id", text(), "Who sends it."),
                optional("content_type", text(), "Such as application/json."),
                optional("content_encoding", text(), "Such as utf-8."),
                optional("ack", word({"none", "positive", "negative", "full"}), "Which feedback is asked for."),
                optional("expires_in", duration(), "How long the hub keeps it."),
                of_identity("To whom"),
                optional("times", integer(1, 1000), "How often it is sent; 1 when missing."),
            },
        {one_body()}, {"service", "cloud_to_device"});
}

std::vector<FieldSpec> twin_write() {
    return {of_identity("Whose twin"), optional("desired", json(), "Desired properties."),
            optional("tags", json(), "Tags."), optional("if_match", text(), "The ETag that the twin must have.")};
}

LineSpec set_desired() {
    LineSpec line =
        service("set_desired", "Patches the desired properties of the device; the members stand here themselves.", {});
    line.shape = LineSpec::Shape::members;
    return line;
}

LineSpec invoke() {
    return service("invoke", "Invokes a direct method; never waits for the answer.",
                   {required("method", text(), "Its name."), optional("payload", json(), "Any JSON."),
                    optional("payload_size", integer(2, largest_payload), "A JSON text of so many bytes instead."),
                    optional("response_timeout", duration(), "How long the device may take."),
                    optional("connect_timeout", duration(), "How long to wait for a device that is not connected."),
                    of_identity("On whom")});
}

Type authorization() {
    return record({optional("policy", text(), "The shared access policy that signs."),
                   optional("expires_in", duration(), "1h when missing; negative for an expired one."),
                   optional("resource", text(), "The resource of the token; the host when missing."),
                   optional("token", text(), "The whole Authorization header."),
                   optional("none", flag(), "true: an empty Authorization header.")},
                  {{"policy", "token", "none"}, {"expires_in", "token", "none"}});
}

LineSpec request() {
    return service(
        "request", "Any request to the service API.",
        {required("method", text(), "GET, PUT, ..."), required("path", text(), "Path and query, percent-encoded."),
         optional("json", json(), "The body as JSON."), optional("payload", text(), "The body as text."),
         optional("headers", dictionary(), "Further headers."),
         optional("auth", authorization(), "Another token than the ordinary one.")},
        {{{"json", "payload"}, false}});
}

std::vector<FieldSpec> limits() {
    const auto limit = [](std::string name, std::string doc) {
        return optional(std::move(name), integer(0, 1'000'000'000), std::move(doc));
    };
    return {optional("tier", word({"f1", "b1", "s1"}), "The tier whose limits hold where none stands here."),
            limit("telemetry_per_second", "Messages of all devices; more of them wait."),
            limit("longest_delay_in_seconds", "How long such a message may have to wait; 10 when missing."),
            limit("connections_per_second", "New connections of devices."),
            limit("twin_reads_per_second", "GET requests for twins, of devices and of the back end."),
            limit("twin_updates_per_second", "Changes of twins, of devices and of the back end."),
            limit("cloud_to_device_per_minute", "Messages that the back end sends."),
            limit("identity_operations_per_minute", "Requests to the registry."),
            limit("method_kilobytes_per_second", "What calls take, each at least one."),
            limit("messages_per_day", "Messages of all devices and to all devices."),
            limit("identities", "Identities in the registry."),
            limit("methods_in_flight", "Calls that wait for one device.")};
}

FieldSpec packet_id() { return optional("packet_id", packet_identifier(), "Its packet identifier."); }

std::vector<FieldSpec> expected_body() {
    return {optional("payload", text(), "The payload as text."),
            optional("json", json(), "JSON that must be contained in the payload."),
            optional("hex", hex(), "The payload as bytes.")};
}

std::vector<LineSpec> expected_of_hub() {
    const auto hub = [](std::string name, std::string doc, std::vector<FieldSpec> fields = {},
                        std::vector<Choice> choices = {}) {
        return expected(Speaker::hub, std::move(name), std::move(doc), std::move(fields), std::move(choices));
    };
    const std::vector<FieldSpec> topic{
        optional("topic", text(), "The topic; its property bag is compared decoded and in any order."),
        optional("raw_topic", text(), "The topic, character by character."),
        optional("properties", dictionary(), "The decoded property bag; null is a name without '='.")};
    const std::vector<FieldSpec> flags{optional("size", integer(0, largest_payload), "The payload's length in bytes."),
                                       optional("qos", quality_of_service(), "Its quality of service."),
                                       optional("retain", flag(), "Its RETAIN flag."),
                                       optional("dup", flag(), "Its DUP flag."), packet_id()};
    return {
        hub("connack", "CONNACK.",
            {optional("return_code", integer(0, 255), "0 is accepted."),
             optional("session_present", flag(), "Its flag.")}),
        hub("suback", "SUBACK.",
            {packet_id(), optional("return_codes", list({integer(0, 255)}), "One for each topic filter.")}),
        hub("unsuback", "UNSUBACK.", {packet_id()}),
        hub("puback", "PUBACK.", {packet_id()}),
        hub("pubrec", "PUBREC.", {packet_id()}),
        hub("pubrel", "PUBREL.", {packet_id()}),
        hub("pubcomp", "PUBCOMP.", {packet_id()}),
        hub("publish", "PUBLISH.", topic + expected_body() + flags, {{{"payload", "json", "hex"}, false}}),
        hub("pingresp", "PINGRESP."),
        hub("closes", "The hub closes the connection.", {optional("how", text(), "How it was seen.")}),
        hub("upgrade", "The answer to the upgrade to a WebSocket.",
            {optional("status", integer(100, 599), "101 is granted."),
             optional("headers", dictionary(), "Headers, their names in lower case.")}),
        hub("opens", "The transport is open.", {optional("tls_version", text(), "Such as TLSv1.3.")}),
    };
}

}  // namespace

std::vector<LineSpec> service_lines() {
    return {
        send(),
        service("get_twin", "Reads a twin.", {of_identity("Whose twin")}),
        service("patch_twin", "Changes parts of a twin.", twin_write()),
        service("replace_twin", "Replaces desired properties and tags.", twin_write()),
        set_desired(),
        invoke(),
        service("update_identity", "Changes an identity in the registry.",
                {of_identity("Which"), optional("status", word({"enabled", "disabled"}), "enabled when missing."),
                 optional("rotate_keys", flag(), "Gives it new keys; false when missing.")}),
        service("delete_identity", "Removes an identity from the registry.", {of_identity("Which")}),
        service("purge", "Removes the cloud-to-device messages that wait.", {of_identity("Whose")}, {},
                {"service", "cloud_to_device"}),
        request(),
        service("limit", "The hub takes no more than this from now on, and anything of what does not stand here.",
                limits(), {}, {"service", "faults"}),
        service("fault", "The embedded hub deviates from now on.", {required("name", text(), "The deviation.")}, {},
                {"service", "faults"}),
    };
}

std::vector<LineSpec> expected_lines() {
    auto lines = expected_of_hub();
    lines.push_back(
        expected(Speaker::service, "answer", "The answer to a service line.",
                 {optional("to", of(Kind::exchange), "The line's name, given with `as`; the last one when missing."),
                  optional("status", integer(100, 599), "The HTTP status; of all lines but `send`."),
                  optional("outcome", word({"accepted", "rejected", "released"}), "Of `send`: what became of it."),
                  optional("condition", text(), "Of `send`: why it was rejected, as in amqp:not-found."),
                  optional("description", text(), "Of `send`: the same in the hub's words."),
                  optional("json", json(), "JSON that must be contained in the body."),
                  optional("payload", text(), "The body as text."),
                  optional("headers", dictionary(), "Headers, their names in lower case.")},
                 {{{"json", "payload"}, false}}, {"service"}));
    lines.push_back(expected(
        Speaker::service, "telemetry", "A message that reached the back end.",
        expected_body() + std::vector{optional("size", integer(0, largest_payload), "The payload's length in bytes."),
                                      optional("properties", dictionary(), "Application properties."),
                                      optional("system", dictionary(), "System properties."),
                                      optional("annotations", dictionary(), "Message annotations."),
                                      of_identity("From whom")},
        {{{"payload", "json", "hex"}, false}}, {"telemetry"}));
    lines.push_back(expected(
        Speaker::service, "log", "An entry of the hub's log.",
        {optional("code", json(), "Its number."), optional("name", text(), "Its name."),
         optional("operation", text(), "What the device did."), optional("level", text(), "Information or Error."),
         optional("properties", json(), "Who, how and from where."), of_identity("About whom")},
        {}, {"log"}));
    return lines;
}

}  // namespace hubspec::scenario
