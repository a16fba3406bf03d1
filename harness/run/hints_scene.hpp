#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "harness/model/result.hpp"
#include "harness/model/trace.hpp"
#include "harness/run/plan.hpp"

namespace hubspec::run {

/// The part of a trace that a finding is about: one connection, from its newest CONNECT on, as far as the finding's
/// step goes. Indices are those of the trace.
struct Scene {
    const Case& plan;
    const model::Trace& trace;
    const model::Finding& finding;
    std::string connection;
    std::size_t end = 0;                      ///< what lies behind it has nothing to do with the finding
    std::optional<std::size_t> connect;       ///< newest CONNECT that was sent
    std::optional<std::size_t> connack;       ///< its answer
    std::optional<std::size_t> close;         ///< where the peer ended an established connection, when that matters
    std::optional<std::size_t> last_request;  ///< newest packet or bytes sent, before the close where there is one
};

Scene scene_of(const Case& plan, const model::Trace& trace, const model::Finding& finding);

template <class Form>
const Form* event_at(const Scene& scene, std::size_t index) {
    return index < scene.trace.size() ? std::get_if<Form>(&scene.trace[index].form) : nullptr;
}
template <class Form>
const Form* event_at(const Scene& scene, const std::optional<std::size_t>& index) {
    return index ? event_at<Form>(scene, *index) : nullptr;
}

/// The packet that this side sent at `index` on the scene's connection; nullptr when it is none of that kind.
template <class Kind>
const Kind* sent_at(const Scene& scene, const std::optional<std::size_t>& index) {
    const auto* event = event_at<model::PacketSent>(scene, index);
    return event != nullptr && event->connection == scene.connection ? std::get_if<Kind>(&event->packet) : nullptr;
}
/// The same for what the hub sent.
template <class Kind>
const Kind* received_at(const Scene& scene, const std::optional<std::size_t>& index) {
    const auto* event = event_at<model::PacketReceived>(scene, index);
    return event != nullptr && event->connection == scene.connection ? std::get_if<Kind>(&event->packet) : nullptr;
}

/// The newest packet of that kind before `before` for which `wanted` holds, not older than the newest CONNECT.
template <class Kind, class Wanted>
std::optional<std::size_t> newest_sent(const Scene& scene, std::size_t before, Wanted wanted) {
    for (std::size_t index = before; index-- > scene.connect.value_or(0);)
        if (const auto* packet = sent_at<Kind>(scene, index); packet != nullptr && wanted(*packet)) return index;
    return std::nullopt;
}

/// The packet of that kind that the finding shows as its closest actual.
template <class Kind>
const Kind* shown(const Scene& scene) {
    return received_at<Kind>(scene, scene.finding.trace_line);
}

/// True when the finding expects this, as the scenario spells it: "hub: connack return_code 0".
bool expects(const Scene& scene, std::string_view words);

/// The return code of the CONNACK; nullopt without one.
std::optional<int> return_code(const Scene& scene);
/// CONNACK is not 0 although the line expects to be connected.
bool is_refused(const Scene& scene);
/// The peer closed the connection where something else was expected; a refusal is none.
bool is_closed(const Scene& scene);

/// The newest CONNECT came on a transport that had carried one already.
bool is_second_connect(const Scene& scene);

/// Hub time since the case began: what went by and what its clock was moved on.
std::chrono::milliseconds hub_time(const Scene& scene, std::size_t index);

/// How long this side had been silent at the close. A clock that was moved shows a span in place of one time.
struct Silence {
    std::chrono::milliseconds least{}, most{};
    bool may_be(std::chrono::milliseconds from, std::chrono::milliseconds to) const {
        return least <= to && most >= from;
    }
};
std::optional<Silence> silence_before_close(const Scene& scene);

/// True when a filter that matches the topic was subscribed on this connection before `before`.
bool is_subscribed(const Scene& scene, std::string_view topic, std::size_t before);
/// The hub may know subscriptions that the trace does not show.
bool has_kept_session(const Scene& scene);

/// The newest CONNECT is what every client sends: its line changes neither names nor token.
bool is_ordinary_client(const Scene& scene);

/// The life that the scenario gave to the token of the newest CONNECT; nullopt when the token is none of ours.
std::optional<std::chrono::milliseconds> token_life(const Scene& scene);

}  // namespace hubspec::run
