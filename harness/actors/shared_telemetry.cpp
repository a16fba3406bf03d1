// One reader of telemetry for the cases of a run.

#include <algorithm>
#include <mutex>

#include "harness/actors/amqp_back_end.hpp"

namespace hubspec::actors {

using namespace model;

struct SharedTelemetry::Impl {
    struct Listener : Subscription {
        Listener(std::shared_ptr<Impl> whose, Inbox& where, std::function<bool(const std::string&)> which)
            : owner(std::move(whose)), inbox(where), is_wanted(std::move(which)) {}
        ~Listener() override {
            const std::lock_guard lock(owner->listening);
            std::erase(owner->listeners, this);
        }
        std::shared_ptr<Impl> owner;
        Inbox& inbox;
        std::function<bool(const std::string&)> is_wanted;
    };

    Impl(const Endpoint& to, const ServiceAccess& with) : endpoint(to), access(with) { loop.start(); }

    // In the loop's thread.
    void hear(const EventForm& event) {
        const auto* seen = std::get_if<TelemetrySeen>(&event);
        const auto* device = seen != nullptr ? seen->message.find("deviceId") : nullptr;
        const auto* id = device != nullptr ? device->text() : nullptr;
        const std::lock_guard lock(listening);
        if (seen == nullptr) has_failed = true;
        for (auto* one : listeners)
            if (id == nullptr || one->is_wanted(*id)) one->inbox.put(event);
    }

    void read() {
        {
            const std::lock_guard lock(listening);
            if (reader && !has_failed) return;
            has_failed = false;
        }
        reader.reset();
        if (!endpoint.events) throw std::runtime_error("the hub does not say where its telemetry is read");
        reader = std::make_unique<TelemetryReader>(
            loop, endpoint, *endpoint.events, access, [this](const EventForm& event) { hear(event); },
            TelemetryReader::Options{true, {}});
    }

    Endpoint endpoint;
    ServiceAccess access;
    std::mutex listening;  ///< for the listeners and has_failed
    std::vector<Listener*> listeners;
    bool has_failed = false;
    std::mutex beginning;  ///< one begins to read, the others wait for it
    net::Loop loop;
    std::unique_ptr<TelemetryReader> reader;
};

SharedTelemetry::SharedTelemetry(const Endpoint& endpoint, const ServiceAccess& access)
    : impl_(std::make_shared<Impl>(endpoint, access)) {}

SharedTelemetry::~SharedTelemetry() {
    const std::lock_guard lock(impl_->beginning);
    impl_->reader.reset();
}

std::unique_ptr<SharedTelemetry::Subscription> SharedTelemetry::subscribe(
    Inbox& inbox, std::function<bool(const std::string&)> is_wanted) {
    auto listener = std::make_unique<Impl::Listener>(impl_, inbox, std::move(is_wanted));
    const std::lock_guard begins(impl_->beginning);
    impl_->read();
    const std::lock_guard lock(impl_->listening);
    impl_->listeners.push_back(listener.get());
    return listener;
}

}  // namespace hubspec::actors
