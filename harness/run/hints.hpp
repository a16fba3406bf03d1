#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/run/hints_scene.hpp"

namespace hubspec::run {

/// What probably happened where a finding was made, and what to do about it.
struct Hint {
    std::string_view id;           ///< "closed-after-silence"
    std::string_view requirement;  ///< the sentence that explains it; empty: none
    std::string_view text;         ///< one or two sentences; "probably" where it is a guess
    bool (*applies)(const Scene& scene) = nullptr;
};

// Topic by topic; within a topic the more specific first.
std::vector<Hint> hints_of_transport();
std::vector<Hint> hints_of_refusals();
std::vector<Hint> hints_of_closes();
std::vector<Hint> hints_of_messages();
std::vector<Hint> hints_of_twins();
std::vector<Hint> hints_of_methods();

/// All of them; the first that applies is the most specific.
const std::vector<Hint>& all_hints();

/// The most specific hint for what the finding says; nullptr when nothing is known. Pure: trace, finding and scenario
/// are all that it looks at.
const Hint* hint_for(const Case& plan, const model::Trace& trace, const model::Finding& finding);

/// "Probably ... [KEEP-09]"
std::string to_text(const Hint& hint);

}  // namespace hubspec::run
