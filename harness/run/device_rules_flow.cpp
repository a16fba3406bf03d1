// Rules of MQTT itself: identifiers, acknowledgements, the end.

#include <map>
#include <set>

#include "harness/run/device_rule_book.hpp"

namespace hubspec::run::rules {

using namespace model;

namespace {

constexpr std::chrono::seconds patience_with_puback{5};

struct Connection {
    std::map<mqtt::PacketId, std::pair<std::size_t, std::chrono::microseconds>> delivered;  // not acknowledged yet
    std::map<mqtt::PacketId, int> to_acknowledge;  // how often each was delivered and not acknowledged
    std::set<mqtt::PacketId> in_use;
    std::chrono::microseconds last_packet{}, keep_alive{};
    bool disconnected = false, closed = false;
};

std::optional<mqtt::PacketId> new_id(const mqtt::Packet& packet) {
    if (const auto* publish = std::get_if<mqtt::Publish>(&packet); publish != nullptr && publish->qos > 0)
        return publish->packet_id;
    if (const auto* subscribe = std::get_if<mqtt::Subscribe>(&packet)) return subscribe->packet_id;
    if (const auto* unsubscribe = std::get_if<mqtt::Unsubscribe>(&packet)) return unsubscribe->packet_id;
    return std::nullopt;
}

std::optional<mqtt::PacketId> answered_id(const mqtt::Packet& packet) {
    if (const auto* one = std::get_if<mqtt::Puback>(&packet)) return one->packet_id;
    if (const auto* one = std::get_if<mqtt::Suback>(&packet)) return one->packet_id;
    if (const auto* one = std::get_if<mqtt::Unsuback>(&packet)) return one->packet_id;
    return std::nullopt;
}

class Flow {
public:
    explicit Flow(Book& book) : book_(book) {}

    void take(std::size_t index, const Event& event) {
        if (const auto* received = std::get_if<PacketReceived>(&event.form)) from_device(index, event.at, *received);
        if (const auto* sent = std::get_if<PacketSent>(&event.form)) from_hub(index, event.at, *sent);
        if (const auto* closed = std::get_if<ConnectionClosed>(&event.form)) {
            overdue(connections_[closed->connection], event.at);
            connections_[closed->connection].closed = true;
        }
        const auto* malformed = std::get_if<MalformedReceived>(&event.form);
        if (malformed != nullptr) lost_bytes_ = true;
        if (malformed != nullptr)
            book_.broken("packets-keep-to-mqtt", index,
                         "[" + malformed->problem.clause + "]: " + malformed->problem.text, malformed->problem.clause);
    }

private:
    void from_device(std::size_t index, std::chrono::microseconds at, const PacketReceived& received) {
        auto& one = connections_[received.connection];
        overdue(one, at);
        if (one.disconnected) book_.broken("nothing-follows-disconnect", index, describe(EventForm(received)));
        if (one.keep_alive.count() > 0 && at - one.last_packet > one.keep_alive * 3 / 2)
            book_.broken("the-connection-is-kept-alive", index,
                         "nothing came for " + std::to_string((at - one.last_packet).count() / 1'000'000) +
                             " s; the keep alive is " + std::to_string(one.keep_alive.count() / 1'000'000) + " s");
        one.last_packet = at;
        if (const auto* connect = std::get_if<mqtt::Connect>(&received.packet))
            one.keep_alive = std::chrono::seconds(connect->keep_alive);
        if (std::holds_alternative<mqtt::Disconnect>(received.packet)) one.disconnected = true;
        take_new(index, one, received.packet);
        const auto* puback = std::get_if<mqtt::Puback>(&received.packet);
        if (puback == nullptr) return;
        one.delivered.erase(puback->packet_id);
        if (--one.to_acknowledge[puback->packet_id] < 0)
            book_.broken("only-deliveries-are-acknowledged", index,
                         "PUBACK " + std::to_string(puback->packet_id) + ", and nothing waits for it");
    }

    void take_new(std::size_t index, Connection& one, const mqtt::Packet& packet) {
        const auto id = new_id(packet);
        if (!id) return;
        const auto* publish = std::get_if<mqtt::Publish>(&packet);
        const bool again = publish != nullptr && publish->dup;
        if (*id == 0) book_.broken("packet-ids-are-not-zero", index, describe(EventForm(PacketReceived{"", packet})));
        if (!one.in_use.insert(*id).second && !again)
            book_.broken("packet-ids-are-free", index, std::to_string(*id) + " is still in use");
        if (again && !published_.contains(*id) && !lost_bytes_)
            book_.broken("a-first-try-is-no-duplicate", index,
                         "nothing was sent with the packet identifier " + std::to_string(*id) + " before");
        if (publish != nullptr) published_.insert(*id);
    }

    void from_hub(std::size_t index, std::chrono::microseconds at, const PacketSent& sent) {
        auto& one = connections_[sent.connection];
        if (const auto id = answered_id(sent.packet)) one.in_use.erase(*id);
        if (const auto* publish = std::get_if<mqtt::Publish>(&sent.packet); publish != nullptr && publish->qos == 1) {
            one.delivered[publish->packet_id] = {index, at};
            ++one.to_acknowledge[publish->packet_id];
        }
    }

    // The device has done something on a connection that stands: what it did not acknowledge by now it never will.
    void overdue(Connection& one, std::chrono::microseconds now) {
        if (one.closed) return;
        for (const auto& [id, delivery] : one.delivered)
            if (now - delivery.second > patience_with_puback)
                book_.broken("deliveries-are-acknowledged", delivery.first,
                             "no PUBACK " + std::to_string(id) + " within " +
                                 std::to_string(patience_with_puback.count()) + " s");
    }

    Book& book_;
    std::map<std::string, Connection> connections_;
    // Over all connections: an acknowledgement may be lost with its connection, and the message is sent again.
    std::set<mqtt::PacketId> published_;
    bool lost_bytes_ = false;  // what stood behind malformed ones was not read
};

}  // namespace

void look_at_flow(Book& book) {
    Flow flow(book);
    for (std::size_t i = 0; i < book.trace().size(); ++i) flow.take(i, book.trace()[i]);
}

}  // namespace hubspec::run::rules
