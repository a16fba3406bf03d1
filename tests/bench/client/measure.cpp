#include "tests/bench/client/measure.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace hubspec::bench {

double Delays::part(double share) {
    if (all_.empty()) return 0;
    if (!is_sorted_) std::sort(all_.begin(), all_.end());
    is_sorted_ = true;
    return all_[std::min(all_.size() - 1, static_cast<std::size_t>(share * static_cast<double>(all_.size())))];
}

double processor_time(int pid) {
    if (pid == 0) return 0;
    std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
    std::string text(std::istreambuf_iterator<char>(in), {});
    const auto end = text.rfind(')');
    if (end == std::string::npos) throw std::runtime_error("there is no process " + std::to_string(pid));
    std::istringstream fields(text.substr(end + 1));
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    double user = 0, system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double own_processor_time() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void print(const std::vector<std::pair<std::string, double>>& figures) {
    std::string line;
    for (const auto& [name, value] : figures) {
        char number[64];
        std::snprintf(number, sizeof number, "%.9g", value);
        line += (line.empty() ? "{\"" : ", \"") + name + "\": " + number;
    }
    std::printf("%s}\n", line.c_str());
    std::fflush(stdout);
}

Fleet::Fleet(const Wanted& wanted, Received received)
    : wanted_(wanted), context_(client_context(wanted.server.ca_file, wanted.server.tls)) {
    events_.connected = [this](Device&) { ++up_; };
    events_.received = std::move(received);
    events_.lost = [this](Device& device, const std::string& how) { lost_ = device.id() + ": " + how; };
}

void Fleet::check() const {
    if (!lost_.empty()) throw std::runtime_error(lost_);
}

void Fleet::connect(std::size_t count) {
    const auto all = devices_.size() + count;
    auto patience = Clock::now() + std::chrono::minutes(1);
    for (auto up = up_; up_ < all;) {
        while (devices_.size() < all && devices_.size() - up_ < wanted_.at_once)
            devices_.push_back(std::make_unique<Device>(poller_, context_.get(), wanted_.server,
                                                        wanted_.first + devices_.size(), events_));
        wait(Clock::now() + std::chrono::seconds(1));
        if (std::exchange(up, up_) != up_) patience = Clock::now() + std::chrono::minutes(1);
        if (Clock::now() > patience)
            throw std::runtime_error("none of " + std::to_string(all - up_) + " devices was connected within a minute");
    }
}

}  // namespace hubspec::bench
