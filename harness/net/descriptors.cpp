#include "harness/net/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <limits>

namespace hubspec::net {

namespace {

std::atomic<std::uint64_t> shortages = 0;

}  // namespace

std::size_t raise_descriptors(std::size_t wanted) {
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) return std::numeric_limits<std::size_t>::max();
    if (files.rlim_cur >= wanted) return files.rlim_cur;
    const auto before = files.rlim_cur;
    files.rlim_cur = std::min<rlim_t>(wanted, files.rlim_max);
    return setrlimit(RLIMIT_NOFILE, &files) == 0 ? files.rlim_cur : before;
}

std::uint64_t descriptor_shortages() { return shortages; }

void note_shortage(int error_code) {
    if (error_code == EMFILE || error_code == ENFILE) ++shortages;
}

}  // namespace hubspec::net
