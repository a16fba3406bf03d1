#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "tests/fuzz/amqp_hub.hpp"

using namespace hubspec;

// Proton loses ten bytes with a client that begins SASL twice, whose connection it ends.
extern "C" const char* __lsan_default_suppressions() { return "leak:libqpid-proton-core.so"; }

/// Whatever comes to the AMQP port: the answers do not grow without bound, and the hub's telemetry is still there.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    hub::fuzz::AmqpHub one;
    const auto kept = one.hub.partitions();
    {
        hub::ServiceSession session(one.hub, hub::fuzz::endpoint, one.readers, hub::fuzz::now);
        std::span<const std::uint8_t> rest(data, size);
        std::size_t answered = 0;
        while (!rest.empty()) {
            const auto piece = rest.first(std::min<std::size_t>(rest.size(), 4096));
            rest = rest.subspan(piece.size());
            session.received(piece, hub::fuzz::now);
            session.advance(hub::fuzz::now);
            answered += session.take_output().size();
        }
        session.ended(hub::fuzz::now);
        session.advance(hub::fuzz::now);
        answered += session.take_output().size();
        if (answered > 64 * 1024 + 100 * size) std::abort();
    }
    if (one.hub.partitions() != kept) std::abort();
    return 0;
}
