#include "harness/actors/paho_device.hpp"

#include <mqtt/async_client.h>
#include <sys/socket.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "harness/actors/paho_credentials.hpp"
#include "harness/actors/paho_mutex.hpp"
#include "harness/actors/paho_sockets.hpp"

namespace hubspec::actors {

namespace paho = ::mqtt;

namespace {

constexpr int most_in_flight = 1000;

// Paho joins its process-wide threads when the last client goes, and a client takes 100 ms to go: one client that never
// connects keeps the threads, and clients go on a thread of their own.
class Graveyard {
public:
    Graveyard()
        : anchor_("ssl://127.0.0.1:1", "anchor", paho::create_options(MQTTVERSION_3_1_1)),
          mutex_of_paho_([this] { static_cast<void>(anchor_.is_connected()); }),
          thread_([this] { work(); }) {
        thread_.detach();
    }

    /// `afterwards` runs when nothing of Paho refers to the client's listeners any more.
    void bury(std::unique_ptr<paho::async_client> client, std::function<void()> afterwards) {
        {
            const std::lock_guard lock(mutex_);
            waiting_.push_back({std::move(client), std::move(afterwards)});
        }
        arrived_.notify_one();
    }

    const PahoMutex& mutex_of_paho() const { return mutex_of_paho_; }

private:
    void work() {
        while (true) {
            std::unique_lock lock(mutex_);
            arrived_.wait(lock, [this] { return !waiting_.empty(); });
            auto [client, afterwards] = std::move(waiting_.front());
            waiting_.pop_front();
            lock.unlock();
            client.reset();
            afterwards();
        }
    }

    paho::async_client anchor_;
    PahoMutex mutex_of_paho_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<std::pair<std::unique_ptr<paho::async_client>, std::function<void()>>> waiting_;
    std::thread thread_;
};

Graveyard& graveyard() {
    static auto* const one = new Graveyard;  // lives as long as Paho's threads: to the end of the process
    return *one;
}

// What to do when an action has ended.
struct Listener : paho::iaction_listener {
    std::function<void(const paho::token&)> success, failure;
    void on_success(const paho::token& token) override { success(token); }
    void on_failure(const paho::token& token) override { failure(token); }
};

// What Paho says about an action that failed; its token gives it to those who wait for it only.
std::string message_of(const paho::token& token) {
    try {
        const_cast<paho::token&>(token).try_wait();
    } catch (const paho::exception& error) {
        return error.get_message();
    }
    return {};
}

template <class Work>
void refuse_politely(const Work& work) {
    try {
        work();
    } catch (const paho::exception& error) {
        // A lost connection is told by itself; what Paho refuses to send is the scenario's to change.
        if (error.get_return_code() == MQTTASYNC_DISCONNECTED) return;
        throw std::invalid_argument(std::string("Paho does not send this: ") + error.what() + "; a wire line can");
    }
}

}  // namespace

struct PahoDevice::Impl : std::enable_shared_from_this<PahoDevice::Impl> {
    explicit Impl(PahoObserver& given) : observer(&given) {}

    std::mutex mutex;  // guards what follows up to `client`
    PahoObserver* observer;
    bool ended = false;
    bool is_connected = false;
    bool leaves_once_connected = false, drops_once_connected = false;  // what was asked for too early for Paho
    std::unique_ptr<paho::async_client> client;
    std::deque<Listener> listeners;  // under mutex; Paho keeps references until their actions end
    std::chrono::seconds timeout{};
    SocketSlot socket = std::make_shared<std::atomic<int>>(-1);

    void tell(mqtt::Packet packet) {
        const std::lock_guard lock(mutex);
        if (observer != nullptr && !ended) observer->on_packet(std::move(packet));
    }
    void tell_closed(std::string how, bool had_transport = true) {
        const std::lock_guard lock(mutex);
        if (observer != nullptr && !ended) observer->on_closed(std::move(how), had_transport);
        ended = true;
    }

    Listener& listen(std::function<void(const paho::token&)> success, std::function<void(const paho::token&)> failure) {
        const std::lock_guard lock(mutex);
        auto& listener = listeners.emplace_back();
        listener.success = std::move(success);
        listener.failure = std::move(failure);
        return listener;
    }

