#pragma once

#include "harness/model/requirement.hpp"
#include "harness/model/result.hpp"
#include "harness/model/trace.hpp"
#include "harness/run/plan.hpp"

namespace hubspec::run {

/// What the trace means for the case. Pure: a stored trace can be judged again.
model::CaseResult judge(const Case& plan, const model::Trace& trace, const model::Catalogue& catalogue);

/// The result of a case that was not run, with the reason.
model::CaseResult not_run(const Case& plan, const model::Catalogue& catalogue, model::Verdict verdict,
                          const std::string& reason);

/// What is worse than a pass becomes inconclusive, for this reason.
void make_inconclusive(model::CaseResult& result, const std::string& reason);

/// The strictest level that binds among these requirements (model::binding_level); must when none is known.
model::Level strictest(const std::vector<std::string>& ids, const model::Catalogue& catalogue);

}  // namespace hubspec::run
