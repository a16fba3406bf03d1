#include "harness/model/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace hubspec::model {

namespace {

constexpr unsigned fine_bits = 7;                                     // 128 steps for every doubling
constexpr std::uint64_t exact = std::uint64_t{1} << (fine_bits + 1);  // below it each value is a step

}  // namespace

std::uint32_t Histogram::step_of(std::uint64_t value) {
    value = std::min(value, largest);
    if (value < exact) return static_cast<std::uint32_t>(value);
    const auto coarse = static_cast<unsigned>(std::bit_width(value)) - (fine_bits + 1);  // bits that are not looked at
    return static_cast<std::uint32_t>((std::uint64_t{coarse} << fine_bits) + (value >> coarse));
}

std::uint64_t Histogram::end_of(std::uint32_t step) {
    if (step < exact) return step;
    const auto coarse = (step >> fine_bits) - 1;
    const std::uint64_t begin = (step & ((1U << fine_bits) - 1)) | (1U << fine_bits);
    return ((begin + 1) << coarse) - 1;
}

void Histogram::count_in(std::uint32_t step, std::uint64_t count) {
    if (counts_.empty()) first_ = step;
    if (step < first_) {
        counts_.insert(counts_.begin(), first_ - step, 0);
        first_ = step;
    }
    if (step - first_ >= counts_.size()) counts_.resize(step - first_ + 1, 0);
    counts_[step - first_] += count;
}

void Histogram::add(std::uint64_t value, std::uint64_t count) {
    if (count == 0) return;
    value = std::min(value, largest);
    count_in(step_of(value), count);
    least_ = count_ == 0 ? value : std::min(least_, value);
    most_ = std::max(most_, value);
    count_ += count;
    sum_ += static_cast<double>(value) * static_cast<double>(count);
}

void Histogram::add(const Histogram& other) {
    if (other.count_ == 0) return;
    for (const auto& [step, count] : other.cells()) count_in(step, count);
    least_ = count_ == 0 ? other.least_ : std::min(least_, other.least_);
    most_ = std::max(most_, other.most_);
    count_ += other.count_;
    sum_ += other.sum_;
}

std::uint64_t Histogram::percentile(double percent) const {
    if (count_ == 0) return 0;
    const auto wanted = static_cast<std::uint64_t>(std::ceil(percent / 100.0 * static_cast<double>(count_) - 1e-9));
    const auto rank = std::clamp<std::uint64_t>(wanted, 1, count_);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        seen += counts_[i];
        if (seen >= rank) return std::clamp(end_of(first_ + static_cast<std::uint32_t>(i)), least_, most_);
    }
    return most_;
}

Histogram::Cells Histogram::cells() const {
    Cells cells;
    for (std::size_t i = 0; i < counts_.size(); ++i)
        if (counts_[i] > 0) cells.emplace_back(first_ + static_cast<std::uint32_t>(i), counts_[i]);
    return cells;
}

Histogram Histogram::of(const Cells& cells, std::uint64_t least, std::uint64_t most, double sum) {
    Histogram histogram;
    for (const auto& [step, count] : cells) {
        if (step > step_of(largest) || count == 0) continue;
        histogram.count_in(step, count);
        histogram.count_ += count;
    }
    histogram.least_ = least;
    histogram.most_ = most;
    histogram.sum_ = sum;
    return histogram;
}

}  // namespace hubspec::model