    void connected(const paho::token& token) {
        tell(mqtt::Connack{token.get_connect_response().is_session_present(), 0});
        bool leaves = false, drops = false;
        {
            const std::lock_guard lock(mutex);
            is_connected = true;
            leaves = leaves_once_connected;
            drops = drops_once_connected;
        }
        if (drops) return cut();
        if (!leaves) return;
        try {
            leave();
        } catch (const std::invalid_argument&) {
            cut();  // nobody is there to hear why
        }
    }

    void leave() {
        const auto left = [self = shared_from_this()](const paho::token&) { self->tell_closed("disconnected"); };
        auto& listener = listen(left, left);
        act([&] { client->disconnect(0, nullptr, listener); });
    }

    void cut() {
        const int descriptor = *socket;
        if (descriptor >= 0) ::shutdown(descriptor, SHUT_RDWR);
    }

    void refused(const paho::token& token) {
        expect_no_paho_socket(socket);
        const int code = token.get_return_code();
        if (code >= 1 && code <= 5) {
            tell(mqtt::Connack{false, static_cast<std::uint8_t>(code)});
            return tell_closed("closed by Paho after the refusal");
        }
        // Of TCP and TLS Paho tells that they failed, not how: a wire line, and the look at a target before a run, do.
        const auto message = message_of(token);
        if (message == "TCP connect completion failure")  // it says so of a connection that ends after CONNECT was sent
            return tell_closed("the hub closed the connection and did not answer CONNECT");
        if (message == "TCP connect timeout")
            return tell_closed("no connection: no answer within " + std::to_string(timeout.count()) + " s", false);
        if (code == MQTTASYNC_FAILURE) return tell_closed("no connection: TCP or the handshake failed", false);
        tell_closed("no connection: " + paho::exception::printable_error(code), false);
    }

    void subscribed(const paho::token& token) {
        mqtt::Suback suback{static_cast<mqtt::PacketId>(token.get_message_id()), {}};
        const auto response = token.get_subscribe_response();
        // Of a single filter Paho 1.3.12 tells no granted QoS, only that it was granted: what it gives is no code.
        if (response.get_reason_codes().size() > 1)
            for (const auto code : response.get_reason_codes())
                suback.return_codes.push_back(static_cast<std::uint8_t>(code));
        tell(std::move(suback));
    }

    // Paho calls a single refused filter a failure with the code itself.
    void not_subscribed(const paho::token& token, std::size_t filters) {
        if (token.get_return_code() == mqtt::subscription_failure)
            tell(mqtt::Suback{static_cast<mqtt::PacketId>(token.get_message_id()),
                              std::vector<std::uint8_t>(filters, mqtt::subscription_failure)});
    }

    paho::connect_options connect_options(const PahoConnect& options) {
        timeout = std::chrono::ceil<std::chrono::seconds>(options.connect_timeout);  // Paho counts in seconds
        paho::ssl_options tls;
        if (!options.ca_file.empty()) tls.set_trust_store(options.ca_file);
        if (!options.credential_file.empty()) {
            tls.set_key_store(options.credential_file);
            tls.set_private_key(options.credential_file);
        }
        tls.set_enable_server_cert_auth(true);
        tls.set_verify(true);
        // No error handler: Paho C++ 1.2 calls it on a copy of these options that is gone by then.
        const auto& packet = options.packet;
        paho::connect_options made;
        made.set_mqtt_version(MQTTVERSION_3_1_1);  // the default tries MQTT 3.1 after a refusal
        made.set_clean_session(packet.clean_session);
        made.set_keep_alive_interval(packet.keep_alive);
        made.set_connect_timeout(timeout);
        made.set_max_inflight(most_in_flight);
        made.set_automatic_reconnect(false);
        if (packet.user_name) made.set_user_name(*packet.user_name);
        if (packet.password)
            made.set_password(paho::binary_ref(std::string(packet.password->begin(), packet.password->end())));
        if (packet.will)
            made.set_will(paho::will_options(packet.will->topic, packet.will->payload.data(),
                                             packet.will->payload.size(), packet.will->qos, packet.will->retain));
        made.set_ssl(std::move(tls));
        return made;
    }

