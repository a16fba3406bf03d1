#include "harness/run/device_talk.hpp"

#include <algorithm>
#include <map>

#include "harness/mqtt/topic.hpp"

namespace hubspec::run {

using namespace model;

namespace {

/// Puts the events of a trace to the connections that they belong to.
class Cutter {
public:
    explicit Cutter(Talk& talk) : talk_(talk) {}

    void take(std::size_t index) {
        std::visit(mqtt::overloaded{
                       [&](const ConnectionOpened& e) { begin(e.connection).opened = index; },
                       [&](const PacketReceived& e) {
                           say(e.connection, {index, true, &e.packet});
                       },
                       [&](const PacketSent& e) {
                           say(e.connection, {index, false, &e.packet});
                       },
                       [&](const BytesSent& e) { unpack(e, index); },
                       [&](const MalformedReceived& e) { finish(e.connection, index); },
                       [&](const ConnectionClosed& e) {
                           if (e.established) finish(e.connection, index);
                       },
                       [](const auto&) {},
                   },
                   talk_.trace[index].form);
    }

private:
    Dialogue& begin(const std::string& connection) {
        open_[connection] = talk_.dialogues.size();
        Dialogue dialogue;
        dialogue.connection = connection;
        dialogue.end = talk_.trace.size() - 1;
        return talk_.dialogues.emplace_back(std::move(dialogue));
    }

    // Nothing follows the end of a connection; a trace that is cut out of a longer one may begin in the middle.
    void say(const std::string& connection, const Said& said) {
        const auto found = open_.find(connection);
        if (found == open_.end()) return keep(begin(connection), said);
        if (!finished_.contains(found->second)) keep(talk_.dialogues[found->second], said);
    }

    static void keep(Dialogue& dialogue, const Said& said) {
        dialogue.said.push_back(said);
        if (from_device<mqtt::Subscribe>(said) || from_device<mqtt::Unsubscribe>(said) || from_hub<mqtt::Suback>(said))
            dialogue.subscribing.push_back(said);
        if (from_device<mqtt::Disconnect>(said) && !dialogue.disconnected) dialogue.disconnected = said.at;
    }

    void finish(const std::string& connection, std::size_t index) {
        const auto found = open_.find(connection);
        const std::size_t number = found != open_.end() ? found->second : (begin(connection), open_.at(connection));
        if (finished_.try_emplace(number, index).second) talk_.dialogues[number].end = index;
    }

    // A harness that bends packets sends bytes; what can be read in them, the device can read as well.
    void unpack(const BytesSent& sent, std::size_t index) {
        std::span<const std::uint8_t> rest(sent.bytes);
        while (true) {
            const auto result = mqtt::decode(rest, mqtt::Sender::server);
            const auto* decoded = std::get_if<mqtt::Decoded>(&result);
            if (decoded == nullptr) return;
            talk_.unpacked.push_back(decoded->packet);
            say(sent.connection, {index, false, &talk_.unpacked.back()});
            rest = rest.subspan(decoded->size);
        }
    }

    Talk& talk_;
    std::map<std::string, std::size_t, std::less<>> open_;
    std::map<std::size_t, std::size_t> finished_;
};

bool is_in(const std::vector<mqtt::Subscription>& subscriptions, std::string_view topic) {
    return std::ranges::any_of(subscriptions, [&](const auto& one) { return mqtt::matches(one.filter, topic); });
}
bool is_in(const std::vector<std::string>& filters, std::string_view topic) {
    return std::ranges::any_of(filters, [&](const auto& one) { return mqtt::matches(one, topic); });
}

/// What SUBSCRIBE, UNSUBSCRIBE and SUBACK of one connection say before `at`; never when they say nothing.
Standing standing_here(const Dialogue& dialogue, std::size_t at, std::string_view topic) {
    Standing standing = Standing::never;
    mqtt::PacketId id = 0;
    for (const auto& said : dialogue.subscribing) {
        if (said.at >= at) break;
        if (const auto* subscribe = from_device<mqtt::Subscribe>(said);
            subscribe && is_in(subscribe->subscriptions, topic))
            standing = Standing::requested, id = subscribe->packet_id;
        if (const auto* suback = from_hub<mqtt::Suback>(said);
            suback && suback->packet_id == id && standing == Standing::requested)
            standing = Standing::granted;
        if (const auto* gone = from_device<mqtt::Unsubscribe>(said); gone && is_in(gone->filters, topic))
            standing = Standing::never;
    }
    return standing;
}

}  // namespace

Talk talk_of(const Trace& trace, const DeviceFacts& device) {
    Talk talk{trace, device, {}, {}};
    Cutter cutter(talk);
    for (std::size_t index = 0; index < trace.size(); ++index) cutter.take(index);
    return talk;
}

std::chrono::microseconds time_between(const Talk& talk, std::size_t from, std::size_t to) {
    return talk.trace[to].at - talk.trace[from].at;
}

std::size_t last_word(const Dialogue& dialogue) { return dialogue.disconnected.value_or(dialogue.end); }

bool is_finished(const Dialogue& dialogue) { return dialogue.disconnected.has_value(); }

bool is_patient(const Talk& talk, const Dialogue& dialogue, std::size_t from, std::chrono::seconds patience) {
    return time_between(talk, from, last_word(dialogue)) >= patience;
}

Standing standing(const Talk& talk, const Dialogue& dialogue, std::size_t at, std::string_view topic) {
    const Standing here = standing_here(dialogue, at, topic);
    if (here != Standing::never) return here;
    const auto* connect = first_of<mqtt::Connect>(dialogue, true);
    const auto* connack = first_of<mqtt::Connack>(dialogue, false);
    const bool resumes = connect == nullptr || !connect->clean_session;
    if (resumes && (connack == nullptr || connack->session_present)) return Standing::kept;
    for (const auto& earlier : talk.dialogues) {
        if (&earlier == &dialogue) break;
        if (resumes && standing_here(earlier, earlier.end, topic) != Standing::never) return Standing::forgotten;
    }
    return standing_here(dialogue, dialogue.end + 1, topic) == Standing::never ? Standing::never : Standing::later;
}

}  // namespace hubspec::run
