#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "harness/model/result.hpp"
#include "reports/output.hpp"

namespace hubspec::reports {

inline constexpr int results_version = 3;  ///< 1 knew no expected failures, 2 had shards as text

/// The stored form of a run: versioned, complete, the source of all other reports.
void write_results_json(const model::RunResult& run, const Output& output);
std::string to_results_json(const model::RunResult& run);

/// Reads it back; a string says what is wrong and where: "/cases/3/verdict: 'passed' is no verdict".
std::variant<model::RunResult, std::string> from_results_json(std::string_view text);

}  // namespace hubspec::reports
