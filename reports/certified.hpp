#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/model/result.hpp"

/// What is said of a device under test, in whichever form.
namespace hubspec::reports {

/// "claimed and seen", "not claimed".
std::string claim_word(const model::ClaimResult& one);
/// "fail", "not tested"; empty for what is not claimed.
std::string verdict_word(const model::ClaimResult& one);

/// Why cases did not apply, each reason once with its scenarios.
std::map<std::string, std::set<std::string>> not_tested(const model::RunResult& run);

/// How long the device stayed away after losses of one kind, in milliseconds.
struct Away {
    std::vector<double> all;                              ///< sorted
    std::map<std::size_t, std::vector<double>> attempts;  ///< the same by the number of the loss in its series

    double median() const { return all[all.size() / 2]; }
    /// Half the way from the quarter to the three quarters, of the median: 0 is the same pause each time.
    double jitter() const;
    /// Medians of the first, second, ... loss: whether the device backs off.
    std::vector<double> growth() const;
};

/// By how the connection was lost.
std::map<std::string, Away> reconnects_of(const model::RunResult& run);

}  // namespace hubspec::reports
