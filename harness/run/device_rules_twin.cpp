// Rules of twin requests and direct methods.

#include <map>
#include <set>

#include "harness/iothub/topic.hpp"
#include "harness/run/device_rule_book.hpp"

namespace hubspec::run::rules {

using namespace model;

namespace {

bool is_integer(const std::string& text) {
    const auto digits = text.starts_with("-") ? text.substr(1) : text;  // seen in SDK code: -1 for an unknown method
    return !digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos;
}

std::string text_of(const mqtt::Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

/// The subscription to the answers, and who waits for what, over all connections.
class Requests {
public:
    explicit Requests(Book& book) : book_(book) {}

    void take(std::size_t index, const PacketReceived& received) {
        if (const auto* subscribe = std::get_if<mqtt::Subscribe>(&received.packet))
            for (const auto& one : subscribe->subscriptions)
                if (one.filter == "#" || one.filter.starts_with("$iothub/twin/res"))
                    asked_.insert(received.connection), ever_asked_ = true, subscribe_id_ = subscribe->packet_id;
        if (const auto* connect = std::get_if<mqtt::Connect>(&received.packet);
            connect != nullptr && connect->clean_session)
            ever_asked_ = ever_granted_ = false;
        if (const auto* publish = std::get_if<mqtt::Publish>(&received.packet))
            take(index, received.connection, *publish);
    }

    void take(const PacketSent& sent) {
        if (const auto* suback = std::get_if<mqtt::Suback>(&sent.packet);
            suback != nullptr && suback->packet_id == subscribe_id_)
            ever_granted_ = true;
        if (const auto* connack = std::get_if<mqtt::Connack>(&sent.packet)) {
            open_.clear();
            if (!connack->session_present) ever_asked_ = ever_granted_ = false;
        }
        const auto* publish = std::get_if<mqtt::Publish>(&sent.packet);
        if (publish == nullptr) return;
        const auto topic = iothub::split_topic(publish->topic);
        const auto* id = iothub::find(topic.bag, "$rid");
        if (id == nullptr || !id->value) return;
        if (topic.path.starts_with("$iothub/twin/res/")) open_.erase(*id->value);
        if (topic.path.starts_with("$iothub/methods/POST/")) calls_[*id->value] = 0;
    }

private:
    void take(std::size_t index, const std::string& connection, const mqtt::Publish& publish) {
        const auto topic = iothub::parse_device_topic(publish.topic);
        if (const auto* get = std::get_if<iothub::TwinGetTopic>(&topic)) ask(index, connection, get->request_id);
        if (const auto* patch = std::get_if<iothub::ReportedPatchTopic>(&topic)) {
            ask(index, connection, patch->request_id);
            const auto json = parse_json(text_of(publish.payload));
            if (!json || !std::holds_alternative<Object>(json->form))
                book_.broken("reported-properties-are-json", index, "it is " + mqtt_text(publish));
        }
        if (const auto* answer = std::get_if<iothub::MethodResponseTopic>(&topic)) take_answer(index, *answer, publish);
    }

    void ask(std::size_t index, const std::string& connection, const std::optional<std::string>& id) {
        if (!id || id->empty()) return book_.broken("requests-have-ids", index, "there is no $rid");
        const auto decoded = iothub::percent_decode(*id);
        if (!open_.insert(decoded).second)
            book_.broken("request-ids-are-unique", index, "'" + decoded + "' is used again before its answer");
        if (!asked_.contains(connection) && !ever_asked_)
            book_.broken("answers-are-subscribed-first", index, "$iothub/twin/res/# is not subscribed to");
        else if (!ever_granted_)
            book_.broken("answers-are-granted-first", index, "SUBACK has not come");
    }

    void take_answer(std::size_t index, const iothub::MethodResponseTopic& answer, const mqtt::Publish& publish) {
        if (!is_integer(answer.status))
            book_.broken("method-status-is-an-integer", index, "it is '" + answer.status + "'");
        const auto call = calls_.find(iothub::percent_decode(answer.request_id.value_or("")));
        if (call == calls_.end())
            book_.broken("method-answers-have-their-id", index,
                         "'" + answer.request_id.value_or("") + "' is the id of no call");
        else if (++call->second > 1 && !publish.dup)
            book_.broken("method-answers-come-once", index, "'" + call->first + "' is answered again");
        if (!publish.payload.empty() && !parse_json(text_of(publish.payload)))
            book_.broken("method-answers-are-json", index, "it is " + mqtt_text(publish));
    }

    static std::string mqtt_text(const mqtt::Publish& publish) {
        const auto text = text_of(publish.payload);
        return text.empty() ? "empty" : "'" + text.substr(0, 100) + "'";
    }

    Book& book_;
    std::set<std::string> asked_, open_;
    bool ever_asked_ = false, ever_granted_ = false;
    mqtt::PacketId subscribe_id_ = 0;
    std::map<std::string, int> calls_;  // how often each was answered
};

}  // namespace

void look_at_twin_and_methods(Book& book) {
    Requests requests(book);
    for (std::size_t i = 0; i < book.trace().size(); ++i) {
        if (const auto* received = std::get_if<PacketReceived>(&book.trace()[i].form)) requests.take(i, *received);
        if (const auto* sent = std::get_if<PacketSent>(&book.trace()[i].form)) requests.take(*sent);
    }
}

}  // namespace hubspec::run::rules
