#pragma once

#include <cstddef>
#include <cstdint>

namespace hubspec::net {

/// Lets this process have `wanted` files open, or as many as the system allows; how many it may have then.
std::size_t raise_descriptors(std::size_t wanted);

/// How often this process has had no file descriptor left so far. What goes wrong meanwhile may be no peer's fault.
std::uint64_t descriptor_shortages();

/// Counts the system's error if it is such a shortage.
void note_shortage(int error_code);

}  // namespace hubspec::net
