#include "harness/load/back_end.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "harness/actors/amqp_back_end.hpp"
#include "harness/actors/inbox.hpp"
#include "harness/actors/service_calls.hpp"
#include "harness/iothub/property_bag.hpp"
#include "harness/model/load.hpp"
#include "harness/model/value.hpp"
#include "harness/net/loop.hpp"

namespace hubspec::load {

using namespace model;

namespace {

constexpr const char* api_version = "2021-04-12";  // X-REST-02
constexpr int throttled_status = 429;
// The hub waits for the device's answer from 5 to 300 seconds (X-METHOD-05).
constexpr std::int64_t least_timeout = 5, longest_timeout = 300;

std::string method_body(std::size_t size, std::chrono::milliseconds patience) {
    const auto seconds = std::clamp<std::int64_t>((patience.count() + 999) / 1000, least_timeout, longest_timeout);
    return R"({"methodName":"load","responseTimeoutInSeconds":)" + std::to_string(seconds) + R"(,"payload":")" +
           std::string(size > 2 ? size - 2 : 0, 'x') + "\"}";
}

bool is_throttled(const std::string& text) {
    return text.find("throttl") != std::string::npos || text.find("429") != std::string::npos;
}

}  // namespace

std::string cause_of_answer(const HttpResponse& answer) {
    if (answer.status == throttled_status) return "HTTP 429 " + std::string(throttled_mark);
    if (answer.status != 200) return "HTTP " + std::to_string(answer.status);
    const auto body = parse_json(answer.body);
    const auto* status = body ? body->find("status") : nullptr;
    if (status == nullptr || status->integer() == nullptr) return "HTTP 200 without the device's status";
    return *status->integer() == 200 ? "" : "the device's status became " + std::to_string(*status->integer());
}

struct BackEnd::Impl {
    Impl(const actors::Endpoint& endpoint, const actors::ServiceAccess& rights, std::chrono::milliseconds time)
        : patience(time), calls(endpoint, rights) {
        loop.start();
        messages.emplace(loop, endpoint, rights, inbox);
        sender = std::thread([this] { send_all(); });
        listener = std::thread([this] { listen(); });
    }

    ~Impl() {
        {
            const std::lock_guard lock(mutex);
            ending = true;
            told.clear();
        }
        arrived.notify_all();
        sender.join();
        inbox.stop();
        listener.join();
        messages.reset();
    }

    struct Message {
        std::uint64_t number = 0;
        actors::CloudMessage message;
    };

    std::chrono::milliseconds patience;
    actors::Inbox inbox;
    net::Loop loop;  ///< of AMQP
    std::optional<actors::DeviceMessages> messages;
    std::mutex mutex;
    std::condition_variable arrived;
    std::deque<Message> waiting;
    std::map<std::uint64_t, Told> told;  ///< of messages that the hub has not spoken of
    std::uint64_t numbered = 0;
    bool ending = false;
    std::thread sender, listener;
    actors::ServiceCalls calls;

    void send_all() {
        std::unique_lock lock(mutex);
        while (true) {
            arrived.wait(lock, [this] { return ending || !waiting.empty(); });
            if (ending) return;
            auto next = std::move(waiting.front());
            waiting.pop_front();
            lock.unlock();
            messages->send(std::to_string(next.number), std::move(next.message));
            lock.lock();
        }
    }

    void listen() {
        while (true) {
            const auto event = inbox.take(std::chrono::steady_clock::time_point::max());
            if (!event) return;
            if (const auto* settled = std::get_if<CloudMessageSettled>(&event->form)) tell(*settled);
            if (const auto* failed = std::get_if<HarnessFailed>(&event->form)) fail_all(failed->text);
        }
    }

    void tell(const CloudMessageSettled& settled) {
        std::string cause;
        if (settled.outcome != "accepted") {
            cause = "the hub " + settled.outcome + " it: " + settled.condition;
            if (is_throttled(settled.condition)) cause += " " + std::string(throttled_mark);
        }
        Told one;
        {
            const std::lock_guard lock(mutex);
            const auto found = told.find(std::stoull(settled.exchange));
            if (found == told.end()) return;
            one = std::move(found->second);
            told.erase(found);
        }
        one(cause);
    }

    // Its connection is gone, and with it whatever was on it.
    void fail_all(const std::string& why) {
        std::map<std::uint64_t, Told> all;
        {
            const std::lock_guard lock(mutex);
            all.swap(told);
        }
        for (const auto& [number, one] : all) one(why);
    }
};

BackEnd::BackEnd(const actors::Endpoint& endpoint, const actors::ServiceAccess& access,
                 std::chrono::milliseconds patience)
    : impl_(std::make_unique<Impl>(endpoint, access, patience)) {}
BackEnd::~BackEnd() = default;

void BackEnd::call(const std::string& device_id, std::size_t size, Told told) {
    HttpRequest request{"POST",
                        "/twins/" + iothub::percent_encode(device_id) + "/methods?api-version=" + api_version,
                        {},
                        method_body(size, impl_->patience)};
    const auto patience = std::chrono::seconds(least_timeout) + impl_->patience;  // the hub gives up before
    impl_->calls.start(std::move(request), patience, [told = std::move(told)](const auto& outcome) {
        told(outcome.failure.empty() ? cause_of_answer(outcome.response) : "the service API: " + outcome.failure);
    });
}

void BackEnd::send(const std::string& device_id, mqtt::Bytes body, Told told) {
    {
        const std::lock_guard lock(impl_->mutex);
        const auto number = ++impl_->numbered;
        impl_->told.emplace(number, std::move(told));
        impl_->waiting.push_back({number, {device_id, std::move(body)}});
    }
    impl_->arrived.notify_one();
}

}  // namespace hubspec::load
