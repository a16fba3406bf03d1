#include "harness/actors/program.hpp"

#include <signal.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <random>

namespace hubspec::actors {

using namespace model;

namespace {

constexpr std::size_t most_last_words = 2000;
constexpr std::size_t longest_line = 4 * 1024 * 1024;
constexpr const char* mark = "HUBSPEC_DEVICE_RUN";

std::string fresh_mark() {
    std::random_device random;
    char text[40];
    std::snprintf(text, sizeof text, "%08x%08x%08x", random(), random(), random());
    return text;
}

std::string command_line(const std::vector<std::string>& command) {
    std::string line;
    for (const auto& word : command) line += (line.empty() ? "" : " ") + word;
    return line;
}

}  // namespace

struct Program::Impl {
    Impl(Inbox& to, const ProgramSpec& given) : inbox(to), spec(given), run(fresh_mark()) {}

    Inbox& inbox;
    ProgramSpec spec;
    std::string run;  // marks its processes, children of children as well
    std::shared_ptr<net::Process> process;

    std::mutex mutex;  // guards what follows
    std::condition_variable changed;
    bool gone = false;    // with all its processes
    bool exited = false;  // and that is told
    bool stopping = false, was_killed = false;
    std::string unread, last_words;
    std::int64_t last_id = 0;
    std::map<std::int64_t, std::string> asked;

    void take_output(std::string_view text) {
        if (!spec.adapter) return take_error(text);
        const std::lock_guard lock(mutex);
        unread += text;
        std::size_t begin = 0;
        for (auto end = unread.find('\n'); end != std::string::npos; end = unread.find('\n', begin)) {
            take_line(unread.substr(begin, end - begin));
            begin = end + 1;
        }
        unread.erase(0, begin);
        if (unread.size() > longest_line) unread.clear(), complain("a line of more than 4 MB");
    }

    void take_line(const std::string& line) {
        if (line.empty()) return;
        auto json = parse_json(line);
        if (!json || !std::holds_alternative<Object>(json->form)) return complain(line.substr(0, 200));
        if (json->find("saw") != nullptr || json->find("hello") != nullptr) return inbox.put(AppTold{std::move(*json)});
        const auto* id = json->find("id");
        const auto found = id != nullptr && id->integer() != nullptr ? asked.find(*id->integer()) : asked.end();
        if (found == asked.end()) return complain(line.substr(0, 200));
        inbox.put(AppAnswered{found->second, std::move(*json)});
        asked.erase(found);
    }

    void complain(const std::string& line) {
        inbox.put(HarnessFailed{"infra.adapter",
                                "the device's program does not keep to the adapter protocol; it wrote: " + line});
    }

    void take_error(std::string_view text) {
        const std::lock_guard lock(mutex);
        last_words += text;
        if (last_words.size() > most_last_words) last_words.erase(0, last_words.size() - most_last_words);
    }

    void end(const net::Exit& exit) {
        net::kill_marked(mark, run);
        auto how = exit.text;
        {
            const std::lock_guard lock(mutex);
            gone = true;
            if (was_killed)
                how = "killed, for it did not end within " + std::to_string(spec.patience.count()) + " ms of SIGTERM";
        }
        changed.notify_all();
        if (spec.ended) spec.ended();
        {
            const std::lock_guard lock(mutex);
            inbox.put(DeviceExited{exit.status, how, last_words, stopping});
            exited = true;
        }
        changed.notify_all();
    }

    bool await(const bool& what, std::chrono::milliseconds time) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, time, [&] { return what; });
    }
};

Program::Program(net::Loop& loop, Inbox& inbox, const ProgramSpec& spec) : impl_(std::make_shared<Impl>(inbox, spec)) {
    auto process = spec.process;
    process.environment.emplace_back(mark, impl_->run);
    inbox.put(DeviceStarted{command_line(process.command)});
    net::Process::Callbacks callbacks;
    callbacks.output = [impl = impl_](std::string_view text) { impl->take_output(text); };
    callbacks.error = [impl = impl_](std::string_view text) { impl->take_error(text); };
    callbacks.exited = [impl = impl_](const net::Exit& exit) { impl->end(exit); };
    impl_->process = net::Process::start(loop, process, std::move(callbacks));
}

Program::~Program() { stop(); }

void Program::ask(const std::string& exchange, Object request) {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->exited) return;
    impl_->inbox.put(AppAsked{exchange, request});
    impl_->asked[++impl_->last_id] = exchange;
    request.insert(request.begin(), {"id", impl_->last_id});
    impl_->process->write(to_json(Value(std::move(request))) + "\n");
}

void Program::stop() {
    {
        const std::lock_guard lock(impl_->mutex);
        if (impl_->exited) return;
        impl_->stopping = true;
    }
    impl_->process->close_input();
    impl_->process->signal(SIGTERM);
    if (!impl_->await(impl_->gone, impl_->spec.patience)) {
        {
            const std::lock_guard lock(impl_->mutex);
            impl_->was_killed = true;
        }
        impl_->process->signal(SIGKILL);
        net::kill_marked(mark, impl_->run);
    }
    impl_->await(impl_->exited, std::chrono::seconds(10));
}

}  // namespace hubspec::actors
