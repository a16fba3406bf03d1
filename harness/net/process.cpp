#include "harness/net/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "harness/net/asio_loop.hpp"
#include "harness/net/descriptors.hpp"

namespace hubspec::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

struct Pipe {
    int ends[2] = {-1, -1};
    Pipe() {
        if (::pipe2(ends, O_CLOEXEC) == 0) return;
        note_shortage(errno);
        throw std::runtime_error(std::string("no pipe: ") + std::strerror(errno));
    }
    ~Pipe() {
        for (const int end : ends)
            if (end >= 0) ::close(end);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    int release(int end) { return std::exchange(ends[end], -1); }
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

// The child keeps its three standard streams and begins with signals as a shell would leave them.
pid_t spawn(const ProcessSpec& spec, int input, int output, int error) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, input, 0);
    posix_spawn_file_actions_adddup2(&files, output, 1);
    posix_spawn_file_actions_adddup2(&files, error, 2);
    if (!spec.folder.empty()) posix_spawn_file_actions_addchdir_np(&files, spec.folder.c_str());
    posix_spawn_file_actions_addclosefrom_np(&files, 3);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    auto command = spec.command;
    std::vector<std::string> environment;
    for (const auto& [name, value] : spec.environment) environment.push_back(name + "=" + value);
    pid_t child = -1;
    const int failed = ::posix_spawnp(&child, command.front().c_str(), &files, &attributes, pointers(command).data(),
                                      pointers(environment).data());
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    if (failed != 0) throw std::runtime_error("cannot start '" + command.front() + "': " + std::strerror(failed));
    return child;
}

Exit exit_of(int status) {
    if (WIFEXITED(status)) return {WEXITSTATUS(status), "exit status " + std::to_string(WEXITSTATUS(status))};
    const int number = WTERMSIG(status);
    return {-number, "signal " + std::to_string(number) + " (" + ::strsignal(number) + ")"};
}

}  // namespace

struct Process::Impl {
    Impl(Loop& owner, pid_t process, Pipe& in, Pipe& out, Pipe& err, Callbacks given)
        : loop(owner),
          id(process),
          callbacks(std::move(given)),
          input(owner.impl().context, in.release(1)),
          output(owner.impl().context, out.release(0)),
          error(owner.impl().context, err.release(0)),
          watch(owner.impl().context, static_cast<int>(::syscall(SYS_pidfd_open, process, 0))) {}

    Loop& loop;
    pid_t id;
    Callbacks callbacks;
    asio::posix::stream_descriptor input, output, error, watch;
    std::array<char, 16384> output_buffer{}, error_buffer{};
    std::deque<std::string> waiting;
    bool writing = false, closes_input = false, exited = false;

    void read(const std::shared_ptr<Process>& self, asio::posix::stream_descriptor& from, std::array<char, 16384>& into,
              const std::function<void(std::string_view)>& tell) {
        from.async_read_some(asio::buffer(into),
                             [this, self, &from, &into, &tell](const error_code& failed, std::size_t size) {
                                 if (failed) return;
                                 if (tell) tell({into.data(), size});
                                 if (!exited) read(self, from, into, tell);
                             });
    }

    // What the pipe holds when the process has gone; others may keep the pipe open for ever.
    static void drain(asio::posix::stream_descriptor& from, const std::function<void(std::string_view)>& tell) {
        std::array<char, 16384> buffer;
        error_code failed;
        from.non_blocking(true, failed);
        while (!failed) {
            const auto size = from.read_some(asio::buffer(buffer), failed);
            if (!failed && tell) tell({buffer.data(), size});
        }
    }

    void await_exit(const std::shared_ptr<Process>& self) {
        watch.async_wait(asio::posix::stream_descriptor::wait_read, [this, self](const error_code& failed) {
            if (failed) return;
            int status = 0;
            ::waitpid(id, &status, 0);
            exited = true;
            error_code ignored;
            output.cancel(ignored);
            error.cancel(ignored);
            // What has been read already is told first: those handlers are in the queue.
            asio::post(output.get_executor(), [this, self, status] { tell_exit(exit_of(status)); });
        });
    }

    void tell_exit(const Exit& exit) {
        drain(output, callbacks.output);
        drain(error, callbacks.error);
        error_code ignored;
        for (auto* one : {&input, &output, &error, &watch}) one->close(ignored);
        // Nothing comes after it; an owner that its callbacks hold, and that holds this, can go.
        const auto last = std::exchange(callbacks, {});
        if (last.exited) last.exited(exit);
    }

    void write_next(const std::shared_ptr<Process>& self) {
        if (writing || exited) return;
        if (waiting.empty()) {
            error_code ignored;
            if (closes_input) input.close(ignored);
            return;
        }
        writing = true;
        asio::async_write(input, asio::buffer(waiting.front()), [this, self](const error_code& failed, std::size_t) {
            writing = false;
            waiting.pop_front();
            if (!failed) write_next(self);
        });
    }
};

Process::Process(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Process::~Process() = default;

std::shared_ptr<Process> Process::start(Loop& loop, const ProcessSpec& spec, Callbacks callbacks) {
    if (spec.command.empty()) throw std::runtime_error("there is no command to start");
    ::signal(SIGPIPE, SIG_IGN);  // a child that has gone is told by its exit
    Pipe in, out, err;
    const pid_t child = spawn(spec, in.ends[0], out.ends[1], err.ends[1]);
    const auto process =
        std::make_shared<Process>(std::make_unique<Impl>(loop, child, in, out, err, std::move(callbacks)));
    loop.post([process] {
        auto& impl = *process->impl_;
        impl.read(process, impl.output, impl.output_buffer, impl.callbacks.output);
        impl.read(process, impl.error, impl.error_buffer, impl.callbacks.error);
        impl.await_exit(process);
    });
    return process;
}

void Process::write(std::string text) {
    impl_->loop.post([self = shared_from_this(), text = std::move(text)] {
        if (self->impl_->exited) return;
        self->impl_->waiting.push_back(text);
        self->impl_->write_next(self);
    });
}

void Process::close_input() {
    impl_->loop.post([self = shared_from_this()] {
        self->impl_->closes_input = true;
        self->impl_->write_next(self);
    });
}

void Process::signal(int number) { ::kill(-impl_->id, number); }

int Process::id() const { return impl_->id; }

namespace {

std::vector<int> with_environment(const std::string& mark) {
    std::vector<int> found;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", failed)) {
        const auto number = entry.path().filename().string();
        if (number.find_first_not_of("0123456789") != std::string::npos) continue;
        std::ifstream file(entry.path() / "environ", std::ios::binary);
        std::ostringstream text;
        text << file.rdbuf();
        const auto environment = '\0' + text.str();
        if (environment.find('\0' + mark + '\0') == std::string::npos) continue;
        found.push_back(std::stoi(number));
    }
    return found;
}

}  // namespace

std::size_t kill_marked(const std::string& name, const std::string& value) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    std::set<int> killed;
    for (;;) {
        const auto alive = with_environment(name + "=" + value);
        for (const int one : alive)
            if (::kill(one, SIGKILL) == 0) killed.insert(one);
        if (alive.empty() || std::chrono::steady_clock::now() > end) return killed.size();
        std::this_thread::yield();
    }
}

}  // namespace hubspec::net
