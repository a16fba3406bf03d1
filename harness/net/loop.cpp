#include "harness/net/loop.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <exception>
#include <future>
#include <optional>

#include "harness/net/asio_loop.hpp"
#include "harness/net/descriptors.hpp"

namespace hubspec::net {

namespace asio = boost::asio;
using asio::ip::tcp;

void Loop::Impl::defer(std::function<void()> piece) {
    deferred_.push_back(std::move(piece));
    if (deferred_.size() == 1) asio::post(context, [this] { do_deferred(); });
}

void Loop::Impl::do_deferred() {
    const auto piece = std::move(deferred_.front());
    piece();
    deferred_.pop_front();
    if (!deferred_.empty()) asio::post(context, [this] { do_deferred(); });
}

Loop::Loop() {
    try {
        impl_ = std::make_unique<Impl>();
    } catch (const boost::system::system_error& error) {
        note_shortage(error.code().value());
        throw std::runtime_error("cannot wait for sockets: " + error.code().message());
    }
    // OpenSSL writes to sockets whose peer has gone; that is an error code here, never a signal.
    std::signal(SIGPIPE, SIG_IGN);
}

Loop::~Loop() {
    stop();
    if (impl_->thread.joinable()) impl_->thread.join();
    while (auto* one = impl_->connections.take()) one->abandon();
}

void Loop::start() {
    impl_->thread = std::thread([this] { impl_->context.run(); });
}

void Loop::run() { impl_->context.run(); }

void Loop::stop() { impl_->context.stop(); }

void Loop::post(std::function<void()> work) { asio::post(impl_->context, std::move(work)); }

void Loop::call(const std::function<void()>& work) {
    std::promise<void> done;
    std::exception_ptr failed;
    post([&] {
        try {
            work();
        } catch (...) {
            failed = std::current_exception();
        }
        done.set_value();
    });
    done.get_future().get();
    if (failed) std::rethrow_exception(failed);
}

void Loop::on_signal(std::vector<int> signals, std::function<void(int)> work) {
    auto& set = impl_->signals.emplace(impl_->context);
    for (const int signal : signals) set.add(signal);
    struct Again {
        asio::signal_set& set;
        std::function<void(int)> work;
        void operator()(const boost::system::error_code& error, int signal) {
            if (error) return;
            work(signal);
            set.async_wait(Again{set, work});
        }
    };
    set.async_wait(Again{set, std::move(work)});
}

struct Timer::Impl {
    explicit Impl(asio::io_context& context) : timer(context) {}
    asio::steady_timer timer;
    std::shared_ptr<int> call;  ///< the pending one: Asio may have it in its queue already when it is cancelled
};

Timer::Timer(Loop& loop) : impl_(std::make_unique<Impl>(loop.impl().context)) {}
Timer::~Timer() = default;

void Timer::after(std::chrono::milliseconds delay, std::function<void()> work) {
    constexpr std::chrono::milliseconds a_century = std::chrono::hours(24 * 365 * 100);  // the clock ends after three
    impl_->timer.expires_after(std::min(delay, a_century));
    impl_->call = std::make_shared<int>();
    impl_->timer.async_wait([work = std::move(work), call = std::weak_ptr(impl_->call)](const auto& error) {
        if (!error && !call.expired()) work();
    });
}

void Timer::cancel() {
    impl_->call.reset();
    impl_->timer.cancel();
}

void turn_away(const Accepted& accepted) { ::close(accepted.descriptor); }

struct Listener::Impl : std::enable_shared_from_this<Listener::Impl> {
    Impl(asio::io_context& context, std::function<void(Accepted)> callback)
        : acceptor(context), retry(context), accepted(std::move(callback)) {}
    tcp::acceptor acceptor;
    asio::steady_timer retry;
    std::function<void(Accepted)> accepted;

    void next() {
        acceptor.async_accept([self = shared_from_this()](const boost::system::error_code& error, tcp::socket socket) {
            self->took(error, std::move(socket));
        });
    }

    void took(const boost::system::error_code& error, tcp::socket socket) {
        if (error == asio::error::operation_aborted || !acceptor.is_open()) return;
        if (error == boost::system::errc::too_many_files_open ||
            error == boost::system::errc::too_many_files_open_in_system) {
            // No descriptor is free: accepting again at once would spin.
            note_shortage(error.value());
            retry.expires_after(std::chrono::milliseconds(100));
            retry.async_wait([self = shared_from_this()](const boost::system::error_code& stopped) {
                if (!stopped) self->next();
            });
            return;
        }
        if (!error) deliver(std::move(socket));
        next();
    }

    void deliver(tcp::socket socket) {
        boost::system::error_code error;
        const auto peer = socket.remote_endpoint(error);
        if (error) return;
        socket.set_option(tcp::no_delay(true), error);
        accepted({socket.release(), peer.address().to_string()});
    }
};

Listener::Listener(Loop& loop, const std::string& host, std::uint16_t port, std::function<void(Accepted)> accepted)
    : impl_(std::make_shared<Impl>(loop.impl().context, std::move(accepted))) {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
    if (error) throw ListenError("cannot listen on '" + host + "': not an IP address of this machine");
    const tcp::endpoint endpoint(address, port);
    auto& acceptor = impl_->acceptor;
    const auto check = [&] {
        if (error) throw ListenError("cannot listen on " + host + ":" + std::to_string(port) + ": " + error.message());
    };
    acceptor.open(endpoint.protocol(), error), check();
    acceptor.set_option(asio::socket_base::reuse_address(true), error), check();
    acceptor.bind(endpoint, error), check();
    acceptor.listen(asio::socket_base::max_listen_connections, error), check();
    port_ = acceptor.local_endpoint().port();
    impl_->next();
}

Listener::~Listener() {
    boost::system::error_code ignored;
    impl_->acceptor.close(ignored);
    impl_->retry.cancel();
}

}  // namespace hubspec::net
