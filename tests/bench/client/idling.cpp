// Devices that do nothing but keep their connections alive. Says when all are connected, and goes on until standard
// input ends: who asked looks at the server meanwhile.

#include <poll.h>

#include "tests/bench/client/measure.hpp"

namespace hubspec::bench {

namespace {

bool input_has_ended() {
    pollfd input{0, POLLIN, 0};
    char byte = 0;
    return ::poll(&input, 1, 0) > 0 && ::read(0, &byte, 1) <= 0;
}

}  // namespace

int measure_idling(const Wanted& wanted) {
    std::size_t answered = 0;
    Fleet fleet(wanted, [&](Device&, const Packet& packet) { answered += packet.type() == 13 ? 1 : 0; });
    const auto began = Clock::now();
    fleet.connect(wanted.connections);
    print({{"connections", static_cast<double>(wanted.connections)},
           {"seconds", std::chrono::duration<double>(Clock::now() - began).count()}});
    // Spread over the interval, as those of a real fleet are.
    const auto interval = std::chrono::duration<double>(wanted.server.keep_alive == 0 ? 1e9 : wanted.server.keep_alive);
    const auto each = std::chrono::duration_cast<Clock::duration>(interval / static_cast<double>(wanted.connections));
    auto next = Clock::now() + each;
    std::size_t turn = 0;
    while (!input_has_ended()) {
        while (next <= Clock::now()) {
            auto& device = *fleet.devices()[turn++ % wanted.connections];
            device.send(pingreq_packet);
            device.flush();
            next += each;
        }
        fleet.wait(std::min(next, Clock::now() + std::chrono::milliseconds(100)));
    }
    print({{"pings", static_cast<double>(answered)}});
    return 0;
}

}  // namespace hubspec::bench
