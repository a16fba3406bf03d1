#pragma once

#include "harness/model/result.hpp"
#include "reports/stored.hpp"

/// A run and its cases as stored results and event streams have them. What reads throws Wrong.
namespace hubspec::reports {

/// What a run is, without what came of it.
Json write_head(const model::RunResult& run);
/// All but the cases.
Json write_run(const model::RunResult& run);
model::RunResult read_run(const Reader& in);

/// With its details, wherever they are.
Json write_case(const model::CaseResult& one);
model::CaseResult read_case(const Reader& in);

/// Those of a case that has them in memory.
Json write_details(const model::CaseResult& one);
model::CaseDetails read_details(const Reader& in);

}  // namespace hubspec::reports
