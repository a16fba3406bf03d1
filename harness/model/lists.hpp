#pragma once

#include <algorithm>
#include <string>
#include <vector>

/// Questions about lists of words: requirements, tags, claims.
namespace hubspec::model {

inline bool contains(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// They have a word in common.
inline bool shares(const std::vector<std::string>& left, const std::vector<std::string>& right) {
    return std::any_of(left.begin(), left.end(), [&](const std::string& word) { return contains(right, word); });
}

}  // namespace hubspec::model
