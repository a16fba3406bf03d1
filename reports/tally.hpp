#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/result.hpp"

namespace hubspec::reports {

/// What a run says of one requirement.
enum class Judgement {
    open,     ///< no case that verifies it came to an end
    held,     ///< at least one did and none found it broken
    warned,   ///< a finding names it that is a warning
    excused,  ///< a failure names it that a baseline lists
    broken,   ///< a failure names it
};
std::string_view to_string(Judgement judgement);

struct Tally {
    std::map<std::string, Judgement> requirements;  ///< of those that the run's cases verify
    std::size_t held = 0, warned = 0, excused = 0, broken = 0, open = 0;
    std::size_t judged() const { return held + warned + excused + broken; }
};

/// Requirements of one area of the protocol.
struct AreaTally {
    std::string name;  ///< "REPORTED"
    std::size_t held = 0, warned = 0, excused = 0, broken = 0, open = 0;
};

/// What was found, whatever a baseline makes of it: a case that passes and is listed there has passed, one that failed
/// as expected has failed.
model::Verdict found(const model::CaseResult& one);

/// A requirement is broken by the findings that name it, not by every case that is also about it.
Tally tally_of(const model::RunResult& run);
std::vector<AreaTally> areas_of(const model::RunResult& run);

}  // namespace hubspec::reports
