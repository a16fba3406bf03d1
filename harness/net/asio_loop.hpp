#pragma once

#include <utility>  // Asio's coroutine header uses std::exchange without including it

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "harness/net/loop.hpp"

namespace hubspec::net {

/// A connection of the loop: open connections keep themselves alive, so the loop's end has to be theirs.
class Connection : public boost::intrusive::list_base_hook<> {
public:
    virtual ~Connection() = default;
    /// Closes what is still open, and lets go of everybody without telling them.
    virtual void abandon() = 0;
};

/// The open connections of a loop. From any thread: the last who holds one may be no part of the loop.
class Connections {
public:
    void add(Connection& one) {
        const std::lock_guard lock(mutex_);
        list_.push_back(one);
    }
    void remove(Connection& one) {
        const std::lock_guard lock(mutex_);
        if (one.is_linked()) list_.erase(list_.iterator_to(one));
    }
    /// Takes one out; null: there is none.
    Connection* take() {
        const std::lock_guard lock(mutex_);
        if (list_.empty()) return nullptr;
        auto& one = list_.front();
        list_.pop_front();
        return &one;
    }

private:
    std::mutex mutex_;
    boost::intrusive::list<Connection> list_;
};

struct Loop::Impl {
    Connections connections;
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
