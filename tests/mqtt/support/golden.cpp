#include "tests/mqtt/support/golden.hpp"

#include "tests/mqtt/support/bytes.hpp"

namespace hubspec::mqtt {
namespace {

Connect connect_with(void (*change)(Connect&)) {
    Connect connect;
    connect.client_id = "D";
    connect.keep_alive = 60;
    change(connect);
    return connect;
}

void everything(Connect& c) {
    c.clean_session = false;
    c.keep_alive = 0x1234;
    c.will = Will{"devices/D/x", {0x00, 0xFF}, 1, true};
    c.user_name = "h/D";
    c.password = Bytes{0x00, 0x01, 0xFE};
}

std::vector<Golden> connects() {
    const auto client = Sender::client;
    return {
        {"CONNECT, least", client, Connect{}, "10 0C 00 04 'MQTT' 04 02 00 00 00 00"},
        {"CONNECT with everything", client, connect_with(everything),
         "10 28 00 04 'MQTT' 04 EC 12 34 00 01 'D' 00 0B 'devices/D/x' 00 02 00 FF 00 03 'h/D' 00 03 00 01 FE"},
        {"CONNECT, clean session 0", client, connect_with([](Connect& c) { c.clean_session = false; }),
         "10 0D 00 04 'MQTT' 04 00 00 3C 00 01 'D'"},
        {"CONNECT, clean session 0, no client id", client,
         connect_with([](Connect& c) { c.clean_session = false, c.client_id.clear(); }),
         "10 0C 00 04 'MQTT' 04 00 00 3C 00 00"},
        {"CONNECT, will QoS 2, empty message", client, connect_with([](Connect& c) {
             c.will = Will{"w", {}, 2, false};
         }),
         "10 12 00 04 'MQTT' 04 16 00 3C 00 01 'D' 00 01 'w' 00 00"},
        {"CONNECT, will QoS 0, retain", client, connect_with([](Connect& c) {
             c.will = Will{"w", {7}, 0, true};
         }),
         "10 13 00 04 'MQTT' 04 26 00 3C 00 01 'D' 00 01 'w' 00 01 07"},
        {"CONNECT, empty user name", client, connect_with([](Connect& c) { c.user_name = ""; }),
         "10 0F 00 04 'MQTT' 04 82 00 3C 00 01 'D' 00 00"},
        {"CONNECT, empty password", client, connect_with([](Connect& c) { c.user_name = "u", c.password = Bytes{}; }),
         "10 12 00 04 'MQTT' 04 C2 00 3C 00 01 'D' 00 01 'u' 00 00"},
        {"CONNECT of MQTT 3.1", client,
         connect_with([](Connect& c) { c.protocol_name = "MQIsdp", c.protocol_level = 3; }),
         "10 0F 00 06 'MQIsdp' 03 02 00 3C 00 01 'D'"},
        {"CONNECT of another protocol", client, connect_with([](Connect& c) { c.protocol_name = "XMPP"; }),
         "10 0D 00 04 'XMPP' 04 02 00 3C 00 01 'D'"},
        {"CONNECT without a protocol name", client, connect_with([](Connect& c) { c.protocol_name = ""; }),
         "10 09 00 00 04 02 00 3C 00 01 'D'"},
        {"CONNECT, non-ASCII client id and U+FEFF", client,
         connect_with([](Connect& c) { c.client_id = "\xEF\xBB\xBF\xC3\xA9\xF0\x9F\x98\x80"; }),
         "10 15 00 04 'MQTT' 04 02 00 3C 00 09 EF BB BF C3 A9 F0 9F 98 80"},
    };
}

std::vector<Golden> publishes() {
    return {
        {"PUBLISH QoS 0", Sender::client, Publish{"t", {}, 0, false, false, 0}, "30 03 00 01 't'"},
        {"PUBLISH QoS 0, retain", Sender::server, Publish{"t", {'x'}, 0, true, false, 0}, "31 04 00 01 't' 'x'"},
        {"PUBLISH QoS 1", Sender::client, Publish{"a/b", {0, 1, 2}, 1, false, false, 10},
         "32 0A 00 03 'a/b' 00 0A 00 01 02"},
        {"PUBLISH QoS 1, dup, retain", Sender::server, Publish{"a/b", {}, 1, true, true, 0xFFFF},
         "3B 07 00 03 'a/b' FF FF"},
        {"PUBLISH QoS 2", Sender::client, Publish{"/", {'p'}, 2, false, false, 0x0100}, "34 06 00 01 '/' 01 00 'p'"},
        {"PUBLISH QoS 2, dup", Sender::server, Publish{"/", {}, 2, false, true, 1}, "3C 05 00 01 '/' 00 01"},
        {"PUBLISH of a twin response", Sender::server,
         Publish{"$iothub/twin/res/204/?$rid=1&$version=6", {}, 0, false, false, 0},
         "30 29 00 27 '$iothub/twin/res/204/?$rid=1&$version=6'"},
        {"PUBLISH of 128 bytes", Sender::client, Publish{"t", Bytes(125, 'z'), 0, false, false, 0},
         "30 80 01 00 01 't' '" + repeated('z', 125) + "'"},
        {"PUBLISH of 16384 bytes", Sender::client, Publish{"t", Bytes(16381, 'z'), 0, false, false, 0},
         "30 80 80 01 00 01 't' '" + repeated('z', 16381) + "'"},
    };
}

std::vector<Golden> others() {
    const auto client = Sender::client;
    const auto server = Sender::server;
    return {
        {"CONNACK accepted", server, Connack{false, 0}, "20 02 00 00"},
        {"CONNACK accepted, session present", server, Connack{true, 0}, "20 02 01 00"},
        {"CONNACK not authorized", server, Connack{false, 5}, "20 02 00 05"},
        {"CONNACK with a reserved code", server, Connack{false, 6}, "20 02 00 06"},
        {"PUBACK", client, Puback{1}, "40 02 00 01"},
        {"PUBREC", server, Pubrec{0x1234}, "50 02 12 34"},
        {"PUBREL", client, Pubrel{0xFFFF}, "62 02 FF FF"},
        {"PUBCOMP", server, Pubcomp{256}, "70 02 01 00"},
        {"SUBSCRIBE", client, Subscribe{1, {{"devices/D/#", 1}}}, "82 10 00 01 00 0B 'devices/D/#' 01"},
        {"SUBSCRIBE to three", client, Subscribe{9, {{"#", 0}, {"+/+", 1}, {"/", 2}}},
         "82 10 00 09 00 01 '#' 00 00 03 '+/+' 01 00 01 '/' 02"},
        {"SUBACK", server, Suback{1, {0}}, "90 03 00 01 00"},
        {"SUBACK with every code", server, Suback{9, {0, 1, 2, 0x80}}, "90 06 00 09 00 01 02 80"},
        {"UNSUBSCRIBE", client, Unsubscribe{2, {"a"}}, "A2 05 00 02 00 01 'a'"},
        {"UNSUBSCRIBE from two", client, Unsubscribe{2, {"a/#", "+"}}, "A2 0A 00 02 00 03 'a/#' 00 01 '+'"},
        {"UNSUBACK", server, Unsuback{2}, "B0 02 00 02"},
        {"PINGREQ", client, Pingreq{}, "C0 00"},
        {"PINGRESP", server, Pingresp{}, "D0 00"},
        {"DISCONNECT", client, Disconnect{}, "E0 00"},
    };
}

}  // namespace

const std::vector<Golden>& golden_packets() {
    static const std::vector<Golden> all = [] {
        std::vector<Golden> collected = connects();
        for (auto& golden : publishes()) collected.push_back(std::move(golden));
        for (auto& golden : others()) collected.push_back(std::move(golden));
        return collected;
    }();
    return all;
}

}  // namespace hubspec::mqtt
