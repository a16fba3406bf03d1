#include "reports/load_csv.hpp"

#include <fmt/format.h>

namespace hubspec::reports {

using namespace model;

namespace {

// Empty where nothing was done: a spreadsheet would take 0 for a latency.
std::string milliseconds(const LoadSlice& slice, double percent) {
    if (slice.done == 0) return {};
    return fmt::format("{:.3f}", static_cast<double>(slice.latencies.percentile(percent)) / 1000.0);
}

}  // namespace

std::string to_load_csv(const LoadResult& result) {
    std::string text = "second,operation,done,errors,per second,p50 ms,p90 ms,p99 ms,max ms\r\n";
    const auto width = static_cast<double>(result.slice.count()) / 1000.0;
    for (const auto operation : all_operations) {
        const auto& slices = result.operations[number_of(operation)].slices;
        for (std::size_t i = 0; i < slices.size(); ++i) {
            const auto& one = slices[i];
            text += fmt::format("{},{},{},{},{},{},{},{},{}\r\n", static_cast<double>(i) * width, to_string(operation),
                                one.done, one.errors, static_cast<double>(one.done) / width, milliseconds(one, 50),
                                milliseconds(one, 90), milliseconds(one, 99), milliseconds(one, 100));
        }
    }
    return text;
}

}  // namespace hubspec::reports
