#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace hubspec::model {

/// Counts values on a log-linear scale: below 256 each value for itself, above it 128 steps for every doubling, so that
/// what is read is at most 0.8 % above what was added. Its memory does not grow with the number of values.
class Histogram {
public:
    static constexpr std::uint64_t largest = (std::uint64_t{1} << 36) - 1;  ///< what is above it counts as it

    void add(std::uint64_t value, std::uint64_t count = 1);
    void add(const Histogram& other);

    std::uint64_t count() const { return count_; }
    std::uint64_t least() const { return count_ == 0 ? 0 : least_; }
    std::uint64_t most() const { return most_; }
    double mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }
    /// The least value such that `percent` of all values are not above it, but for the width of a step; 0 when there
    /// are none.
    std::uint64_t percentile(double percent) const;

    /// Steps that are not empty, with their counts: what is stored.
    using Cells = std::vector<std::pair<std::uint32_t, std::uint64_t>>;
    Cells cells() const;
    /// Of what was stored. A step that does not exist is left out.
    static Histogram of(const Cells& cells, std::uint64_t least, std::uint64_t most, double sum);
    double sum() const { return sum_; }

    static std::uint32_t step_of(std::uint64_t value);
    /// The highest value of a step.
    static std::uint64_t end_of(std::uint32_t step);

    bool operator==(const Histogram&) const = default;

private:
    void count_in(std::uint32_t step, std::uint64_t count);

    std::uint32_t first_ = 0;  ///< the step that counts_ begins with
    std::vector<std::uint64_t> counts_;
    std::uint64_t count_ = 0, least_ = 0, most_ = 0;
    double sum_ = 0;
};

}  // namespace hubspec::model
