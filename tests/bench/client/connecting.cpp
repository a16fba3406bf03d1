// New connections, from TCP's first packet to CONNACK, so many at a time; then the next at once.

#include <optional>

#include "tests/bench/client/measure.hpp"

namespace hubspec::bench {

namespace {

SSL_SESSION* kept_session(SSL* ssl) { return SSL_get1_session(ssl); }

/// One connection after the other as the same device.
struct Slot {
    std::unique_ptr<Device> device;
    SessionPointer session;
    Clock::time_point began;
    bool is_done = false;
};

struct Connecting {
    explicit Connecting(const Wanted& all)
        : wanted(all), context(client_context(wanted.server.ca_file, wanted.server.tls)) {
        events.connected = [this](Device& device) { connected(device); };
        events.lost = [this](Device& device, const std::string& how) { lost = device.id() + ": " + how; };
        slots.resize(wanted.at_once);
    }

    void begin(std::size_t number) {
        auto& slot = slots[number];
        slot.is_done = false;
        slot.device.reset();
        slot.began = Clock::now();
        slot.device = std::make_unique<Device>(poller, context.get(), wanted.server, wanted.first + number, events,
                                               slot.session.get());
    }
    void connected(Device& device) {
        auto& slot = slots[device.number() - wanted.first];
        SSL* ssl = device.channel().ssl();
        delays.add(Clock::now() - slot.began);
        if (SSL_session_reused(ssl) == 1) ++reused;
        if (wanted.resume) slot.session.reset(kept_session(ssl));
        slot.is_done = true;
    }
    void run(double seconds) {
        const auto end =
            Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
        while (Clock::now() < end) {
            poller.wait(end);
            if (!lost.empty()) throw std::runtime_error(lost);
            for (std::size_t i = 0; i < slots.size(); ++i)
                if (slots[i].is_done) begin(i);
        }
    }

    const Wanted& wanted;
    ContextPointer context;
    Poller poller;
    Device::Events events;
    std::vector<Slot> slots;
    Delays delays;
    std::size_t reused = 0;
    std::string lost;
};

}  // namespace

int measure_connecting(const Wanted& wanted) {
    Connecting connecting(wanted);
    for (std::size_t i = 0; i < wanted.at_once; ++i) connecting.begin(i);
    connecting.run(wanted.seconds / 8);
    connecting.delays = {};
    connecting.reused = 0;
    const auto began = Clock::now();
    const double server = processor_time(wanted.server.pid), own = own_processor_time();
    connecting.run(wanted.seconds);
    const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
    const auto connections = static_cast<double>(connecting.delays.size());
    if (connections == 0) throw std::runtime_error("no connection came about");
    print({{"connections", connections},
           {"seconds", seconds},
           {"rate", connections / seconds},
           {"reused", static_cast<double>(connecting.reused) / connections},
           {"p50_us", connecting.delays.part(0.5)},
           {"p99_us", connecting.delays.part(0.99)},
           {"server_cpu_us", (processor_time(wanted.server.pid) - server) * 1e6 / connections},
           {"client_cpu_us", (own_processor_time() - own) * 1e6 / connections}});
    return 0;
}

}  // namespace hubspec::bench
