// device: lines, performed by a well-behaved client; and wire: lines, performed packet by packet on a raw connection.

#include "harness/scenario/vocabulary_types.hpp"

namespace hubspec::scenario {

using namespace types;
using model::Speaker;

namespace {

std::vector<std::string> sas_defects() {
    return {"expired",
            "far_future",
            "negative_expiry",
            "expiry_in_words",
            "expiry_with_fraction",
            "wrong_key",
            "key_as_text",
            "decoded_resource",
            "unsigned_expiry",
            "other_device",
            "half_device",
            "other_hub",
            "wrong_scope",
            "no_sr",
            "no_sig",
            "no_se",
            "empty_sr",
            "empty_sig",
            "empty_se",
            "twice_sr",
            "twice_se",
            "tampered_expiry",
            "tampered_resource",
            "tampered_signature",
            "truncated_signature",
            "encoded_signature",
            "signature_no_base64",
            "empty_skn",
            "unknown_skn",
            "extra_field",
            "upper_case_fields",
            "truncated",
            "not_a_token",
            "no_scheme",
            "other_scheme",
            "lower_case_scheme",
            "two_spaces",
            "connection_string",
            "leading_space",
            "trailing_space",
            "trailing_newline",
            "double_encoded"};
}

Type sas_token() {
    return record(
        {
            optional("key", text(), "primary (default), secondary, or the key itself in Base64."),
            optional("expires_in", duration(),
                     "How long the token is good for; 1h when missing, negative for one that has expired."),
            optional("expiry", text(), "The text of se= itself, instead of expires_in."),
            optional("policy", text(), "The shared access policy whose key signs; adds skn=."),
            optional("resource", text(), "The resource of sr= before it is escaped; HOST/devices/ID when missing."),
            optional("fields", list({text()}),
                     "The fields of the token in their order, as they are spelled; sr, sig, se, skn when missing."),
            optional("escapes", word({"upper", "lower", "double", "none"}),
                     "How sr= is percent-encoded; upper when missing."),
            optional("defect", word(sas_defects()), "The one thing that is wrong about the token."),
            optional("scheme", text(), "The word before the fields; SharedAccessSignature when missing."),
        },
        {{"expires_in", "expiry"}, {"key", "policy"}});
}

Type will() {
    return record(std::vector{required("topic", text(), "Where the hub publishes it.")} + body(" Empty when missing.") +
                      std::vector{optional("qos", quality_of_service(), "0 when missing."),
                                  optional("retain", flag(), "false when missing.")},
                  {{"payload", "json", "hex", "size"}});
}

FieldSpec transport() {
    return optional("transport", word({"tls", "wss"}),
                    "MQTT over TLS, or in a WebSocket over TLS; the axis transport, or tls, when missing.");
}

FieldSpec certificate() {
    return optional("certificate", or_null(identity()),
                    "The identity whose certificate is shown; its own when missing, null is none.");
}

std::vector<FieldSpec> connect_fields() {
    return {
        transport(),
        optional("clean_session", flag(), "true when missing."),
        optional("keep_alive", integer(0, 65535), "Seconds; 60 when missing."),
        optional("client_id", text(), "The identity's own when missing."),
        optional("user_name", or_null(text()), "The documented form when missing; null is none."),
        optional("password", or_null(text()), "A SAS token of the identity when missing; null is none."),
        optional("auth", record({optional("sas", sas_token(), "Another SAS token than the ordinary one.")}),
                 "How the password is made."),
        of_identity("Whose name and key are used"),
        certificate(),
        optional("will", will(), "The message that the hub publishes when the connection is lost."),
    };
}

std::vector<FieldSpec> subscribe_fields() {
    return {
        optional("filter", text(), "One topic filter."),
        optional("qos", quality_of_service(), "The highest quality of service that is asked for; 1 when missing."),
        optional("filters",
                 list({record({required("filter", text(), "A topic filter."),
                               optional("qos", quality_of_service(), "1 when missing.")}),
                       text()}),
                 "Several topic filters."),
    };
}

std::vector<Choice> filter_choices() { return {{{"filter", "filters"}, true}, {{"qos", "filters"}, false}}; }

std::vector<FieldSpec> unsubscribe_fields() {
    return {optional("filter", text(), "One topic filter."),
            optional("filters", list({text()}), "Several topic filters.")};
}

std::vector<FieldSpec> publish_fields() {
    return std::vector{required("topic", text(), "The topic as it stands on the wire.")} +
           body(" Empty when missing.") +
           std::vector{optional("qos", quality_of_service(), "0 when missing."),
                       optional("retain", flag(), "false when missing.")};
}

FieldSpec packet_id() { return optional("packet_id", packet_identifier(), "The next free one when missing."); }

FieldSpec distort() {
    return optional("distort",
                    record({
                        optional("flags", integer(0, 15), "The low four bits of the first byte."),
                        optional("remaining_length", integer(0, largest_payload),
                                 "The length that is announced, whatever follows."),
                        optional("remaining_length_bytes", integer(1, 8),
                                 "So many bytes for the length; five and more are malformed."),
                        optional("packet_type", integer(0, 15), "The high four bits of the first byte."),
                        optional("connect_flags", integer(0, 255), "The flags byte of CONNECT."),
                        optional("omit_packet_id", flag(), "Leaves the packet identifier out."),
                        optional("replace",
                                 list({record({required("text", text(), "A text in the body of the packet."),
                                               required("hex", hex(), "The bytes in its place.")})}),
                                 "Bytes that no text can hold; as many as the text had keep the lengths true."),
                        optional("trailing", hex(), "Bytes after the end of the packet, counted in its length."),
                    }),
                    "What is wrong about the packet.");
}

FieldSpec chunks() {
    return optional(
        "chunks", list({integer(1, largest_payload)}),
        "Sizes of the TLS records it goes out in, the last one as often as needed; one record when missing.");
}

FieldSpec first() {
    return optional("first", integer(1, largest_payload), "Only so many bytes of it go out; `rest` sends more.");
}

LineSpec device(std::string name, std::string doc, std::vector<FieldSpec> fields = {},
                std::vector<Choice> choices = {}) {
    return {Speaker::device,
            std::move(name),
            Role::action,
            std::move(doc),
            std::move(fields),
            std::move(choices),
            {},
            LineSpec::Shape::fields,
            false};
}

LineSpec wire(std::string name, std::string doc, std::vector<FieldSpec> fields = {}) {
    return {Speaker::wire,
            std::move(name),
            Role::action,
            std::move(doc),
            std::move(fields),
            {},
            {},
            LineSpec::Shape::fields,
            false};
}

LineSpec packet(std::string name, std::string doc, std::vector<FieldSpec> fields = {},
                std::vector<Choice> choices = {}) {
    fields.push_back(distort());
    fields.push_back(chunks());
    fields.push_back(first());
    fields.push_back(optional("frame", word({"binary", "text"}), "The WebSocket frame; binary when missing."));
    return {Speaker::wire,
            std::move(name),
            Role::action,
            std::move(doc),
            std::move(fields),
            std::move(choices),
            {},
            LineSpec::Shape::fields,
            true};
}

LineSpec send() {
    LineSpec line = wire("send", "Several packets in one TLS record.");
    line.shape = LineSpec::Shape::packets;
    return line;
}

std::vector<LineSpec> client_packets() {
    return {
        packet("connect", "CONNECT; opens the transport when it is not open.",
               connect_fields() +
                   std::vector{optional("protocol_name", text(), "MQTT when missing."),
                               optional("protocol_level", integer(0, 255), "4 when missing."),
                               optional("reserved_flag", flag(), "The lowest bit of the flags; false when missing.")},
               {{{"password", "auth"}, false}}),
        packet("subscribe", "SUBSCRIBE.", subscribe_fields() + std::vector{packet_id()}, filter_choices()),
        packet("unsubscribe", "UNSUBSCRIBE.", unsubscribe_fields() + std::vector{packet_id()},
               {{{"filter", "filters"}, true}}),
        packet("publish", "PUBLISH.",
               publish_fields() + std::vector{packet_id(), optional("dup", flag(), "false when missing.")},
               {one_body()}),
        packet("puback", "PUBACK.", {packet_id()}),
        packet("pubrec", "PUBREC.", {packet_id()}),
        packet("pubrel", "PUBREL.", {packet_id()}),
        packet("pubcomp", "PUBCOMP.", {packet_id()}),
        packet("pingreq", "PINGREQ."),
        packet("disconnect", "DISCONNECT; the connection stays open."),
    };
}

std::vector<LineSpec> server_packets() {
    return {
        packet("connack", "CONNACK, which only a server may send.",
               {optional("return_code", integer(0, 255), "0 when missing."),
                optional("session_present", flag(), "false when missing.")}),
        packet("suback", "SUBACK, which only a server may send.",
               {packet_id(),
                optional("return_codes", list({integer(0, 255)}), "One for each topic filter; none when missing.")}),
        packet("unsuback", "UNSUBACK, which only a server may send.", {packet_id()}),
        packet("pingresp", "PINGRESP, which only a server may send."),
    };
}

}  // namespace

std::vector<LineSpec> device_lines() {
    return {
        device("connect", "CONNECT; waits for CONNACK with return code 0.", connect_fields(),
               {{{"password", "auth"}, false}}),
        device("subscribe", "SUBSCRIBE; waits for SUBACK without 0x80.", subscribe_fields(), filter_choices()),
        device("unsubscribe", "UNSUBSCRIBE; waits for UNSUBACK.", unsubscribe_fields(),
               {{{"filter", "filters"}, true}}),
        device("publish", "PUBLISH; with QoS 1 it waits for PUBACK.", publish_fields(), {one_body()}),
        device("disconnect", "DISCONNECT, then the connection closes."),
        device("drop", "Closes the connection without DISCONNECT."),
    };
}

std::vector<LineSpec> wire_lines() {
    std::vector<LineSpec> lines{
        wire("open", "Opens the transport and sends no CONNECT.",
             {optional("tls", word({"any", "1.2", "1.3"}), "The TLS version; any when missing."),
              optional("plain", flag(), "TCP without TLS; false when missing."), transport(), certificate(),
              optional("path", text(), "Of the WebSocket, with its query; /$iothub/websocket when missing."),
              optional("subprotocol", or_null(text()), "What the upgrade offers; mqtt when missing, null is none."),
              optional("headers", dictionary(), "Further headers of the upgrade.")})};
    lines.front().choices = {{{"tls", "plain"}, false}, {{"plain", "transport"}, false}};
    for (const auto& part : {client_packets(), server_packets()}) lines.insert(lines.end(), part.begin(), part.end());
    lines.push_back(wire("close", "Closes the transport.",
                         {optional("how", word({"fin", "reset"}), "fin (TLS close_notify, then FIN) when missing.")}));
    lines.push_back(wire("ping_frame", "A WebSocket ping, which is no MQTT."));
    lines.push_back(wire("bytes", "Raw bytes.", {required("hex", hex(), "The bytes: \"10 00\"."), chunks()}));
    lines.push_back(wire("rest", "What `first` has kept back of the last packet.", {first()}));
    lines.push_back(send());
    return lines;
}

}  // namespace hubspec::scenario
