// Rules of what a device owes the hub in time: packets, and subscriptions after a loss.

#include <algorithm>
#include <set>

#include "harness/run/device_rule.hpp"

namespace hubspec::run {

using namespace model;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr seconds longest_silence{1767};  // KEEP-10
constexpr seconds patience_with_subscriptions{10};
constexpr milliseconds prompt{500};

/// One and a half keep alives, and never so little that the network could be to blame. A little less than the hub's own
/// limit, which counts from when it read a packet: the connections that it ends count too.
microseconds allowed_silence(std::uint16_t keep_alive) {
    const auto period = std::chrono::duration_cast<microseconds>(seconds(keep_alive));
    return std::min<microseconds>(std::max<microseconds>(period * 3 / 2, period + seconds(1)), longest_silence) -
           milliseconds(100);
}

/// Where the device's connection was accepted.
std::optional<std::size_t> accepted_at(const Dialogue& dialogue) {
    for (const auto& said : dialogue.said)
        if (const auto* connack = from_hub<mqtt::Connack>(said))
            return connack->return_code == 0 ? std::optional(said.at) : std::nullopt;
    return std::nullopt;
}

std::string in_seconds(microseconds time) {
    return std::to_string(std::chrono::duration_cast<seconds>(time).count()) + " s";
}

/// Where the device begins to owe packets: its CONNECT counts, unless it had to wait for CONNACK.
std::size_t owing_from(const Talk& talk, const Dialogue& dialogue, std::size_t accepted) {
    for (const auto& said : dialogue.said)
        if (from_device<mqtt::Connect>(said) != nullptr)
            return time_between(talk, said.at, accepted) <= prompt ? said.at : accepted;
    return accepted;
}

/// The silences of the device on one connection. One that follows a PINGREQ without an answer is the hub's.
class Silence {
public:
    Silence(const Talk& talk, const Dialogue& dialogue, std::uint16_t keep_alive)
        : talk_(talk), dialogue_(dialogue), keep_alive_(keep_alive), allowed_(allowed_silence(keep_alive)) {}

    Breaches breaches(std::size_t begin) {
        since_ = begin;
        for (const auto& said : dialogue_.said) {
            if (said.at <= begin) continue;
            if (from_hub<mqtt::Pingresp>(said) != nullptr) is_waiting_ = false;
            if (!said.by_device) continue;
            look(said.at);
            since_ = said.at;
            is_waiting_ = from_device<mqtt::Pingreq>(said) != nullptr;
            if (from_device<mqtt::Disconnect>(said) != nullptr) return std::move(found_);
        }
        look(dialogue_.end);
        return std::move(found_);
    }

private:
    void look(std::size_t until) {
        const auto silence = time_between(talk_, since_, until);
        if (is_waiting_ || silence < allowed_) return;
        found_.push_back(
            {&dialogue_, until,
             "nothing came for " + in_seconds(silence) + "; the keep alive is " + std::to_string(keep_alive_) + " s"});
    }

    const Talk& talk_;
    const Dialogue& dialogue_;
    std::uint16_t keep_alive_;
    microseconds allowed_;
    std::size_t since_ = 0;
    bool is_waiting_ = false;
    Breaches found_;
};

Breaches silent(const Talk& talk) {
    Breaches found;
    for (const auto& dialogue : talk.dialogues) {
        const auto* connect = first_of<mqtt::Connect>(dialogue, true);
        const auto accepted = accepted_at(dialogue);
        if (connect == nullptr || connect->keep_alive == 0 || !accepted) continue;
        auto more = Silence(talk, dialogue, connect->keep_alive).breaches(owing_from(talk, dialogue, *accepted));
        found.insert(found.end(), more.begin(), more.end());
    }
    return found;
}

void follow(std::set<std::string>& filters, const Dialogue& dialogue) {
    for (const auto& said : dialogue.said) {
        if (const auto* subscribe = from_device<mqtt::Subscribe>(said))
            for (const auto& one : subscribe->subscriptions) filters.insert(one.filter);
        if (const auto* gone = from_device<mqtt::Unsubscribe>(said))
            for (const auto& filter : gone->filters) filters.erase(filter);
    }
}

bool lost_its_session(const Dialogue& dialogue) {
    const auto* connack = first_of<mqtt::Connack>(dialogue, false);
    return connack != nullptr && connack->return_code == 0 && !connack->session_present;
}

Breaches not_renewed(const Talk& talk) {
    Breaches found;
    std::set<std::string> before;
    for (const auto& dialogue : talk.dialogues) {
        std::set<std::string> now;
        follow(now, dialogue);
        const auto accepted = accepted_at(dialogue);
        if (lost_its_session(dialogue) && is_patient(talk, dialogue, *accepted, patience_with_subscriptions))
            for (const auto& filter : before)
                if (!now.contains(filter))
                    found.push_back({&dialogue, *accepted,
                                     "session present is 0, and no SUBSCRIBE to " + quoted(filter) + " came again"});
        if (accepted) before.insert(now.begin(), now.end());
    }
    return found;
}

}  // namespace

std::vector<Rule> rules_of_time() {
    return {
        {"the-connection-is-kept-alive",
         {"MQTT-3.1.2-23", "KEEP-01"},
         "A packet comes within each keep-alive period, PINGREQ if there is nothing else.",
         silent},
        {"subscriptions-are-renewed",
         {"X-DEV-04"},
         "Where the hub has lost the session the subscriptions are made again.",
         not_renewed},
    };
}

}  // namespace hubspec::run
