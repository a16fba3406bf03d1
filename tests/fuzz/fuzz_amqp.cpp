#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "fixtures/hub/amqp/event_readers.hpp"
#include "fixtures/hub/amqp/service_session.hpp"
#include "harness/iothub/sas_token.hpp"

using namespace hubspec;

// Proton loses ten bytes with a client that begins SASL twice, whose connection it ends.
extern "C" const char* __lsan_default_suppressions() { return "leak:libqpid-proton-core.so"; }

namespace {

constexpr hub::Time now{std::chrono::seconds(1'700'000'000)};
const hub::EventsEndpoint endpoint{"events.example", 5671, "entity", {"$Default"}};

/// Keys and time are fixed, so that what a client has once said to it is right again.
struct AmqpHub {
    hub::Hub hub{settings(), policy()};
    hub::EventReaders readers;

    AmqpHub() {
        hub.provision({"D", iothub::base64_encode(mqtt::Bytes(32, 1)), {}}, now);
        const std::string token = "SharedAccessSignature sr=h.azure-devices.net%2Fdevices%2FD&sig=AAAA&se=9999999999";
        hub.request(1, {"POST", "/devices/D/messages/events?api-version=2021-04-12", {{"Authorization", token}}, "x"},
                    now);
    }
    static hub::Settings settings() {
        hub::Settings made;
        made.host_name = "h.azure-devices.net";
        made.random = [](std::size_t size) { return mqtt::Bytes(size, 7); };
        return made;
    }
    static hub::Policy policy() {
        hub::Policy made;
        made.checks_signature = false;
        return made;
    }
};

}  // namespace

/// Whatever comes to the AMQP port: the answers do not grow without bound, and the hub's telemetry is still there.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    AmqpHub one;
    const auto kept = one.hub.partitions();
    {
        hub::ServiceSession session(one.hub, endpoint, one.readers, now);
        std::span<const std::uint8_t> rest(data, size);
        std::size_t answered = 0;
        while (!rest.empty()) {
            const auto piece = rest.first(std::min<std::size_t>(rest.size(), 4096));
            rest = rest.subspan(piece.size());
            session.received(piece, now);
            session.advance(now);
            answered += session.take_output().size();
        }
        session.ended(now);
        session.advance(now);
        answered += session.take_output().size();
        if (answered > 64 * 1024 + 100 * size) std::abort();
    }
    if (one.hub.partitions() != kept) std::abort();
    return 0;
}
