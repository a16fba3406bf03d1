#pragma once

#include <memory>

#include "fixtures/hub/amqp/event_readers.hpp"
#include "fixtures/hub/amqp/service_session.hpp"
#include "harness/iothub/sas_token.hpp"

/// A hub whose keys and time are fixed, so that what a client has once said to it is right again.
namespace hubspec::hub::fuzz {

inline constexpr Time now{std::chrono::seconds(1'700'000'000)};
inline const EventsEndpoint endpoint{"events.example", 5671, "entity", {"$Default"}};

struct AmqpHub {
    Hub hub{settings(), policy()};
    EventReaders readers;

    AmqpHub() {
        hub.provision({"D", iothub::base64_encode(mqtt::Bytes(32, 1)), {}}, now);
        const std::string token = "SharedAccessSignature sr=h.azure-devices.net%2Fdevices%2FD&sig=AAAA&se=9999999999";
        hub.request(1, {"POST", "/devices/D/messages/events?api-version=2021-04-12", {{"Authorization", token}}, "x"},
                    now);
    }
    static Settings settings() {
        Settings made;
        made.host_name = "h.azure-devices.net";
        made.random = [](std::size_t size) { return mqtt::Bytes(size, 7); };
        return made;
    }
    static Policy policy() {
        Policy made;
        made.checks_signature = false;
        return made;
    }
};

}  // namespace hubspec::hub::fuzz
