#pragma once

#include <string>
#include <vector>

#include "harness/model/requirement.hpp"

namespace hubspec::reports {

/// A requirement, and what the suite does about it.
struct Sentence {
    model::Requirement requirement;
    model::Standing standing = model::Standing::hole;
    std::vector<std::string> scenarios;
    std::vector<std::string> proof;  ///< what breaks it and is caught
    bool operator==(const Sentence&) const = default;
};

struct Chapter {
    std::string name;  ///< "REPORTED"
    std::string title;
    std::vector<Sentence> sentences;
    bool operator==(const Chapter&) const = default;
};

/// The whole protocol in its own order, for the coverage page.
using Protocol = std::vector<Chapter>;

}  // namespace hubspec::reports
