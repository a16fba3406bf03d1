// The device actor on Paho, and the back end's AMQP sender, against a hub of another process, on a machine that others
// keep busy. `cycles`: how long each operation takes. `failures`: good connections right after bad ones. `c2d`: from
// sending a message to a device until it has come.

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <thread>
#include <vector>

#include "harness/actors/amqp_back_end.hpp"
#include "harness/actors/device.hpp"
#include "harness/iothub/sas_token.hpp"
#include "tests/bench/arguments.hpp"

namespace {

using namespace hubspec;
using namespace hubspec::model;
using Clock = std::chrono::steady_clock;
using bench::number;
using bench::text;

struct Wanted {
    actors::Endpoint endpoint;
    actors::ServiceAccess access;
    std::string key, prefix, other_ca;
    std::size_t count = 100, devices = 1;
    unsigned busy = 0;  ///< threads that do nothing but compute
};

mqtt::Connect connect_packet(const Wanted& wanted, const std::string& id) {
    const auto& host = wanted.endpoint.host_name;
    mqtt::Connect packet;
    packet.client_id = id;
    packet.user_name = host + "/" + id + "/?api-version=2021-04-12";
    const auto token = iothub::make_sas_token(
        {host + "/devices/" + id, *iothub::base64_decode(wanted.key), std::time(nullptr) + 24 * 3600, std::nullopt});
    packet.password = mqtt::Bytes(token.begin(), token.end());
    return packet;
}

/// Keeps every processor busy while it lives.
class BusyMachine {
public:
    explicit BusyMachine(unsigned threads) {
        for (unsigned i = 0; i < threads; ++i)
            threads_.emplace_back([this] {
                while (!over_) {
                }
            });
    }
    ~BusyMachine() {
        over_ = true;
        for (auto& thread : threads_) thread.join();
    }
    BusyMachine(const BusyMachine&) = delete;
    BusyMachine& operator=(const BusyMachine&) = delete;

private:
    std::atomic<bool> over_ = false;
    std::vector<std::thread> threads_;
};

/// The next event of this form; what comes before it is of no interest.
template <class Form>
Form await(actors::Inbox& inbox) {
    const auto patience = Clock::now() + std::chrono::seconds(60);
    while (auto event = inbox.take(patience)) {
        if (auto* form = std::get_if<Form>(&event->form)) return *form;
        if (const auto* failed = std::get_if<HarnessFailed>(&event->form)) throw std::runtime_error(failed->text);
    }
    throw std::runtime_error("nothing came within a minute");
}
template <class Packet>
Packet await_packet(actors::Inbox& inbox) {
    for (;;) {
        const auto received = await<PacketReceived>(inbox);
        if (const auto* packet = std::get_if<Packet>(&received.packet)) return *packet;
    }
}

struct Operation {
    const char* name;
    std::vector<double> took = {};  ///< microseconds
};

void print(std::vector<Operation>& operations) {
    const char* between = "{";
    for (auto& [name, took] : operations) {
        std::sort(took.begin(), took.end());
        std::printf("%s\"%s\": {\"p50_us\": %.1f, \"p99_us\": %.1f, \"slowest_us\": %.1f, \"count\": %zu}", between,
                    name, took[took.size() / 2], took[took.size() * 99 / 100], took.back(), took.size());
        between = ", ";
    }
    std::printf("}\n");
}

template <class Work>
void timed(Operation& operation, Work work) {
    const auto began = Clock::now();
    work();
    operation.took.push_back(std::chrono::duration<double, std::micro>(Clock::now() - began).count());
}

int measure_cycles(const Wanted& wanted) {
    std::vector<Operation> all{{"connect"}, {"subscribe"}, {"publish"}, {"receive"}, {"disconnect"}};
    const auto id = wanted.prefix + "0", topic = "devices/" + id + "/messages/events/";
    for (std::size_t i = 0; i < wanted.count; ++i) {
        actors::Inbox inbox;
        actors::Device device(inbox, "main");
        timed(all[0], [&] {
            device.connect(wanted.endpoint, connect_packet(wanted, id));
            if (await_packet<mqtt::Connack>(inbox).return_code != 0) throw std::runtime_error("CONNECT was refused");
        });
        timed(all[1], [&] {
            device.subscribe({0, {{"$iothub/twin/res/#", 0}}});
            await_packet<mqtt::Suback>(inbox);
        });
        timed(all[2], [&] {
            device.publish({topic, mqtt::Bytes(64, 'x'), 1, false, false, 0});
            await_packet<mqtt::Puback>(inbox);
        });
        timed(all[3], [&] {
            device.publish({"$iothub/twin/GET/?$rid=1", {}, 0, false, false, 0});
            await_packet<mqtt::Publish>(inbox);
        });
        timed(all[4], [&] {
            device.disconnect();
            await<ConnectionClosed>(inbox);
        });
    }
    print(all);
    return 0;
}

/// Takes every connection and closes it at once.
class ClosingServer {
public:
    ClosingServer() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(descriptor_, 64) != 0 ||
            ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            throw std::runtime_error("cannot listen on 127.0.0.1");
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] {
            for (int one = 0; (one = ::accept(descriptor_, nullptr, nullptr)) >= 0;) ::close(one);
        });
    }
    ~ClosingServer() {
        ::shutdown(descriptor_, SHUT_RDWR);
        thread_.join();
        ::close(descriptor_);
    }
    ClosingServer(const ClosingServer&) = delete;
    ClosingServer& operator=(const ClosingServer&) = delete;
    std::uint16_t port() const { return port_; }

