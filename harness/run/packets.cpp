#include "harness/run/packets.hpp"

#include <algorithm>
#include <stdexcept>

#include "harness/iothub/property_bag.hpp"
#include "harness/iothub/sas_token.hpp"
#include "harness/iothub/user_name.hpp"
#include "harness/mqtt/hex.hpp"
#include "harness/run/sas_defects.hpp"

namespace hubspec::run {

using namespace model;

namespace {

mqtt::Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

std::uint8_t byte(const Fields& fields, std::string_view name, std::int64_t otherwise) {
    return static_cast<std::uint8_t>(fields.integer(name, otherwise));
}

std::optional<mqtt::Will> will_of(const Fields& fields) {
    if (!fields.has("will")) return std::nullopt;
    const auto members = fields.members("will");
    const Fields will(members, fields.bindings());
    return mqtt::Will{will.text("topic"), will.body(), byte(will, "qos", 0), will.flag("retain", false)};
}

std::string documented_user_name(const Credentials& credentials) {
    iothub::UserName user_name;
    user_name.host = credentials.host_name;
    user_name.device_id = credentials.identity.device_id;
    if (!credentials.identity.module_id.empty()) user_name.module_id = credentials.identity.module_id;
    user_name.query = {{"api-version", std::string(iothub::documented_api_version)}};
    return iothub::format_user_name(user_name);
}

std::string key_text(const Fields& sas, const Credentials& credentials) {
    if (sas.has("policy")) {
        const auto key = credentials.policy_key(sas.text("policy"));
        if (!key)
            throw std::runtime_error("the key of the shared access policy '" + sas.text("policy") +
                                     "' is not known for this target");
        return *key;
    }
    const auto key = sas.text("key", "primary");
    if (key == "primary") return credentials.identity.primary_key;
    if (key == "secondary") return credentials.identity.secondary_key;
    if (key == "former") return credentials.identity.former_key;
    return key;
}

std::string lower_case_escapes(std::string text) {
    for (std::size_t i = 0; i + 2 < text.size(); ++i)
        if (text[i] == '%') {
            text[i + 1] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[i + 1])));
            text[i + 2] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[i + 2])));
        }
    return text;
}

std::string escape(const std::string& text, const std::string& escapes) {
    if (escapes == "none") return text;
    const auto once = iothub::percent_encode(text);
    if (escapes == "double") return iothub::percent_encode(once);
    return escapes == "lower" ? lower_case_escapes(once) : once;
}

/// Puts sr, sig and se into the fields.
void sign(SasParts& parts, const std::string& escapes, const Credentials& credentials) {
    auto key = iothub::base64_decode(parts.key);
    if (!key) throw std::runtime_error("the key of identity '" + credentials.identity.name + "' is not Base64");
    if (parts.key_is_text) key = bytes_of(parts.key);
    const auto resource = escape(parts.resource, escapes);
    const auto& signed_resource = parts.signed_resource.empty() ? resource : parts.signed_resource;
    const auto signature = iothub::sas_signature(signed_resource, parts.signs_expiry ? parts.expiry : "", *key);
    parts.fields = {
        {"sr", resource}, {"sig", escape(signature, escapes == "lower" ? "lower" : "upper")}, {"se", parts.expiry}};
}

