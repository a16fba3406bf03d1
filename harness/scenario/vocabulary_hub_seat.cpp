// The hub seat: what is expected of the device under test and of its application, and how the hub is perturbed.

#include "harness/scenario/vocabulary_types.hpp"

namespace hubspec::scenario {

using namespace types;
using model::Speaker;

namespace {

LineSpec line(Speaker speaker, Role role, std::string name, std::string doc, std::vector<FieldSpec> fields,
              std::vector<Choice> choices = {}) {
    LineSpec spec{speaker, std::move(name), role, std::move(doc), std::move(fields), std::move(choices), {}};
    spec.seats = Seats::hub;
    return spec;
}

FieldSpec packet_id() { return optional("packet_id", packet_identifier(), "Its packet identifier."); }

std::vector<FieldSpec> message() {
    return {optional("topic", text(), "The topic; its property bag is compared decoded and in any order."),
            optional("raw_topic", text(), "The topic, character by character."),
            optional("properties", dictionary(), "The decoded property bag; null is a name without '='."),
            optional("payload", text(), "The payload as text."),
            optional("json", json(), "JSON that must be contained in the payload."),
            optional("hex", hex(), "The payload as bytes."),
            optional("size", integer(0, largest_payload), "The payload's length in bytes."),
            optional("qos", quality_of_service(), "Its quality of service."),
            optional("retain", flag(), "Its RETAIN flag."),
            optional("dup", flag(), "Its DUP flag."),
            packet_id()};
}

std::vector<LineSpec> device() {
    const auto expect = [](std::string name, std::string doc, std::vector<FieldSpec> fields = {},
                           std::vector<Choice> choices = {}) {
        return line(Speaker::device, Role::expectation, std::move(name), std::move(doc), std::move(fields),
                    std::move(choices));
    };
    return {
        expect("opens", "The device has opened a transport.",
               {optional("server_name", text(), "What its ClientHello asked for."),
                optional("tls_version", text(), "Such as TLSv1.3."),
                optional("transport", word({"tls", "wss"}), "What it speaks over."),
                optional("certificate", flag(), "It showed a client certificate."),
                optional("chain", flag(), "With all that stands between it and an authority that the hub knows."),
                optional("path", text(), "Of a WebSocket, with its query.")}),
        expect("refuses",
               "The device does not accept the hub's certificate: TLS fails, or the device leaves before CONNECT.",
               {optional("how", text(), "How it was seen.")}),
        expect(
            "connect", "CONNECT.",
            {optional("client_id", text(), "Its client identifier."), optional("user_name", text(), "Its user name."),
             optional("has_password", flag(), "Whether a password is there; it is never shown."),
             optional("clean_session", flag(), "Its flag."), optional("keep_alive", integer(0, 65535), "In seconds."),
             optional("will_topic", text(), "The topic of its Will."),
             optional("will_qos", quality_of_service(), "Of its Will."),
             optional("will_retain", flag(), "Of its Will.")}),
        expect("subscribe", "SUBSCRIBE with this topic filter among others.",
               {optional("filter", text(), "The topic filter."),
                optional("qos", quality_of_service(), "Which it asks for."), packet_id()}),
        expect("unsubscribe", "UNSUBSCRIBE with this topic filter among others.",
               {optional("filter", text(), "The topic filter."), packet_id()}),
        expect("publish", "PUBLISH.", message(), {{{"payload", "json", "hex"}, false}}),
        expect("puback", "PUBACK.", {packet_id()}),
        expect("pingreq", "PINGREQ."),
        expect("disconnect", "DISCONNECT."),
        expect("closes", "The device closes the connection.", {optional("how", text(), "How it was seen.")}),
        expect("malformed", "Bytes that are no MQTT."),
        expect("exits", "The program ends.",
               {optional("status", integer(-64, 255), "Its exit status; minus a signal's number.")}),
    };
}

std::vector<LineSpec> app() {
    const auto ask = [](std::string name, std::string doc, std::vector<FieldSpec> fields = {}) {
        return line(Speaker::app, Role::action, std::move(name), std::move(doc), std::move(fields));
    };
    const auto expect = [](std::string name, std::string doc, std::vector<FieldSpec> fields = {}) {
        return line(Speaker::app, Role::expectation, std::move(name), std::move(doc), std::move(fields));
    };
    const auto properties = optional("properties", dictionary(), "Application properties; null and \"\" differ.");
    const auto system = optional("system", dictionary(), "message_id, correlation_id, content_type, ...");
    return {
        ask("connect", "Is asked to connect."),
        ask("disconnect", "Is asked to disconnect in an orderly way."),
        ask("telemetry", "Is asked to send one message.",
            {optional("payload", text(), "Its text."), properties, system,
             optional("output", text(), "Of a module: the output."),
             optional("long_property", integer(1, 1'000'000), "A property `long` of so many x.")}),
        ask("report", "Is asked to patch its reported properties.", {required("patch", json(), "The patch.")}),
        ask("get_twin", "Is asked to read its twin."),
        ask("answer_method", "Is told how to answer this method from now on.",
            {required("name", text(), "The method."),
             optional("status", integer(-2147483648, 2147483647), "200 when missing."),
             optional("payload", json(), "The answer."), optional("after_ms", integer(0, 600000), "How late.")}),
        ask("renew_token", "Is asked to use a new SAS token."),
        ask("quit", "Is asked to end."),
        expect("connected", "The application was told of the connection."),
        expect("disconnected", "The application was told that the connection is lost.",
               {optional("reason", text(), "As it says.")}),
        expect("message", "The application got a cloud-to-device message.",
               {optional("payload", text(), "Its text."),
                optional("size", integer(0, largest_payload), "Its length in bytes."), properties, system,
                optional("input", text(), "Of a module: the input.")}),
        expect("desired", "The application got a change of desired properties.",
               {optional("patch", json(), "JSON that must be contained in it.")}),
        expect("method", "The application was called.",
               {optional("name", text(), "The method."), optional("payload", json(), "What it was called with.")}),
        expect("answer", "What the program answers to what it was asked last.",
               {optional("done", flag(), "It was done."), optional("twin", json(), "Of get_twin: what it read."),
                optional("failed", text(), "Why it was not.")}),
    };
}

std::vector<std::string> packets_of_hub() { return {"connack", "suback", "unsuback", "puback", "publish", "pingresp"}; }

std::vector<FieldSpec> own_publish() {
    return std::vector{required("topic", text(), "Its topic.")} + body(" Empty when missing.") +
           std::vector{optional("qos", quality_of_service(), "0 when missing."),
                       optional("retain", flag(), "false when missing."),
                       optional("dup", flag(), "false when missing."), packet_id()};
}

std::vector<LineSpec> hub() {
    const auto act = [](std::string name, std::string doc, std::vector<FieldSpec> fields = {},
                        std::vector<Choice> choices = {}) {
        return line(Speaker::hub, Role::action, std::move(name), std::move(doc), std::move(fields), std::move(choices));
    };
    const auto packet = required("packet", word(packets_of_hub()), "Which packets.");
    const auto topic = optional("topic", text(), "Only a PUBLISH whose topic begins so.");
    const auto times = optional("times", integer(1, 1000), "How often; always when missing.");
    return {
        act("drop", "Ends the device's connections.",
            {optional("how", word({"fin", "reset", "silence"}),
                      "fin when missing; silence: it is open, and nothing comes any more.")}),
        act("withhold", "Packets that do not go out from now on.", {packet, topic, times}),
        act("delay", "Packets that go out late from now on.",
            {packet, topic, times, required("by", duration(), "How late.")}),
        act("duplicate", "Packets that go out twice from now on.", {packet, topic, times}),
        act("reorder", "Packets that go out after the next one from now on.", {packet, topic, times}),
        act("close_after", "The connection ends after such a packet from now on.",
            {packet, topic, times, optional("how", word({"fin", "reset", "silence"}), "fin when missing.")}),
        act("answer_connect", "How CONNECT is answered from now on.",
            {optional("return_code", integer(0, 255), "The code of CONNACK."),
             optional("session_present", flag(), "The flag of CONNACK."), times}),
        act("answer_twin", "How twin requests are answered from now on.",
            {optional("of", word({"get", "patch", "both"}), "Which requests; both when missing."),
             required("status", integer(100, 999), "In place of 200 or 204."),
             optional("payload", text(), "The body; empty when missing."), times}),
        act("answer_subscribe", "How SUBSCRIBE is answered from now on.",
            {required("return_code", integer(0, 255), "Of every filter."), times}),
        act("inject", "Sends a PUBLISH of its own making.", own_publish(), {one_body()}),
        act("append", "A PUBLISH of its own making behind each such packet from now on, in one TLS record with it.",
            std::vector{packet, times} + own_publish(), {one_body()}),
        act("bytes", "Sends bytes of its own making.", {required("hex", hex(), "The bytes.")}),
        act("pieces", "Sends everything in pieces from now on.",
            {required("bytes", integer(1, 65535), "Of so many bytes, each a TLS record of its own.")}),
        act("certificate", "The certificate of new connections.",
            {required("show", word({"proper", "rotated", "unknown_root", "other_name", "expired", "not_yet_valid"}),
                      "Which.")}),
        act("fault", "Behaves like this named deviation or fault from now on.",
            {required("name", text(), "Its name.")}),
        act("mend", "Behaves properly from now on."),
    };
}

}  // namespace

std::vector<LineSpec> hub_seat_lines() {
    std::vector<LineSpec> lines;
    for (auto& part : {device(), app(), hub()}) lines.insert(lines.end(), part.begin(), part.end());
    return lines;
}

}  // namespace hubspec::scenario
