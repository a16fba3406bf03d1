#include "harness/cli/random.hpp"

#include <sys/random.h>

namespace hubspec::cli {

std::vector<std::uint8_t> random_bytes(std::size_t size) {
    std::vector<std::uint8_t> bytes(size);
    for (std::size_t filled = 0; filled < size;) {
        const auto count = ::getrandom(bytes.data() + filled, size - filled, 0);
        if (count > 0) filled += static_cast<std::size_t>(count);
    }
    return bytes;
}

}  // namespace hubspec::cli
