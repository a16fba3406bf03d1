#pragma once

#include <cstdint>

#include "harness/mqtt/decode.hpp"

namespace hubspec::mqtt {

/// Small deterministic numbers: the same on every machine, unlike the distributions of <random>.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed * 2 + 1) {}
    /// 0 up to, not including, `sides`.
    std::size_t below(std::size_t sides);
    bool coin() { return below(2) == 1; }

private:
    std::uint64_t state_;
};

/// A legal packet that `sender` may send, of any type.
Packet generated_packet(Dice& dice, Sender sender);

}  // namespace hubspec::mqtt
