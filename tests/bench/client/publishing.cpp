// Telemetry of QoS 1: each device keeps so many messages in flight. What came in one read is answered in one write.

#include <array>
#include <optional>

#include "tests/bench/client/measure.hpp"

namespace hubspec::bench {

namespace {

constexpr std::size_t most_in_flight = 1024;

/// Of one device: its message, made once, and when that with an id was sent.
struct Sender {
    Bytes message;
    std::array<Clock::time_point, most_in_flight + 1> sent{};
};

struct Publishing {
    explicit Publishing(const Wanted& all)
        : wanted(all), payload(wanted.payload, 'x'), fleet(wanted, [this](Device& device, const Packet& packet) {
              if (packet.type() == 4) acknowledged(device, packet.id());
          }) {}

    void begin() {
        senders.resize(wanted.first + wanted.connections);
        for (auto& device : fleet.devices()) {
            senders[device->number()].message =
                publish_packet("devices/" + device->id() + "/messages/events/", payload, 1, 0);
            for (std::size_t i = 1; i <= wanted.in_flight; ++i) send(*device, static_cast<std::uint16_t>(i));
            device->flush();
        }
    }
    void send(Device& device, std::uint16_t id) {
        auto& sender = senders[device.number()];
        sender.sent[id] = Clock::now();
        auto* at = &sender.message[sender.message.size() - payload.size() - 2];
        at[0] = static_cast<std::uint8_t>(id >> 8U);
        at[1] = static_cast<std::uint8_t>(id);
        device.send(sender.message);
    }
    void acknowledged(Device& device, std::uint16_t id) {
        if (counts) delays.add(Clock::now() - senders[device.number()].sent.at(id));
        send(device, id);  // leaves with all others when the device has read everything
    }
    void run(double seconds) {
        const auto end =
            Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
        while (Clock::now() < end) fleet.wait(end);
    }

    const Wanted& wanted;
    std::string payload;
    std::vector<Sender> senders;
    bool counts = false;
    Delays delays;
    Fleet fleet;
};

}  // namespace

int measure_publishing(const Wanted& wanted) {
    Publishing publishing(wanted);
    publishing.fleet.connect(wanted.connections);
    publishing.begin();
    publishing.run(wanted.seconds / 4);
    publishing.counts = true;
    const auto began = Clock::now();
    const double server = processor_time(wanted.server.pid), own = own_processor_time();
    publishing.run(wanted.seconds);
    const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
    const auto messages = static_cast<double>(publishing.delays.size());
    if (messages == 0) throw std::runtime_error("no message was acknowledged");
    print({{"messages", messages},
           {"seconds", seconds},
           {"rate", messages / seconds},
           {"p50_us", publishing.delays.part(0.5)},
           {"p99_us", publishing.delays.part(0.99)},
           {"server_cpu_us", (processor_time(wanted.server.pid) - server) * 1e6 / messages},
           {"client_cpu_us", (own_processor_time() - own) * 1e6 / messages}});
    return 0;
}

}  // namespace hubspec::bench