/// In the order that the line gives, which also leaves fields out and spells them in another case.
std::string join_in_order(const std::vector<std::pair<std::string, std::string>>& all, const Fields& sas) {
    std::vector<std::string> order;
    for (const auto& item : sas.items("fields")) order.push_back(text_of(resolve(item, sas.bindings())));
    std::string text;
    for (const auto& name : order)
        for (const auto& [key, value] : all) {
            std::string lowered = name;
            std::transform(lowered.begin(), lowered.end(), lowered.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            if (lowered == key) text += (text.empty() ? "" : "&") + name + "=" + value;
        }
    return text;
}

std::string join_fields(const std::vector<std::pair<std::string, std::string>>& all, const Fields& sas,
                        const std::string& defect) {
    if (!sas.items("fields").empty()) return join_in_order(all, sas);
    std::string text;
    for (const auto& [key, value] : all) {
        auto name = key;
        if (defect == "upper_case_fields")
            std::transform(name.begin(), name.end(), name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        text += (text.empty() ? "" : "&") + name + "=" + value;
    }
    return text;
}

std::optional<mqtt::Bytes> password_of(const Fields& fields, const Credentials& credentials) {
    if (fields.is_null("password")) return std::nullopt;
    if (fields.has("password")) return bytes_of(fields.text("password"));
    if (credentials.identity.has_certificate() && !fields.has("auth")) return std::nullopt;  // AUTH-07
    const auto auth = fields.members("auth");
    const Fields auth_fields(auth, fields.bindings());
    const auto sas = auth_fields.members("sas");
    return bytes_of(sas_token(Fields(sas, fields.bindings()), credentials));
}

mqtt::PacketId packet_id(const Fields& fields, mqtt::PacketId otherwise) {
    return static_cast<mqtt::PacketId>(fields.integer("packet_id", otherwise));
}

mqtt::Suback suback_packet(const Fields& fields, mqtt::PacketId id) {
    mqtt::Suback packet{packet_id(fields, id), {}};
    for (const auto& item : fields.items("return_codes")) {
        const auto value = resolve(item, fields.bindings());
        if (value.integer() != nullptr) packet.return_codes.push_back(static_cast<std::uint8_t>(*value.integer()));
    }
    return packet;
}

mqtt::Packet any_packet(const std::string& verb, const Fields& fields, const Credentials& credentials,
                        mqtt::PacketId id) {
    if (verb == "connect") return connect_packet(fields, credentials);
    if (verb == "subscribe") return subscribe_packet(fields, id);
    if (verb == "unsubscribe") return unsubscribe_packet(fields, id);
    if (verb == "publish") return publish_packet(fields, id);
    if (verb == "puback") return mqtt::Puback{packet_id(fields, id)};
    if (verb == "pubrec") return mqtt::Pubrec{packet_id(fields, id)};
    if (verb == "pubrel") return mqtt::Pubrel{packet_id(fields, id)};
    if (verb == "pubcomp") return mqtt::Pubcomp{packet_id(fields, id)};
    if (verb == "connack") return mqtt::Connack{fields.flag("session_present", false), byte(fields, "return_code", 0)};
    if (verb == "suback") return suback_packet(fields, id);
    if (verb == "unsuback") return mqtt::Unsuback{packet_id(fields, id)};
    if (verb == "pingresp") return mqtt::Pingresp{};
    if (verb == "pingreq") return mqtt::Pingreq{};
    if (verb == "disconnect") return mqtt::Disconnect{};
    throw std::logic_error("the vocabulary has a wire line '" + verb + "' that the runner does not know");
}

}  // namespace

std::string sas_token(const Fields& sas, const Credentials& credentials) {
    const auto seconds = [](auto time) {
        return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
    };
    const auto defect = sas.text("defect", "");
    const auto expiry = seconds(credentials.now + sas.duration("expires_in", std::chrono::hours(1)));
    SasParts parts;
    parts.resource = sas.text("resource", credentials.host_name + "/devices/" + credentials.identity.path());
    parts.expiry = sas.text("expiry", std::to_string(expiry));
    parts.key = key_text(sas, credentials);
    parts.scheme = sas.text("scheme", parts.scheme);
    spoil_before_signing(parts, defect, seconds(credentials.now));
    sign(parts, sas.text("escapes", defect == "double_encoded" ? "double" : "upper"), credentials);
    if (sas.has("policy")) parts.fields.emplace_back("skn", sas.text("policy"));
    spoil_fields(parts, defect);
    return spoil_text(parts.scheme + " " + join_fields(parts.fields, sas, defect), defect);
}

mqtt::Connect connect_packet(const Fields& fields, const Credentials& credentials) {
    mqtt::Connect packet;
    packet.protocol_name = fields.text("protocol_name", "MQTT");
    packet.protocol_level = byte(fields, "protocol_level", 4);
    packet.reserved_flag = fields.flag("reserved_flag", false);
    packet.clean_session = fields.flag("clean_session", true);
    packet.keep_alive = static_cast<std::uint16_t>(fields.integer("keep_alive", 60));
    packet.client_id = fields.text("client_id", credentials.identity.client_id());
    packet.will = will_of(fields);
    if (!fields.is_null("user_name")) packet.user_name = fields.text("user_name", documented_user_name(credentials));
    packet.password = password_of(fields, credentials);
    return packet;
}

mqtt::Subscribe subscribe_packet(const Fields& fields, mqtt::PacketId id) {
    mqtt::Subscribe packet{packet_id(fields, id), {}};
    if (fields.has("filter")) packet.subscriptions.push_back({fields.text("filter"), byte(fields, "qos", 1)});
    for (const auto& item : fields.items("filters")) {
        const auto* object = std::get_if<ObjectPattern>(&item.form);
        if (object == nullptr) {
            packet.subscriptions.push_back({text_of(resolve(item, fields.bindings())), 1});
            continue;
        }
        const Fields one(object->members, fields.bindings());
        packet.subscriptions.push_back({one.text("filter"), byte(one, "qos", 1)});
    }
    return packet;
}

mqtt::Unsubscribe unsubscribe_packet(const Fields& fields, mqtt::PacketId id) {
    mqtt::Unsubscribe packet{packet_id(fields, id), {}};
    if (fields.has("filter")) packet.filters.push_back(fields.text("filter"));
    for (const auto& item : fields.items("filters"))
        packet.filters.push_back(text_of(resolve(item, fields.bindings())));
    return packet;
}

mqtt::Publish publish_packet(const Fields& fields, mqtt::PacketId id) {
    mqtt::Publish packet{fields.text("topic"),      fields.body(),
                         byte(fields, "qos", 0),    fields.flag("retain", false),
                         fields.flag("dup", false), 0};
    if (packet.qos > 0) packet.packet_id = packet_id(fields, id);
    return packet;
}

std::vector<std::size_t> chunks(const Fields& fields) {
    std::vector<std::size_t> sizes;
    for (const auto& item : fields.items("chunks")) {
        const auto value = resolve(item, fields.bindings());
        if (value.integer() != nullptr) sizes.push_back(static_cast<std::size_t>(*value.integer()));
    }
    return sizes;
}

namespace {

std::vector<mqtt::Distortion::Replacement> replacements(const Fields& how) {
    std::vector<mqtt::Distortion::Replacement> all;
    for (const auto& item : how.items("replace")) {
        const auto* object = std::get_if<ObjectPattern>(&item.form);
        if (object == nullptr) continue;
        const Fields one(object->members, how.bindings());
        all.push_back({one.text("text"), mqtt::from_hex(one.text("hex")).value_or(mqtt::Bytes{})});
    }
    return all;
}

}  // namespace

mqtt::Distortion distortion(const Fields& fields) {
    mqtt::Distortion out;
    const auto members = fields.members("distort");
    const Fields how(members, fields.bindings());
    if (how.has("flags")) out.flags = byte(how, "flags", 0);
    if (how.has("remaining_length"))
        out.remaining_length = static_cast<std::uint32_t>(how.integer("remaining_length", 0));
    if (how.has("remaining_length_bytes")) out.remaining_length_bytes = byte(how, "remaining_length_bytes", 1);
    if (how.has("packet_type")) out.packet_type = byte(how, "packet_type", 0);
    if (how.has("connect_flags")) out.connect_flags = byte(how, "connect_flags", 0);
    out.omit_packet_id = how.flag("omit_packet_id", false);
    if (how.has("trailing")) out.trailing = mqtt::from_hex(how.text("trailing")).value_or(mqtt::Bytes{});
    out.replace = replacements(how);
    return out;
}

actors::WirePacket wire_packet(const std::string& verb, const Fields& fields, const Credentials& credentials,
                               mqtt::PacketId id) {
    return {any_packet(verb, fields, credentials, id), distortion(fields), chunks(fields)};
}

}  // namespace hubspec::run
