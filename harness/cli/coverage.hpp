#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/cli/suite.hpp"
#include "harness/model/requirement.hpp"
#include "harness/scenario/proof.hpp"

namespace hubspec::cli {

using model::Standing;

struct RequirementCoverage {
    const model::Requirement* requirement = nullptr;
    Standing standing = Standing::hole;
    std::vector<std::string> scenarios;
    std::vector<std::string> deviations;  ///< that prove it
};

struct AreaCoverage {
    const model::Area* area = nullptr;
    std::vector<RequirementCoverage> rows;
    std::size_t count(Standing standing) const;
    std::size_t covered() const { return count(Standing::covered) + count(Standing::proven); }
    std::size_t testable() const { return count(Standing::hole) + covered(); }
};

/// Area by area, row by row. A scenario that verifies a row outweighs what the row says of itself.
std::vector<AreaCoverage> coverage_of(const Suite& suite, const scenario::Proof& proof,
                                      model::Seat seat = model::Seat::device);
/// Which wrong devices prove which requirements: the same for the hub seat.
scenario::Proof proof_by_wrong_devices();
RequirementCoverage coverage_of(const model::Requirement& requirement, const Suite& suite,
                                const scenario::Proof& proof);

}  // namespace hubspec::cli
