// What a device and the back end ask of each other, one request of each device at a time, over a QoS 1 round trip of as
// many devices: "round_trip", "twin" (a PATCH until 204), "method" (a call by REST until its result).

#include <charconv>
#include <stdexcept>

#include "harness/iothub/sas_token.hpp"
#include "tests/bench/client/measure.hpp"

namespace hubspec::bench {

namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view text_of(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Topic of a PUBLISH that has come.
std::string_view topic_of(const Packet& packet) {
    const auto length = packet.id();
    return text_of(packet.body).substr(2, length);
}

std::string service_token(const Wanted& wanted) {
    return iothub::make_sas_token({wanted.server.host_name, iothub::base64_decode(wanted.policy_key).value_or(Bytes{}),
                                   static_cast<std::int64_t>(std::time(nullptr)) + 24 * 3600, wanted.policy});
}

/// The back end's side of one device: a connection for HTTP that stays.
class Caller final : public Waiting {
public:
    using Answered = std::function<void()>;
    Caller(Poller& poller, SSL_CTX* context, const Wanted& wanted, std::string request, Answered answered)
        : poller_(poller),
          request_(std::move(request)),
          answered_(std::move(answered)),
          channel_(context, connect_socket(wanted.https_port, 7), wanted.server.host_name, nullptr) {
        poller_.add(channel_.descriptor(), this, true);
    }
    void ask() {
        channel_.write(bytes_of(request_));
        go_on(channel_.flush());
    }
    void on_ready() override {
        const bool goes_on = channel_.advance();
        for (auto size = whole_answer(); size > 0; size = whole_answer()) {
            channel_.consume(size);
            answered_();
        }
        go_on(goes_on);
    }
    bool is_established() const { return channel_.is_established(); }

private:
    void go_on(bool goes_on) {
        if (!goes_on) throw std::runtime_error("the hub closed a connection of its service API");
        poller_.change(channel_.descriptor(), this, channel_.wants_to_write());
    }
    // Bytes of the answer that has come in whole; 0: not yet. Throws for another one than 200.
    std::size_t whole_answer() const {
        const auto text = text_of(channel_.received());
        const auto end = text.find("\r\n\r\n");
        if (end == std::string_view::npos) return 0;
        if (!text.starts_with("HTTP/1.1 200")) throw std::runtime_error("the hub answered " + std::string(text));
        constexpr std::string_view name = "Content-Length: ";
        const auto at = text.find(name);
        std::size_t length = 0;
        if (at < end) std::from_chars(text.data() + at + name.size(), text.data() + end, length);
        return text.size() < end + 4 + length ? 0 : end + 4 + length;
    }
    Poller& poller_;
    std::string request_;
    Answered answered_;
    Channel channel_;
};

class Requests {
public:
    Requests(const Wanted& wanted, std::string what)
        : wanted_(wanted),
          what_(std::move(what)),
          fleet_(wanted, [this](Device& device, const Packet& packet) { received(device, packet); }),
          context_(client_context(wanted.server.ca_file, wanted.server.tls)),
          asked_(wanted.connections) {}

    void prepare() {
        fleet_.connect(wanted_.connections);
        const auto filter = what_ == "twin" ? "$iothub/twin/res/#" : "$iothub/methods/POST/#";
        for (auto& device : fleet_.devices()) {
            if (what_ == "round_trip") break;
            device->send(subscribe_packet(filter, 0, 1));
            device->flush();
        }
        while (what_ != "round_trip" && subscribed_ < wanted_.connections) wait();
        for (std::size_t i = 0; what_ == "method" && i < wanted_.connections; ++i)
            callers_.push_back(std::make_unique<Caller>(fleet_.poller(), context_.get(), wanted_, method_call(i),
                                                        [this, i] { answered(i); }));
        for (const auto& caller : callers_)
            while (!caller->is_established()) wait();
    }
    void begin() {
        for (std::size_t i = 0; i < wanted_.connections; ++i) ask(i);
    }
    /// Until so many were answered.
    void go_on(std::size_t count) {
        while (delays.size() < count) wait();
    }
    Delays delays;

private:
    void wait() { fleet_.wait(Clock::now() + std::chrono::seconds(1)); }
    std::string method_call(std::size_t number) const {
        const std::string body = R"({"methodName":"reboot","responseTimeoutInSeconds":30,"payload":{}})";
        return "POST /twins/" + wanted_.server.prefix + std::to_string(number) +
               "/methods?api-version=2021-04-12 HTTP/1.1\r\nHost: " + wanted_.server.host_name +
               "\r\nAuthorization: " + service_token(wanted_) +
               "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
               body;
    }
    void ask(std::size_t number) {
        asked_[number] = Clock::now();
        if (what_ == "method") return callers_[number]->ask();
        auto& device = *fleet_.devices()[number];
        if (what_ == "twin")
            device.send(publish_packet("$iothub/twin/PATCH/properties/reported/?$rid=1", R"({"level":60})", 0, 0));
        else
            device.send(publish_packet("devices/" + device.id() + "/messages/events/", std::string(64, 'x'), 1, 1));
        device.flush();
    }
    void answered(std::size_t number) {
        delays.add(Clock::now() - asked_[number]);
        ask(number);
    }
    void received(Device& device, const Packet& packet) {
        if (packet.type() == 9) ++subscribed_;
        if (packet.type() == 4) answered(device.number());
        if (packet.type() != 3) return;
        const auto topic = topic_of(packet);
        if (topic.starts_with("$iothub/twin/res/204/")) return answered(device.number());
        constexpr std::string_view call = "$iothub/methods/POST/reboot/";
        if (!topic.starts_with(call)) throw std::runtime_error("unexpected: " + std::string(topic));
        device.send(publish_packet("$iothub/methods/res/200/" + std::string(topic.substr(call.size())), "{}", 0, 0));
    }

    const Wanted& wanted_;
    std::string what_;
    Fleet fleet_;
    ContextPointer context_;
    std::vector<std::unique_ptr<Caller>> callers_;
    std::vector<Clock::time_point> asked_;
    std::size_t subscribed_ = 0;
};

}  // namespace

int measure_requests(const Wanted& wanted, const std::string& what) {
    Requests requests(wanted, what);
    requests.prepare();
    requests.begin();
    requests.go_on(wanted.count / 5);  // warm
    requests.delays = {};
    const auto began = Clock::now();
    const double server = processor_time(wanted.server.pid);
    requests.go_on(wanted.count);
    const auto count = static_cast<double>(requests.delays.size());
    print({{"count", count},
           {"rate", count / std::chrono::duration<double>(Clock::now() - began).count()},
           {"p50_us", requests.delays.part(0.5)},
           {"p99_us", requests.delays.part(0.99)},
           {"server_cpu_us", (processor_time(wanted.server.pid) - server) * 1e6 / count}});
    return 0;
}

}  // namespace hubspec::bench
