#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace hubspec::fuzz {

/// Bytes of a fuzzer read as decisions. When they are used up every decision is 0.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

    bool is_empty() const { return rest_.empty(); }
    std::uint8_t byte() {
        if (rest_.empty()) return 0;
        const auto taken = rest_.front();
        rest_ = rest_.subspan(1);
        return taken;
    }
    std::size_t below(std::size_t bound) { return byte() % bound; }
    std::span<const std::uint8_t> bytes(std::size_t most) {
        const auto taken = rest_.first(std::min(most, rest_.size()));
        rest_ = rest_.subspan(taken.size());
        return taken;
    }

private:
    std::span<const std::uint8_t> rest_;
};

}  // namespace hubspec::fuzz