private:
    int descriptor_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

int measure_failures(const Wanted& wanted) {
    const ClosingServer closing;
    auto untrusting = wanted.endpoint, closed = wanted.endpoint;
    untrusting.ca_file = wanted.other_ca;
    closed.mqtt_port = closing.port();
    const auto id = wanted.prefix + "0";
    std::size_t false_failures = 0, false_successes = 0;
    for (std::size_t i = 0; i < wanted.count; ++i) {
        {
            actors::Inbox inbox;
            actors::Device device(inbox, "bad");
            device.connect(i % 2 == 0 ? untrusting : closed, connect_packet(wanted, id));
            if (await<ConnectionClosed>(inbox).established) ++false_successes;
        }
        actors::Inbox inbox;
        actors::Device device(inbox, "good");
        device.connect(wanted.endpoint, connect_packet(wanted, id));
        for (bool is_over = false; !is_over;) {
            const auto event = inbox.take(Clock::now() + std::chrono::seconds(60));
            if (!event || std::holds_alternative<ConnectionClosed>(event->form)) ++false_failures;
            const auto* received = event ? std::get_if<PacketReceived>(&event->form) : nullptr;
            is_over = !event || std::holds_alternative<ConnectionClosed>(event->form) || received != nullptr;
        }
    }
    std::printf("{\"count\": %zu, \"false_failures\": %zu, \"false_successes\": %zu}\n", wanted.count, false_failures,
                false_successes);
    return 0;
}

int measure_messages(const Wanted& wanted) {
    actors::Inbox inbox, settled;
    net::Loop loop;
    loop.start();
    std::vector<std::unique_ptr<actors::Device>> devices;
    std::vector<Clock::time_point> sent(wanted.devices);
    for (std::size_t i = 0; i < wanted.devices; ++i) {
        const auto id = wanted.prefix + std::to_string(i);
        devices.push_back(std::make_unique<actors::Device>(inbox, std::to_string(i)));
        devices.back()->connect(wanted.endpoint, connect_packet(wanted, id));
        await_packet<mqtt::Connack>(inbox);
        devices.back()->subscribe({0, {{"devices/" + id + "/messages/devicebound/#", 1}}});
        await_packet<mqtt::Suback>(inbox);
    }
    actors::DeviceMessages messages(loop, wanted.endpoint, wanted.access, settled);
    const auto send = [&](std::size_t i) {
        sent[i] = Clock::now();
        actors::CloudMessage message;
        message.device_id = wanted.prefix + std::to_string(i);
        message.body = mqtt::Bytes(64, 'x');
        messages.send("", std::move(message));
    };
    std::vector<Operation> all{{"c2d"}};
    const auto take_one = [&] {
        for (;;) {
            const auto received = await<PacketReceived>(inbox);
            if (!std::holds_alternative<mqtt::Publish>(received.packet)) continue;
            const auto i = std::stoul(received.connection);
            all[0].took.push_back(std::chrono::duration<double, std::micro>(Clock::now() - sent[i]).count());
            return i;
        }
    };
    for (std::size_t i = 0; i < wanted.devices; ++i) send(i);
    for (std::size_t i = 0; i < wanted.count / 5; ++i) send(take_one());  // warm
    all[0].took.clear();
    for (std::size_t i = 0; i < wanted.count; ++i) send(take_one());
    print(all);
    return 0;
}

int measure(const std::string& what, const Wanted& wanted) {
    const BusyMachine busy(wanted.busy);
    if (what == "cycles") return measure_cycles(wanted);
    if (what == "failures") return measure_failures(wanted);
    if (what == "c2d") return measure_messages(wanted);
    throw std::runtime_error("'" + what + "' cannot be measured");
}

}  // namespace

int main(int count, char** arguments) {
    ::signal(SIGPIPE, SIG_IGN);
    try {
        Wanted wanted;
        wanted.endpoint.address = "127.0.0.1";
        wanted.endpoint.connect_timeout = std::chrono::seconds(30);
        bench::parse(count, arguments,
                     {{"port", number(wanted.endpoint.mqtt_port)},
                      {"amqp-port", number(wanted.endpoint.amqp_port)},
                      {"host-name", text(wanted.endpoint.host_name)},
                      {"ca", text(wanted.endpoint.ca_file)},
                      {"ca-text", text(wanted.endpoint.ca_pem)},
                      {"other-ca", text(wanted.other_ca)},
                      {"policy", text(wanted.access.policy)},
                      {"policy-key", text(wanted.access.key)},
                      {"key", text(wanted.key)},
                      {"prefix", text(wanted.prefix)},
                      {"count", number(wanted.count)},
                      {"devices", number(wanted.devices)},
                      {"busy", number(wanted.busy)}});
        return measure(arguments[1], wanted);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench-actor: %s\n", error.what());
        return 3;
    }
}
