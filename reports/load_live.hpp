#pragma once

#include <ostream>

#include "harness/model/load.hpp"
#include "reports/console.hpp"
#include "reports/live_progress.hpp"

namespace hubspec::reports {

/// A load while it goes on: on a terminal some lines that are written anew, elsewhere a line every ten seconds. When
/// quiet, nothing.
class LoadLive {
public:
    LoadLive(std::ostream& out, ConsoleStyle style, bool quiet, Watch watch);
    void told(const model::LoadResult& so_far, model::Micros left, std::uint32_t connected);
    /// Removes the rewritten lines: something else will be printed.
    void clear();

private:
    std::ostream& out_;
    ConsoleStyle style_;
    bool quiet_;
    Watch watch_;
    std::chrono::milliseconds told_;
    std::size_t lines_ = 0;  ///< on the terminal now
};

/// Done in a second of late: of the last whole slice of time.
double current_rate(const model::LoadResult& result, model::Operation operation);

}  // namespace hubspec::reports
