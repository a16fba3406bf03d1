#pragma once

#include <cstddef>

namespace hubspec::cli {

/// Raises how many files this process may have open to `wanted`, or as far as the system lets it; what it is then.
std::size_t raise_open_files(std::size_t wanted);

}  // namespace hubspec::cli
