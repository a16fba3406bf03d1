// Rules of answers to direct methods.

#include <map>
#include <set>

#include "harness/iothub/property_bag.hpp"
#include "harness/iothub/topic.hpp"
#include "harness/run/device_rule.hpp"

namespace hubspec::run {

using namespace model;

namespace {

constexpr std::string_view calls = "$iothub/methods/POST/";
constexpr std::string_view any_call = "$iothub/methods/POST/any/?$rid=1";

/// An answer of the device.
struct Answer {
    const Dialogue& dialogue;
    std::size_t at;
    const mqtt::Publish& publish;
    std::string status;
    std::optional<std::string> id;  ///< as written
    std::string text() const { return "the answer " + quoted(publish.topic); }
};

std::optional<Answer> answer_in(const Dialogue& dialogue, const Said& said) {
    const auto* publish = from_device<mqtt::Publish>(said);
    if (publish == nullptr) return std::nullopt;
    const auto parsed = iothub::parse_device_topic(publish->topic);
    const auto* topic = std::get_if<iothub::MethodResponseTopic>(&parsed);
    if (topic == nullptr) return std::nullopt;
    return Answer{dialogue, said.at, *publish, topic->status, topic->request_id};
}

/// A breach for each answer of which `what` says something.
template <class What>
Breaches in_answers(const Talk& talk, What what) {
    Breaches found;
    for (const auto& dialogue : talk.dialogues)
        for (const auto& said : dialogue.said)
            if (const auto answer = answer_in(dialogue, said))
                if (auto text = what(*answer); !text.empty()) found.push_back({&dialogue, said.at, std::move(text)});
    return found;
}

/// The id of a call that the hub made; empty when this is none.
std::string called_id(const Said& said) {
    const auto* publish = from_hub<mqtt::Publish>(said);
    if (publish == nullptr || !publish->topic.starts_with(calls)) return {};
    const auto topic = iothub::split_topic(publish->topic);
    const auto* id = iothub::find(topic.bag, "$rid");
    return id != nullptr ? id->value.value_or("") : "";
}

std::string id_of(const Answer& answer) { return iothub::percent_decode(answer.id.value_or("")); }

// A hub that calls knows of a subscription, or is told to call without one.
Breaches not_subscribed(const Talk& talk) {
    bool is_called = false;
    Breaches found;
    for (const auto& dialogue : talk.dialogues)
        for (const auto& said : dialogue.said) {
            is_called = is_called || !called_id(said).empty();
            const auto answer = answer_in(dialogue, said);
            if (!answer || is_called) continue;
            const auto now = standing(talk, dialogue, said.at, any_call);
            if (now == Standing::never || now == Standing::later)
                found.push_back({&dialogue, said.at, answer->text() + " came without a subscription"});
        }
    return found;
}

// Any integer passes, -1 of the C SDK's sample too (X-METH-13).
Breaches odd_status(const Talk& talk) {
    return in_answers(talk, [](const Answer& answer) {
        const auto digits = answer.status.starts_with('-') ? answer.status.substr(1) : answer.status;
        const bool is_integer = !digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos;
        return is_integer ? std::string() : answer.text() + " has the status " + quoted(answer.status);
    });
}

// A call of a connection that is gone may still be answered on the next one.
Breaches another_id(const Talk& talk) {
    std::set<std::string> called;
    Breaches found;
    for (const auto& dialogue : talk.dialogues)
        for (const auto& said : dialogue.said) {
            if (auto id = called_id(said); !id.empty()) called.insert(std::move(id));
            const auto answer = answer_in(dialogue, said);
            if (!answer || called.contains(id_of(*answer))) continue;
            const bool has_none = answer->id.value_or("").empty();
            found.push_back(
                {&dialogue, said.at, answer->text() + (has_none ? " has no $rid" : " has the $rid of no call")});
        }
    return found;
}

/// How often one call was made and answered on a connection.
struct Count {
    std::size_t calls = 0, answers = 0;
    mqtt::PacketId latest = 0;
};

Breaches another_answer(const Talk& talk) {
    Breaches found;
    for (const auto& dialogue : talk.dialogues) {
        std::map<std::string, Count> counts;
        for (const auto& said : dialogue.said) {
            if (const auto id = called_id(said); !id.empty()) ++counts[id].calls;
            const auto answer = answer_in(dialogue, said);
            if (!answer) continue;
            auto& count = counts[id_of(*answer)];
            const bool again =
                answer->publish.qos > 0 &&
                (answer->publish.dup || (count.answers > 0 && answer->publish.packet_id == count.latest));
            count.latest = answer->publish.packet_id;
            if (!again && count.calls > 0 && ++count.answers > count.calls)
                found.push_back({&dialogue, said.at, answer->text() + " came for a call that had been answered"});
        }
    }
    return found;
}

Breaches no_json(const Talk& talk) {
    return in_answers(talk, [](const Answer& answer) {
        const auto payload = text_of(answer.publish.payload);
        if (payload.empty() || parse_json(payload)) return std::string();
        return answer.text() + " has the payload " + quoted(payload);
    });
}

}  // namespace

std::vector<Rule> rules_of_methods() {
    return {
        {"methods-are-subscribed-first",
         {"METHOD-01"},
         "$iothub/methods/POST/# is subscribed to before a method is answered.",
         not_subscribed},
        {"method-status-is-an-integer", {"METHOD-07"}, "The status of a method's answer is an integer.", odd_status},
        {"method-answers-have-their-id", {"METHOD-06"}, "A method's answer has the request id of a call.", another_id},
        {"method-answers-come-once", {"METHOD-04"}, "A call is answered once.", another_answer},
        {"method-answers-are-json", {"METHOD-05"}, "A method's answer is JSON or empty.", no_json},
    };
}

}  // namespace hubspec::run