    void make_client(const PahoConnect& options) {
        const paho::create_options create(MQTTVERSION_3_1_1, most_in_flight);
        client = std::make_unique<paho::async_client>(options.server_uri, options.packet.client_id, create, nullptr);
        client->set_message_callback([weak = weak_from_this()](paho::const_message_ptr message) {
            const auto self = weak.lock();
            if (!self || !message) return;
            const auto payload = message->get_payload_ref();
            self->tell(mqtt::Publish{message->get_topic(), mqtt::Bytes(payload.data(), payload.data() + payload.size()),
                                     static_cast<std::uint8_t>(message->get_qos()), message->is_retained(),
                                     message->is_duplicate(), 0});
        });
        client->set_connection_lost_handler([weak = weak_from_this()](const std::string&) {
            if (const auto self = weak.lock()) self->tell_closed("the hub closed the connection");
        });
    }

    template <class Work>
    void act(const Work& work) {
        if (!client) throw std::invalid_argument("the device is not connected");
        const PahoMutex::Lock lock(graveyard().mutex_of_paho());
        refuse_politely(work);
    }
};

PahoDevice::PahoDevice(PahoObserver& observer) : impl_(std::make_shared<Impl>(observer)) { share_paho_credentials(); }

PahoDevice::~PahoDevice() {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->observer = nullptr;
        impl_->leaves_once_connected = false;
    }
    expect_no_paho_socket(impl_->socket);
    drop();
    if (!impl_->client) {
        impl_->listeners.clear();  // they refer to impl_
        return;
    }
    try {
        // This also waits for a callback under way, which may be using the client: Paho holds its mutex meanwhile.
        impl_->client->disable_callbacks();
    } catch (const paho::exception&) {
        // Paho takes no new callbacks while it connects; those it has know that nobody listens any more.
    }
    graveyard().bury(std::move(impl_->client), [impl = impl_] { impl->listeners.clear(); });
}

void PahoDevice::connect(const PahoConnect& options) {
    auto& impl = *impl_;
    graveyard();
    refuse_politely([&] { impl.make_client(options); });
    auto& listener = impl.listen([self = impl_](const paho::token& token) { self->connected(token); },
                                 [self = impl_](const paho::token& token) { self->refused(token); });
    expect_paho_socket(impl.socket);  // waits for a thread of Paho's, so not under its mutex
    try {
        impl.act([&] { impl.client->connect(impl.connect_options(options), nullptr, listener); });
    } catch (...) {
        expect_no_paho_socket(impl.socket);
        throw;
    }
}

void PahoDevice::subscribe(const std::vector<mqtt::Subscription>& subscriptions) {
    auto& impl = *impl_;
    auto& listener = impl.listen(
        [self = impl_](const paho::token& token) { self->subscribed(token); },
        [self = impl_, count = subscriptions.size()](const paho::token& token) { self->not_subscribed(token, count); });
    impl.act([&] {
        auto filters = std::make_shared<paho::string_collection>();
        paho::async_client::qos_collection qos;
        for (const auto& one : subscriptions) filters->push_back(one.filter), qos.push_back(one.qos);
        impl.client->subscribe(filters, qos, nullptr, listener);
    });
}

void PahoDevice::unsubscribe(const std::vector<std::string>& filters) {
    auto& impl = *impl_;
    auto& listener = impl.listen(
        [self = impl_](const paho::token& token) {
            self->tell(mqtt::Unsuback{static_cast<mqtt::PacketId>(token.get_message_id())});
        },
        [](const paho::token&) {});
    impl.act([&] {
        auto all = std::make_shared<paho::string_collection>();
        for (const auto& filter : filters) all->push_back(filter);
        impl.client->unsubscribe(all, nullptr, listener);
    });
}

void PahoDevice::publish(const mqtt::Publish& packet) {
    auto& impl = *impl_;
    auto& listener = impl.listen(
        [self = impl_, qos = packet.qos](const paho::token& token) {
            const auto id = static_cast<mqtt::PacketId>(token.get_message_id());
            if (qos == 1) self->tell(mqtt::Puback{id});
            if (qos == 2) self->tell(mqtt::Pubcomp{id});
        },
        [](const paho::token&) {});
    impl.act([&] {
        impl.client->publish(packet.topic, packet.payload.data(), packet.payload.size(), packet.qos, packet.retain,
                             nullptr, listener);
    });
}

void PahoDevice::disconnect() {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->leaves_once_connected = true;
        if (!impl_->is_connected) return;
    }
    impl_->leave();
}

void PahoDevice::drop() {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->drops_once_connected = true;  // Paho may not have a socket yet
    }
    impl_->cut();
}

}  // namespace hubspec::actors
