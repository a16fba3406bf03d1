#include "harness/mqtt/figures.hpp"
#include "harness/mqtt/hex.hpp"

/// SUBSCRIBE, UNSUBSCRIBE and their acknowledgements, sections 3.8 to 3.11; the packets of a header alone, 3.12
/// to 3.14.
namespace hubspec::mqtt {
namespace {

constexpr std::size_t packet_id_size = 2;

/// A payload that must not be empty is missing as soon as the length leaves room for the identifier only.
bool has_payload(Cursor& cursor, std::string_view clause, std::string_view text) {
    if (cursor.left() != packet_id_size) return true;
    return cursor.fail(clause, std::string(text), cursor.offset() + packet_id_size);
}

bool subscribe_id(Cursor& cursor, Subscribe& subscribe) {
    return has_payload(cursor, "MQTT-3.8.3-3", "SUBSCRIBE has no topic filter; it must have at least one") &&
           take_packet_id(cursor, subscribe.packet_id, "MQTT-2.3.1-1");
}

bool subscription(Cursor& cursor, Subscribe& subscribe) {
    if (cursor.left() == 0) return true;  // has_payload() has let it pass
    const auto filter = cursor.text({"topic filter", "MQTT 3.8.3"}, TextKind::topic_filter, 1);
    if (!filter) return false;
    const std::size_t offset = cursor.offset();
    const auto qos = cursor.byte({"requested QoS", "MQTT 3.8.3"});
    if (!qos) return false;
    // The hyphen after the 3 is the standard's own spelling of this statement.
    const bool legal = *qos <= 2;
    if (!legal && !cursor.fail("MQTT-3-8.3-4", "requested QoS is " + hex(*qos) + "; it is 00, 01 or 02", offset))
        return false;
    subscribe.subscriptions.push_back({std::string(*filter), *qos});
    return true;
}

constexpr Row<Subscribe> subscribe_rows[] = {subscribe_id, subscription};

bool suback_id(Cursor& cursor, Suback& suback) {
    return has_payload(cursor, "MQTT-3.8.4-5", "SUBACK has no return code; it must have one for each topic filter") &&
           take_packet_id(cursor, suback.packet_id, "MQTT-2.3.1-7");
}

bool suback_return_code(Cursor& cursor, Suback& suback) {
    const std::size_t offset = cursor.offset();
    const auto code = cursor.byte({"return code", "MQTT 3.9.3"});
    if (!code) return false;
    if (*code > 2 && *code != subscription_failure) {
        return cursor.fail("MQTT-3.9.3-2", "return code is " + hex(*code) + "; it is 00, 01, 02 or 80", offset);
    }
    suback.return_codes.push_back(*code);
    return true;
}

constexpr Row<Suback> suback_rows[] = {suback_id, suback_return_code};

bool unsubscribe_id(Cursor& cursor, Unsubscribe& unsubscribe) {
    return has_payload(cursor, "MQTT-3.10.3-2", "UNSUBSCRIBE has no topic filter; it must have at least one") &&
           take_packet_id(cursor, unsubscribe.packet_id, "MQTT-2.3.1-1");
}

bool unsubscribe_filter(Cursor& cursor, Unsubscribe& unsubscribe) {
    if (cursor.left() == 0) return true;  // has_payload() has let it pass
    const auto filter = cursor.text({"topic filter", "MQTT 3.10.3"}, TextKind::topic_filter);
    if (filter) unsubscribe.filters.emplace_back(*filter);
    return filter.has_value();
}

constexpr Row<Unsubscribe> unsubscribe_rows[] = {unsubscribe_id, unsubscribe_filter};

bool unsuback_id(Cursor& cursor, Unsuback& ack) { return take_packet_id(cursor, ack.packet_id, "MQTT-2.3.1-7"); }

constexpr Row<Unsuback> unsuback_rows[] = {unsuback_id};

}  // namespace

Figure<Subscribe> figure_of(const Subscribe&) { return {subscribe_rows, true}; }
Figure<Suback> figure_of(const Suback&) { return {suback_rows, true}; }
Figure<Unsubscribe> figure_of(const Unsubscribe&) { return {unsubscribe_rows, true}; }
Figure<Unsuback> figure_of(const Unsuback&) { return {unsuback_rows}; }
Figure<Pingreq> figure_of(const Pingreq&) { return {}; }
Figure<Pingresp> figure_of(const Pingresp&) { return {}; }
Figure<Disconnect> figure_of(const Disconnect&) { return {}; }

}  // namespace hubspec::mqtt
