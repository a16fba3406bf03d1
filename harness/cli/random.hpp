#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hubspec::cli {

/// From the kernel: good for keys.
std::vector<std::uint8_t> random_bytes(std::size_t size);

}  // namespace hubspec::cli
