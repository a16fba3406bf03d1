#include "reports/load_live.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "reports/load_text.hpp"
#include "reports/printable.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

constexpr std::chrono::seconds between_lines{10};

std::string head_line(const LoadResult& so_far, Micros left, std::uint32_t connected) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
    std::string line =
        fmt::format("{}:{:02} left, {} of {} connected", seconds / 60, seconds % 60, connected, so_far.devices);
    if (const auto times = throttled_in(so_far); times > 0) line += fmt::format(", {} throttled", times);
    return line;
}

std::vector<std::string> table_of(const LoadResult& so_far) {
    std::vector<std::string> lines;
    for (const auto operation : operations_of(so_far)) {
        const auto row = load_row(so_far, operation);
        lines.push_back(fmt::format("  {:<16} {:>9} {:>9}  p50 {:>8}  p99 {:>8}  {:>6} errors", row.operation, row.done,
                                    describe_rate(current_rate(so_far, operation)), row.p50, row.p99, row.errors));
    }
    return lines;
}

std::string in_a_line(const LoadResult& so_far) {
    std::string line;
    for (const auto operation : operations_of(so_far)) {
        const auto row = load_row(so_far, operation);
        line += fmt::format("; {} {}, p50 {}, p99 {}, errors {}", row.operation,
                            describe_rate(current_rate(so_far, operation)), row.p50, row.p99, row.errors);
    }
    return line;
}

}  // namespace

double current_rate(const LoadResult& result, Operation operation) {
    const auto& slices = result.operations[number_of(operation)].slices;
    const auto whole = static_cast<std::size_t>(result.duration / Micros(result.slice));
    if (whole == 0 || slices.size() < whole) return 0;
    return 1000.0 * static_cast<double>(slices[whole - 1].done) / static_cast<double>(result.slice.count());
}

LoadLive::LoadLive(std::ostream& out, ConsoleStyle style, bool quiet, Watch watch)
    : out_(out), style_(style), quiet_(quiet), watch_(std::move(watch)), told_(watch_.now()) {}

void LoadLive::told(const LoadResult& so_far, Micros left, std::uint32_t connected) {
    if (quiet_) return;
    const auto head_of_it = head_line(so_far, left, connected);
    if (!style_.terminal) {
        if (watch_.now() - told_ < between_lines) return;
        told_ = watch_.now();
        out_ << head_of_it << in_a_line(so_far) << std::endl;
        return;
    }
    auto lines = table_of(so_far);
    lines.insert(lines.begin(), head_of_it);
    clear();
    const auto columns = static_cast<std::size_t>(std::max(watch_.width ? watch_.width() : style_.width, 1)) - 1;
    for (const auto& line : lines) out_ << head(line, columns) << "\n";
    out_ << std::flush;
    lines_ = lines.size();
}

void LoadLive::clear() {
    if (lines_ > 0) out_ << "\x1b[" << lines_ << "A\x1b[J" << std::flush;
    lines_ = 0;
}

}  // namespace hubspec::reports
