#include "tests/cli/support/process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

extern char** environ;

namespace hubspec::test {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> environment_for(const Start& start) {
    std::vector<std::string> all;
    for (char** one = environ; *one != nullptr; ++one)
        if (std::strncmp(*one, "HUBSPEC_", 8) != 0) all.emplace_back(*one);
    all.push_back("HUBSPEC_HOME=" HUBSPEC_SOURCE_DIR);
    for (const auto& [name, value] : start.environment) all.push_back(name + "=" + value);
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

[[noreturn]] void become(const Start& start, int in, int out, int err) {
    ::dup2(in, 0);
    ::dup2(out, 1);
    ::dup2(err, 2);
    if (!start.folder.empty() && ::chdir(start.folder.c_str()) != 0) ::_exit(125);
    for (const auto& [what, most] : start.limits) {
        const rlimit limit{most, most};
        ::setrlimit(static_cast<__rlimit_resource>(what), &limit);
    }
    std::vector<std::string> arguments{HUBSPEC_BINARY_DIR "/bin/hubspec"};
    arguments.insert(arguments.end(), start.arguments.begin(), start.arguments.end());
    auto environment = environment_for(start);
    ::execve(arguments.front().c_str(), pointers(arguments).data(), pointers(environment).data());
    ::_exit(126);
}

}  // namespace

Process::Process(const Start& start) {
    const Folder folder;
    const int in = ::open(folder.write("input", start.input).c_str(), O_RDONLY | O_CLOEXEC);
    int out[2], err[2];
    if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    pid_ = ::fork();
    if (pid_ == 0) become(start, in, out[1], err[1]);
    ::close(in);
    ::close(out[1]);
    ::close(err[1]);
    out_ = out[0];
    err_ = err[0];
}

Process::~Process() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    wait();
}

bool Process::read_more() {
    pollfd ends[2] = {{out_, POLLIN, 0}, {err_, POLLIN, 0}};
    if (out_ < 0 && err_ < 0) return false;
    ::poll(ends, 2, -1);
    char buffer[65536];
    const auto read = [&](pollfd& end, int& descriptor, std::string& text) {
        if (end.revents == 0) return;
        const auto count = ::read(descriptor, buffer, sizeof buffer);
        if (count > 0) return void(text.append(buffer, static_cast<std::size_t>(count)));
        ::close(descriptor);
        descriptor = -1;
    };
    read(ends[0], out_, ended_.out);
    read(ends[1], err_, ended_.err);
    return out_ >= 0 || err_ >= 0;
}

bool Process::wait_for(const std::string& text) {
    const auto seen = [&] {
        return ended_.out.find(text) != std::string::npos || ended_.err.find(text) != std::string::npos;
    };
    while (!seen())
        if (!read_more()) return seen();
    return true;
}

void Process::signal(int number) const { ::kill(pid_, number); }

Ended Process::wait() {
    while (read_more()) {
    }
    if (pid_ < 0) return ended_;
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    ended_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return ended_;
}

Ended run_hubspec(const Start& start) { return Process(start).wait(); }
Ended run_hubspec(const std::vector<std::string>& arguments) { return run_hubspec(Start{arguments, {}, {}, {}}); }

Folder::Folder() {
    std::string pattern = (fs::temp_directory_path() / "hubspec-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
}
Folder::~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}
std::string Folder::path(const std::string& name) const { return name.empty() ? path_ : path_ + "/" + name; }
std::string Folder::write(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
}
std::string Folder::read(const std::string& name) const {
    std::ifstream in(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
bool Folder::has(const std::string& name) const { return fs::exists(path(name)); }

struct Listener::Impl {
    int descriptor = -1;
    std::vector<int> clients;
    std::thread thread;

    void serve(Manner manner, const std::string& answer) {
        while (true) {
            const int client = ::accept(descriptor, nullptr, nullptr);
            if (client < 0) return;
            if (manner == Manner::answers) [[maybe_unused]]
                const auto sent = ::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
            if (manner == Manner::closes_at_once)
                ::close(client);
            else
                clients.push_back(client);
        }
    }
};

Listener::Listener(Manner manner) : Listener(manner, "HTTP/1.1 418 I am no hub\r\n\r\n") {}

Listener::Listener(std::string answer) : Listener(Manner::answers, std::move(answer)) {}

Listener::Listener(Manner manner, std::string answer) : impl_(std::make_unique<Impl>()) {
    impl_->descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(impl_->descriptor, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(impl_->descriptor, 64) != 0)
        throw std::runtime_error("cannot listen");
    ::getsockname(impl_->descriptor, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ::ntohs(address.sin_port);
    impl_->thread =
        std::thread([impl = impl_.get(), manner, answer = std::move(answer)] { impl->serve(manner, answer); });
}

Listener::~Listener() {
    ::shutdown(impl_->descriptor, SHUT_RDWR);
    impl_->thread.join();
    ::close(impl_->descriptor);
    for (const int client : impl_->clients) ::close(client);
}

}  // namespace hubspec::test
