#include "harness/actors/paho_sockets.hpp"

#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <vector>

#include "harness/actors/paho_library.hpp"
#include "harness/actors/paho_mutex.hpp"
#include "harness/net/descriptors.hpp"

namespace hubspec::actors {

namespace {

// Long enough to cost next to nothing, short enough to be nothing beside a TLS handshake.
constexpr int longest_poll_ms = 1;
constexpr useconds_t longest_sleep_us = 1000;
constexpr std::int64_t longest_condition_wait_ns = 10'000'000;
constexpr std::int64_t second_ns = 1'000'000'000;

std::atomic<bool> interposed = false;

struct Library {
    std::uintptr_t begin = 0, end = 0;
};

int note_if_paho(dl_phdr_info* info, std::size_t, void* result) {
    if (std::strstr(info->dlpi_name, "libpaho-mqtt3as") == nullptr) return 0;
    auto& library = *static_cast<Library*>(result);
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        if (info->dlpi_phdr[i].p_type != PT_LOAD) continue;
        const std::uintptr_t begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        if (library.begin == 0 || begin < library.begin) library.begin = begin;
        library.end = std::max<std::uintptr_t>(library.end, begin + info->dlpi_phdr[i].p_memsz);
    }
    return 1;
}

}  // namespace

bool is_paho(const void* caller) {
    static const Library library = [] {
        Library found;
        dl_iterate_phdr(note_if_paho, &found);
        return found;
    }();
    const auto address = reinterpret_cast<std::uintptr_t>(caller);
    if (address < library.begin || address >= library.end) return false;
    interposed = true;
    return true;
}

namespace {

// Which slot waits for a socket, and which have one.
struct Sockets {
    std::mutex mutex;
    std::condition_variable none_expected;
    SocketSlot expected;
    std::vector<std::weak_ptr<std::atomic<int>>> connected;
};

Sockets& sockets() {
    static auto* const all = new Sockets;  // Paho's threads outlive static destructors
    return *all;
}

void note_connected(int descriptor) {
    auto& all = sockets();
    const std::lock_guard lock(all.mutex);
    if (!all.expected) return;
    *all.expected = descriptor;
    all.connected.push_back(all.expected);
    all.expected.reset();
    all.none_expected.notify_one();
}

void note_closed(int descriptor) {
    auto& all = sockets();
    const std::lock_guard lock(all.mutex);
    std::erase_if(all.connected, [&](const auto& weak) {
        const auto slot = weak.lock();
        if (slot && *slot != descriptor) return false;
        if (slot) *slot = -1;
        return true;
    });
}

// The same socket under a number that was not in use lately.
int move_to_fresh_number(int descriptor) {
    constexpr std::size_t most = 65536;
    static const int limit = static_cast<int>(std::min(net::raise_descriptors(most), most));
    static std::atomic<int> last = limit / 2;
    int from = ++last;
    if (from >= limit - 16) last = from = limit / 2;
    const int fresh = fcntl(descriptor, F_DUPFD_CLOEXEC, from);
    if (fresh < 0) return descriptor;
    next<int(int)>("close")(descriptor);
    return fresh;
}

}  // namespace

void expect_paho_socket(const SocketSlot& slot) {
    auto& all = sockets();
    std::unique_lock lock(all.mutex);
    all.none_expected.wait(lock, [&] { return !all.expected; });
    all.expected = slot;
}

void expect_no_paho_socket(const SocketSlot& slot) {
    auto& all = sockets();
    const std::lock_guard lock(all.mutex);
    if (all.expected != slot) return;
    all.expected.reset();
    all.none_expected.notify_one();
}

bool paho_is_interposed() { return interposed; }

}  // namespace hubspec::actors

using hubspec::actors::is_paho;

extern "C" {

int poll(pollfd* descriptors, nfds_t count, int timeout) {
    static auto* const real = hubspec::actors::next<int(pollfd*, nfds_t, int)>("poll");
    if (is_paho(__builtin_return_address(0))) {
        hubspec::actors::before_paho_polls();
        timeout = std::min(timeout, hubspec::actors::longest_poll_ms);
    }
    return real(descriptors, count, timeout);
}

int usleep(useconds_t time) {
    static auto* const real = hubspec::actors::next<int(useconds_t)>("usleep");
    if (is_paho(__builtin_return_address(0))) {
        hubspec::actors::before_paho_waits();
        time = std::min(time, hubspec::actors::longest_sleep_us);
    }
    return real(time);
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* until) {
    static auto* const real =
        hubspec::actors::next<int(pthread_cond_t*, pthread_mutex_t*, const timespec*)>("pthread_cond_timedwait");
    if (!is_paho(__builtin_return_address(0))) return real(condition, mutex, until);
    hubspec::actors::before_paho_waits();
    // Never by the machine's clock, as Paho does: who sets it back by an hour would let Paho wait for an hour.
    timespec now{}, wake{};
    clock_gettime(CLOCK_REALTIME, &now);
    clock_gettime(CLOCK_MONOTONIC, &wake);
    const std::int64_t left =
        (until->tv_sec - now.tv_sec) * hubspec::actors::second_ns + (until->tv_nsec - now.tv_nsec);
    wake.tv_nsec += std::clamp<std::int64_t>(left, 0, hubspec::actors::longest_condition_wait_ns);
    if (wake.tv_nsec >= hubspec::actors::second_ns) ++wake.tv_sec, wake.tv_nsec -= hubspec::actors::second_ns;
    return pthread_cond_clockwait(condition, mutex, CLOCK_MONOTONIC, &wake);
}

int socket(int domain, int type, int protocol) noexcept {
    static auto* const real = hubspec::actors::next<int(int, int, int)>("socket");
    const int descriptor = real(domain, type, protocol);
    if (descriptor < 0) hubspec::net::note_shortage(errno);
    if (descriptor < 0 || !is_paho(__builtin_return_address(0))) return descriptor;
    return hubspec::actors::move_to_fresh_number(descriptor);
}

int connect(int descriptor, const sockaddr* address, socklen_t size) {
    static auto* const real = hubspec::actors::next<int(int, const sockaddr*, socklen_t)>("connect");
    if (is_paho(__builtin_return_address(0))) hubspec::actors::note_connected(descriptor);
    return real(descriptor, address, size);
}

int close(int descriptor) {
    static auto* const real = hubspec::actors::next<int(int)>("close");
    if (is_paho(__builtin_return_address(0))) hubspec::actors::note_closed(descriptor);
    return real(descriptor);
}
}
