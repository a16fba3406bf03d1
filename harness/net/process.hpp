#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/net/loop.hpp"

namespace hubspec::net {

struct ProcessSpec {
    std::vector<std::string> command;  ///< the first is looked up in PATH unless it has a '/'
    std::vector<std::pair<std::string, std::string>> environment;  ///< the whole of it
    std::string folder;                                            ///< where it starts; empty: here
};

struct Exit {
    int status = 0;    ///< of exit, or minus the number of the signal that ended it
    std::string text;  ///< for a person: "exit status 1", "signal 11 (Segmentation fault)"
};

/// A child process in a process group of its own, with pipes for its standard streams and no other descriptor of ours.
/// Callbacks come on the loop's thread; after `exited` none comes.
class Process : public std::enable_shared_from_this<Process> {
public:
    struct Callbacks {
        std::function<void(std::string_view)> output, error;  ///< what it writes, as it comes
        std::function<void(const Exit&)> exited;              ///< after what it wrote before
    };

    /// Throws std::runtime_error with the command and the reason when it cannot be started.
    static std::shared_ptr<Process> start(Loop& loop, const ProcessSpec& spec, Callbacks callbacks);
    ~Process();

    /// To its standard input; from any thread.
    void write(std::string text);
    /// Its standard input ends after what was written.
    void close_input();
    /// To all processes of its group; from any thread.
    void signal(int number);
    int id() const;

    struct Impl;
    explicit Process(std::unique_ptr<Impl> impl);

private:
    std::unique_ptr<Impl> impl_;
};

/// Ends every process whose environment holds `name=value`, also those that left the group, and waits until none is
/// left (5 s at most: what is stuck in the kernel dies when it may). How many there were.
std::size_t kill_marked(const std::string& name, const std::string& value);

}  // namespace hubspec::net
