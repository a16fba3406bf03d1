#include "harness/net/alarm.hpp"

#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <optional>
#include <utility>

#include "harness/net/asio_loop.hpp"

namespace hubspec::net {

struct Alarm::Impl {
    explicit Impl(boost::asio::io_context& context) : timer(context) {}
    boost::asio::steady_timer timer;
    std::function<void()> work;
    /// Of the pending call: Asio may have a former one in its queue already when it is replaced.
    std::shared_ptr<std::uint64_t> number = std::make_shared<std::uint64_t>(0);
};

Alarm::Alarm(Loop& loop) : impl_(std::make_unique<Impl>(loop.impl().context)) {}
Alarm::~Alarm() { cancel(); }

void Alarm::at(std::chrono::steady_clock::time_point moment, std::function<void()> work) {
    impl_->timer.expires_at(moment);
    impl_->work = std::move(work);
    impl_->timer.async_wait([impl = impl_.get(), number = impl_->number, mine = ++*impl_->number](const auto& error) {
        if (error || *number != mine) return;
        const auto now = std::move(impl->work);
        now();
    });
}

void Alarm::cancel() {
    ++*impl_->number;
    impl_->timer.cancel();
}

}  // namespace hubspec::net
