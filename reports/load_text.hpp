#pragma once

#include <string>
#include <vector>

#include "harness/model/load.hpp"
#include "reports/console.hpp"

namespace hubspec::reports {

/// The table of operations, errors by cause and thresholds, for a terminal or a log.
std::string format_load(const model::LoadResult& result, const ConsoleStyle& style);

/// "100 devices, 30 s" and what else the head of a report says of a load.
std::string load_headline(const model::LoadResult& result);

/// What makes the figures doubtful, a sentence each: an interruption, a generator that came late.
std::vector<std::string> load_remarks(const model::LoadResult& result);

/// One row of the table.
struct LoadRow {
    std::string operation, done, rate, errors, p50, p90, p99, most;
};
LoadRow load_row(const model::LoadResult& result, model::Operation operation);
/// What was tried at least once.
std::vector<model::Operation> operations_of(const model::LoadResult& result);

/// Causes of errors, the most frequent first.
struct LoadCause {
    model::Operation operation;
    std::string cause;
    std::uint64_t times = 0;
};
std::vector<LoadCause> causes_of(const model::LoadResult& result);

}  // namespace hubspec::reports
