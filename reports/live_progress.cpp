#include "reports/live_progress.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/printable.hpp"

namespace hubspec::reports {

using namespace model;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr seconds before_a_guess{2};
constexpr seconds between_lines{30};

}  // namespace

LiveProgress::LiveProgress(std::ostream& out, ConsoleStyle style, std::size_t total, bool quiet, Watch watch)
    : out_(out),
      style_(style),
      total_(total),
      quiet_(quiet),
      watch_(std::move(watch)),
      began_(watch_.now()),
      told_(began_) {}

void LiveProgress::began(const std::string& name) {
    running_.push_back(name);
    draw();
}

void LiveProgress::finished(const CaseResult& result) {
    ++done_;
    if (result.verdict > Verdict::warn) ++(result.verdict == Verdict::fail ? failed_ : undecided_);
    if (const auto found = std::find(running_.begin(), running_.end(), result.name); found != running_.end())
        running_.erase(found);
    clear();
    if (!quiet_ || result.verdict > Verdict::expected_failure) out_ << format_case_line(result, style_) << "\n";
    if (style_.verbosity > 0) out_ << format_trace(result, style_);
    draw();
}

void LiveProgress::clear() {
    if (style_.terminal) out_ << "\r\x1b[K" << std::flush;
}

// By the pace so far; nothing while that says little.
std::string LiveProgress::left() const {
    const auto passed = watch_.now() - began_;
    if (done_ == 0 || passed < before_a_guess || done_ >= total_) return {};
    const auto rest = std::chrono::ceil<seconds>(passed * static_cast<std::int64_t>(total_ - done_) /
                                                 static_cast<std::int64_t>(done_));
    return fmt::format("{}:{:02} left", rest.count() / 60, rest.count() % 60);
}

void LiveProgress::draw() {
    if (done_ >= total_) return;
    std::string line = fmt::format("[{}/{}] ", done_, total_);
    if (failed_ > 0) line += fmt::format("{} failed  ", failed_);
    if (undecided_ > 0) line += fmt::format("{} without a verdict  ", undecided_);
    if (const auto time = left(); !time.empty()) line += time + "  ";
    if (!style_.terminal) {
        if (!quiet_ || watch_.now() - told_ < between_lines) return;
        told_ = watch_.now();
        out_ << line.substr(0, line.find_last_not_of(' ') + 1) << std::endl;
        return;
    }
    if (!running_.empty()) line += one_line(running_.front());
    if (running_.size() > 1) line += fmt::format(" +{}", running_.size() - 1);
    // The last column stays free: some terminals wrap when it is written to.
    const auto columns = static_cast<std::size_t>(std::max(watch_.width ? watch_.width() : style_.width, 1)) - 1;
    out_ << "\r\x1b[K" << head(line, columns) << std::flush;
}

}  // namespace hubspec::reports
