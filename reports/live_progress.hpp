#pragma once

#include <chrono>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "harness/model/result.hpp"
#include "reports/console.hpp"

namespace hubspec::reports {

/// What the progress looks at while it goes on.
struct Watch {
    std::function<std::chrono::milliseconds()> now;  ///< since any moment
    std::function<int()> width = {};                 ///< of the terminal, which may be resized; none: the style's
};

/// What goes on while it goes on. On a terminal: a line for each case that has ended, failures only when quiet, and one
/// that is rewritten: done of all, failures, time left, what runs. Elsewhere: lines alone, and when quiet one every
/// half minute that says how far it is.
class LiveProgress {
public:
    LiveProgress(std::ostream& out, ConsoleStyle style, std::size_t total, bool quiet, Watch watch);
    void began(const std::string& name);
    void finished(const model::CaseResult& result);
    /// Removes the rewritten line: something else will be printed.
    void clear();

private:
    void draw();
    std::string left() const;

    std::ostream& out_;
    ConsoleStyle style_;
    std::size_t total_ = 0, done_ = 0, failed_ = 0, undecided_ = 0;
    bool quiet_ = false;
    Watch watch_;
    std::chrono::milliseconds began_, told_;
    std::vector<std::string> running_;  ///< the longest first
};

}  // namespace hubspec::reports
