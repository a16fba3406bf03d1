#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/model/result.hpp"
#include "reports/output.hpp"

/// A run as it goes on, one JSON object on each line: for those who follow it, and for what is left of a run whose
/// process was killed.
namespace hubspec::reports {

inline constexpr int events_version = 2;  ///< 1 had shards as text

/// Writes the lines, each at once and whole. Not for several threads at a time.
class EventStream {
public:
    /// "-" is standard output. A text: why the file cannot be written.
    static std::variant<EventStream, std::string> open(const std::string& path);

    /// `run` has all but its results; `planned` are the cases, with what is known of them before.
    void run_began(const model::RunResult& run, const std::vector<model::CaseResult>& planned);
    void case_began(const std::string& name, const std::string& at);
    void case_finished(const model::CaseResult& one);
    void run_ended(const model::RunResult& run);

    /// Why a line could not be written; nullopt: all were.
    const std::optional<std::string>& problem() const { return problem_; }

private:
    struct Close {
        void operator()(std::FILE* file) const {
            if (file != stdout) std::fclose(file);
        }
    };
    EventStream(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}
    void write(const std::string& line);
    std::string path_;
    std::unique_ptr<std::FILE, Close> file_;
    std::optional<std::string> problem_;
};

/// The stream of a run that has ended.
void write_events(const model::RunResult& run, const Output& output);
std::string to_events(const model::RunResult& run);

/// Whether a text begins as such a stream does.
bool is_event_stream(std::string_view text);

/// The run as far as it came. Cases that were planned and did not end are errors that say so; the last line may be cut.
/// A text: what is wrong with the stream, and in which line.
std::variant<model::RunResult, std::string> from_events(std::string_view text);

}  // namespace hubspec::reports
