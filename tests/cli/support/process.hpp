#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hubspec::test {

struct Ended {
    int status = -1;  ///< exit status; 128 + n when signal n ended it
    std::string out;
    std::string err;
};

struct Start {
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment;  ///< beside this process's own, without its HUBSPEC_ variables
    std::string folder;                              ///< working folder; empty: this one's
    std::string input;
    std::map<int, std::uint64_t> limits = {};  ///< RLIMIT_NOFILE, ...
};

/// The hubspec binary as a process of its own.
class Process {
public:
    explicit Process(const Start& start);
    ~Process();  ///< kills what still runs
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    /// Reads on until `text` has appeared on standard output or standard error; false when the process ended before.
    bool wait_for(const std::string& text);
    void signal(int number) const;
    Ended wait();
    const std::string& out() const { return ended_.out; }

private:
    bool read_more();
    pid_t pid_ = -1;
    int out_ = -1, err_ = -1;
    Ended ended_;
};

Ended run_hubspec(const std::vector<std::string>& arguments);
Ended run_hubspec(const Start& start);

/// A folder that goes away with its owner.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::string path(const std::string& name = {}) const;
    std::string write(const std::string& name, const std::string& text) const;  ///< its path
    std::string read(const std::string& name) const;
    bool has(const std::string& name) const;

private:
    std::string path_;
};

/// Listens on a free port of 127.0.0.1 and treats each client in one way: a hub that is no hub.
class Listener {
public:
    enum class Manner { closes_at_once, never_answers, answers };
    explicit Listener(Manner manner);
    /// Says this to each, and no more.
    explicit Listener(std::string answer);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    int port() const { return port_; }

private:
    struct Impl;
    Listener(Manner manner, std::string answer);
    std::unique_ptr<Impl> impl_;
    int port_ = 0;
};

}  // namespace hubspec::test
