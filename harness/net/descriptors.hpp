#pragma once

#include <cstdint>

namespace hubspec::net {

/// How often this process has had no file descriptor left so far. What goes wrong meanwhile may be no peer's fault.
std::uint64_t descriptor_shortages();

/// Counts the system's error if it is such a shortage.
void note_shortage(int error_code);

}  // namespace hubspec::net
