#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/model/result.hpp"
#include "reports/tally.hpp"

/// Two runs of the same suite, side by side: two hubs, or one hub at two times.
namespace hubspec::reports {

/// A requirement that they do not agree about.
struct RequirementChange {
    std::string id, area, text;
    Judgement left = Judgement::open, right = Judgement::open;
    std::vector<std::string> cases;  ///< that ended differently and are about it
};

/// A case that both have and that did not come to the same.
struct CaseChange {
    std::string name, title;
    model::Verdict left = model::Verdict::pass, right = model::Verdict::pass;
    std::string left_seen, right_seen;  ///< what was found, or seen where a check allows several; empty: nothing
};

struct Comparison {
    std::string left, right;  ///< the targets; with the time where they are the same
    std::vector<RequirementChange> requirements;
    std::vector<CaseChange> cases;
    std::vector<std::string> only_left, only_right;  ///< names of cases that ran on one side alone
    std::size_t judged = 0, agreed = 0;              ///< requirements that both runs judged, and judged alike
    /// How far the right one is like the left one, 0 to 1; 1 where nothing could be compared.
    double fidelity() const { return judged == 0 ? 1.0 : static_cast<double>(agreed) / static_cast<double>(judged); }
    bool is_same() const { return cases.empty() && only_left.empty() && only_right.empty(); }
};

/// Numbers, times, ids and keys that differ from run to run count for nothing.
Comparison compare(const model::RunResult& left, const model::RunResult& right);

/// Without what differs from run to run: "PUBLISH $iothub/twin/res/200/?$rid=17" and "...=18" are alike.
std::string without_volatile(const std::string& text);

std::string comparison_text(const Comparison& comparison);
std::string comparison_markdown(const Comparison& comparison);
std::string comparison_html(const Comparison& comparison);
std::string comparison_json(const Comparison& comparison);

/// "Fidelity 98.2 %: 56 of 57 requirements that both runs judged came to the same."
std::string comparison_summary(const Comparison& comparison);

}  // namespace hubspec::reports
