#include "harness/net/descriptors.hpp"

#include <atomic>
#include <cerrno>

namespace hubspec::net {

namespace {

std::atomic<std::uint64_t> shortages = 0;

}  // namespace

std::uint64_t descriptor_shortages() { return shortages; }

void note_shortage(int error_code) {
    if (error_code == EMFILE || error_code == ENFILE) ++shortages;
}

}  // namespace hubspec::net
