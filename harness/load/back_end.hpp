#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "harness/actors/endpoint.hpp"
#include "harness/actors/service.hpp"
#include "harness/mqtt/packet.hpp"

namespace hubspec::load {

/// Calls methods of devices and sends them messages; safe for several threads.
class BackEnd {
public:
    /// Told in a thread of this; an empty cause is none.
    using Told = std::function<void(const std::string& cause)>;

    BackEnd(const actors::Endpoint& endpoint, const actors::ServiceAccess& access, std::chrono::milliseconds patience);
    ~BackEnd();  ///< nobody is told of anything any more

    /// The method `load` with a payload of that size; told when the device's answer is there, or why it is not.
    void call(const std::string& device_id, std::size_t size, Told told);
    /// Told when the hub has taken the message, or why it has not; that it arrives is the device's to see.
    void send(const std::string& device_id, mqtt::Bytes body, Told told);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// What became of a method call, in a word or two: "HTTP 429 (throttled)"; empty: it was answered with 200.
std::string cause_of_answer(const model::HttpResponse& answer);

}  // namespace hubspec::load
