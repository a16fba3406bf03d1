#include "harness/cli/open_files.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <limits>

namespace hubspec::cli {

std::size_t raise_open_files(std::size_t wanted) {
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) return std::numeric_limits<std::size_t>::max();
    if (files.rlim_cur >= wanted) return files.rlim_cur;
    const auto before = files.rlim_cur;
    files.rlim_cur = std::min<rlim_t>(wanted, files.rlim_max);
    return setrlimit(RLIMIT_NOFILE, &files) == 0 ? files.rlim_cur : before;
}

}  // namespace hubspec::cli
