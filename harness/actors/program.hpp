#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "harness/actors/inbox.hpp"
#include "harness/net/process.hpp"

namespace hubspec::actors {

/// How the device under test is started and spoken to.
struct ProgramSpec {
    net::ProcessSpec process;
    bool adapter = false;                       ///< it speaks the adapter protocol of fixtures/devices/README.md
    std::chrono::milliseconds patience{5'000};  ///< how long it may take to end after SIGTERM
    std::function<void()> ended;                ///< called when its processes have gone, before that is told
};

/// The device under test as a program. What it does goes into the inbox; when this goes, all its processes have gone.
class Program {
public:
    /// Starts it. Throws std::runtime_error when it cannot be started.
    Program(net::Loop& loop, Inbox& inbox, const ProgramSpec& spec);
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    /// Asks it for something in the adapter protocol; "id" is added.
    void ask(const std::string& exchange, model::Object request);
    /// Asks it to end, makes it end, and waits until it has.
    void stop();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace hubspec::actors
