#pragma once

#include <utility>  // Asio's coroutine header uses std::exchange without including it

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <deque>
#include <functional>
#include <thread>

#include "harness/net/loop.hpp"

namespace hubspec::net {

/// A connection of the loop: open connections keep themselves alive, so the loop's end has to be theirs.
class Connection : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    virtual ~Connection() = default;
    /// Closes what is still open, and lets go of everybody without telling them.
    virtual void abandon() = 0;
};

struct Loop::Impl {
    boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>> connections;
    boost::asio::io_context context{1};
    /// With it the reactor: where its descriptors cannot be had the loop is not made, rather than its thread ended by
    /// the first socket.
    boost::asio::steady_timer reactor{context};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
    std::optional<boost::asio::signal_set> signals;
    std::thread thread;

    /// Long work that others are not to wait for: one piece at a time, and between two of them what sockets have
    /// brought meanwhile.
    void defer(std::function<void()> piece);

private:
    void do_deferred();
    std::deque<std::function<void()>> deferred_;
};

}  // namespace hubspec::net
