#include "harness/mqtt/figures.hpp"
#include "harness/mqtt/hex.hpp"

/// CONNECT and CONNACK, sections 3.1 and 3.2.
namespace hubspec::mqtt {
namespace {

bool protocol_name(Cursor& cursor, Connect& connect) {
    // Another name is a decision of the server, not a malformation [MQTT-3.1.2-1].
    const auto name = cursor.text({"protocol name", "MQTT 3.1.2.1"}, TextKind::plain);
    if (name) connect.protocol_name = *name;
    return name.has_value();
}

bool protocol_level(Cursor& cursor, Connect& connect) {
    // Another level is answered with CONNACK return code 1 [MQTT-3.1.2-2].
    const auto level = cursor.byte({"protocol level", "MQTT 3.1.2.2"});
    if (level) connect.protocol_level = *level;
    return level.has_value();
}

struct ConnectFlags {
    bool reserved, clean_session, will;
    std::uint8_t will_qos;
    bool will_retain, password, user_name;
};

/// Figure 3.4.
ConnectFlags split(std::uint8_t bits) {
    const auto bit = [bits](int place) { return (bits >> place & 1) != 0; };
    return {bit(0), bit(1), bit(2), static_cast<std::uint8_t>(bits >> 3 & 3), bit(5), bit(6), bit(7)};
}

bool legal(Cursor& cursor, const ConnectFlags& flags, std::size_t offset) {
    const auto holds = [&](bool broken, std::string_view clause, const std::string& text) {
        return !broken || cursor.fail(clause, "connect flags have " + text, offset);
    };
    return holds(flags.reserved, "MQTT-3.1.2-3", "the reserved bit 0 set") &&
           holds(!flags.will && flags.will_qos != 0, "MQTT-3.1.2-13",
                 "will QoS " + std::to_string(flags.will_qos) + " without the will flag") &&
           holds(flags.will && flags.will_qos == 3, "MQTT-3.1.2-14", "will QoS 3; it is 0, 1 or 2") &&
           holds(!flags.will && flags.will_retain, "MQTT-3.1.2-15", "will retain without the will flag") &&
           holds(flags.password && !flags.user_name, "MQTT-3.1.2-22", "a password without a user name");
}

bool connect_flags(Cursor& cursor, Connect& connect) {
    const std::size_t offset = cursor.offset();
    const auto bits = cursor.byte({"connect flags", "MQTT 3.1.2.3"});
    if (!bits) return false;
    const ConnectFlags flags = split(*bits);
    if (!legal(cursor, flags, offset)) return false;
    connect.clean_session = flags.clean_session;
    if (flags.will) connect.will = Will{{}, {}, flags.will_qos, flags.will_retain};
    if (flags.user_name) connect.user_name.emplace();
    if (flags.password) connect.password.emplace();
    return true;
}

bool keep_alive(Cursor& cursor, Connect& connect) {
    const auto seconds = cursor.two_bytes({"keep alive", "MQTT 3.1.2.10"});
    if (seconds) connect.keep_alive = *seconds;
    return seconds.has_value();
}

/// A field that the connect flags announce must be in the payload.
bool missing(Cursor& cursor, std::string_view clause, std::string_view name) {
    return cursor.fail(clause, std::string(name) + " is missing: the packet ends before it", cursor.offset());
}

bool client_id(Cursor& cursor, Connect& connect) {
    if (cursor.left() == 0) return missing(cursor, "MQTT-3.1.3-3", "client id");
    const auto id = cursor.text({"client id", "MQTT 3.1.3.1"}, TextKind::plain);
    if (id) connect.client_id = *id;
    return id.has_value();
}

bool will_topic(Cursor& cursor, Connect& connect) {
    if (!connect.will) return true;
    if (cursor.left() == 0) return missing(cursor, "MQTT-3.1.2-9", "will topic");
    const auto topic = cursor.text({"will topic", "MQTT 3.1.3.2"}, TextKind::will_topic);
    if (topic) connect.will->topic = *topic;
    return topic.has_value();
}

bool will_message(Cursor& cursor, Connect& connect) {
    if (!connect.will) return true;
    if (cursor.left() == 0) return missing(cursor, "MQTT-3.1.2-9", "will message");
    const auto message = cursor.binary({"will message", "MQTT 3.1.3.3"});
    if (message) connect.will->payload.assign(message->begin(), message->end());
    return message.has_value();
}

bool user_name(Cursor& cursor, Connect& connect) {
    if (!connect.user_name) return true;
    if (cursor.left() == 0) return missing(cursor, "MQTT-3.1.2-19", "user name");
    const auto name = cursor.text({"user name", "MQTT 3.1.3.4"}, TextKind::plain);
    if (name) connect.user_name = *name;
    return name.has_value();
}

bool password(Cursor& cursor, Connect& connect) {
    if (!connect.password) return true;
    if (cursor.left() == 0) return missing(cursor, "MQTT-3.1.2-21", "password");
    const auto bytes = cursor.binary({"password", "MQTT 3.1.3.5"});
    if (bytes) connect.password->assign(bytes->begin(), bytes->end());
    return bytes.has_value();
}

// The order of the payload is [MQTT-3.1.3-1].
constexpr Row<Connect> connect_rows[] = {protocol_name, protocol_level, connect_flags, keep_alive, client_id,
                                         will_topic,    will_message,   user_name,     password};

bool acknowledge_flags(Cursor& cursor, Connack& connack) {
    const std::size_t offset = cursor.offset();
    const auto flags = cursor.byte({"connect acknowledge flags", "MQTT 3.2.2.1"});
    if (!flags) return false;
    if (*flags > 1) {
        return cursor.fail("MQTT 3.2.2.1",
                           "connect acknowledge flags are " + hex(*flags) + "; the reserved bits 7 to 1 must be 0",
                           offset);
    }
    connack.session_present = *flags == 1;
    return true;
}

bool return_code(Cursor& cursor, Connack& connack) {
    const auto code = cursor.byte({"connect return code", "MQTT 3.2.2.3"});
    if (!code) return false;
    connack.return_code = *code;
    if (!connack.session_present || *code == 0) return true;
    const std::size_t flags = cursor.offset() - 2;
    return cursor.fail("MQTT-3.2.2-4", "session present is 1 with return code " + std::to_string(*code), flags);
}

constexpr Row<Connack> connack_rows[] = {acknowledge_flags, return_code};

}  // namespace

bool is_foreign(const Connect& connect) { return connect.protocol_name != "MQTT" || connect.protocol_level != 4; }

Figure<Connect> figure_of(const Connect&) { return {connect_rows}; }
Figure<Connack> figure_of(const Connack&) { return {connack_rows}; }

}  // namespace hubspec::mqtt
