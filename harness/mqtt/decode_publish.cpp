#include "harness/mqtt/figures.hpp"

/// PUBLISH and its acknowledgements, sections 3.3 to 3.7.
namespace hubspec::mqtt {

bool take_packet_id(Cursor& cursor, PacketId& id, std::string_view clause) {
    const std::size_t offset = cursor.offset();
    const auto value = cursor.two_bytes({"packet identifier", "MQTT 2.3.1"});
    if (!value) return false;
    id = *value;
    return *value != 0 || cursor.fail(clause, "packet identifier is 0, which names no packet", offset);
}

namespace {

constexpr std::size_t packet_id_size = 2;

bool topic_name(Cursor& cursor, Publish& publish) {
    const std::size_t owed = publish.qos > 0 ? packet_id_size : 0;
    const auto topic = cursor.text({"topic name", "MQTT 3.3.2.1"}, TextKind::publish_topic, owed);
    if (topic) publish.topic = *topic;
    return topic.has_value();
}

bool packet_id(Cursor& cursor, Publish& publish) {
    return publish.qos == 0 || take_packet_id(cursor, publish.packet_id, "MQTT-2.3.1-1");
}

bool payload(Cursor& cursor, Publish& publish) {
    const auto bytes = cursor.rest();
    if (bytes) publish.payload.assign(bytes->begin(), bytes->end());
    return bytes.has_value();
}

constexpr Row<Publish> publish_rows[] = {topic_name, packet_id, payload};

// An acknowledgement repeats an identifier, and no PUBLISH may have had 0 [MQTT-2.3.1-6]; the standard numbers no
// statement for PUBCOMP, only describes it.
bool puback_id(Cursor& cursor, Puback& ack) { return take_packet_id(cursor, ack.packet_id, "MQTT-2.3.1-6"); }
bool pubrec_id(Cursor& cursor, Pubrec& ack) { return take_packet_id(cursor, ack.packet_id, "MQTT-2.3.1-6"); }
bool pubrel_id(Cursor& cursor, Pubrel& ack) { return take_packet_id(cursor, ack.packet_id, "MQTT-2.3.1-6"); }
bool pubcomp_id(Cursor& cursor, Pubcomp& ack) { return take_packet_id(cursor, ack.packet_id, "MQTT 3.7.2"); }

constexpr Row<Puback> puback_rows[] = {puback_id};
constexpr Row<Pubrec> pubrec_rows[] = {pubrec_id};
constexpr Row<Pubrel> pubrel_rows[] = {pubrel_id};
constexpr Row<Pubcomp> pubcomp_rows[] = {pubcomp_id};

}  // namespace

Figure<Publish> figure_of(const Publish&) { return {publish_rows}; }
Figure<Puback> figure_of(const Puback&) { return {puback_rows}; }
Figure<Pubrec> figure_of(const Pubrec&) { return {pubrec_rows}; }
Figure<Pubrel> figure_of(const Pubrel&) { return {pubrel_rows}; }
Figure<Pubcomp> figure_of(const Pubcomp&) { return {pubcomp_rows}; }

}  // namespace hubspec::mqtt
