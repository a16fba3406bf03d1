#include "harness/run/reconnects.hpp"

#include <map>
#include <optional>

namespace hubspec::run {

using namespace model;

namespace {

/// What is known of a connection when it ends.
struct Ending {
    bool said_goodbye = false;
    std::optional<std::uint8_t> answer;  // the code of CONNACK
};

std::optional<std::string> loss_of(const ConnectionClosed& closed, const Ending& ending) {
    if (!closed.established || closed.silent) return "a failed TLS handshake";
    if (ending.said_goodbye) return std::nullopt;
    if (ending.answer.value_or(0) != 0) return "CONNACK " + std::to_string(*ending.answer);
    if (closed.by_peer) return ending.answer ? "an end of its own making" : "silence instead of CONNACK";
    return closed.how.find("reset") != std::string::npos ? "RST" : "FIN";
}

struct Loss {
    std::string after;
    std::chrono::microseconds at{};
};

}  // namespace

std::vector<Reconnect> reconnects_of(const Trace& trace) {
    std::vector<Reconnect> all;
    std::map<std::string, Ending> endings;
    std::optional<Loss> loss;
    const auto come_back = [&](std::chrono::microseconds at) {
        if (!loss) return;
        const bool goes_on = !all.empty() && all.back().after == loss->after;
        all.push_back({loss->after, goes_on ? all.back().attempt + 1 : 1, at - loss->at});
        loss.reset();
    };
    for (const auto& [at, form] : trace) {
        if (const auto* received = std::get_if<PacketReceived>(&form)) {
            if (std::holds_alternative<mqtt::Disconnect>(received->packet))
                endings[received->connection].said_goodbye = true;
        } else if (const auto* sent = std::get_if<PacketSent>(&form)) {
            if (const auto* connack = std::get_if<mqtt::Connack>(&sent->packet))
                endings[sent->connection].answer = connack->return_code;
        } else if (std::holds_alternative<ConnectionOpened>(form)) {
            come_back(at);
        } else if (const auto* closed = std::get_if<ConnectionClosed>(&form)) {
            if (!closed->established) come_back(at);  // an attempt, too
            if (auto after = loss_of(*closed, endings[closed->connection])) loss = Loss{std::move(*after), at};
        }
    }
    return all;
}

}  // namespace hubspec::run
