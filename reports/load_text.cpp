#include "reports/load_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "reports/printable.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

constexpr std::size_t most_causes = 20;
constexpr std::size_t longest_cause = 160;
// A generator that is later than this spoils the latencies that it measures.
constexpr std::uint64_t tolerable_lateness = 10'000;

std::string time_or_dash(const OperationTally& tally, double percent) {
    return tally.done == 0 ? "-" : describe_time(tally.latencies.percentile(percent));
}

std::string coloured(const std::string& text, const char* colour, const ConsoleStyle& style) {
    return style.colour ? std::string("\x1b[") + colour + "m" + text + "\x1b[0m" : text;
}

std::string plural(std::uint64_t count, const char* what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string table(const LoadResult& result, const ConsoleStyle& style) {
    constexpr const char* form = "  {:<16} {:>9} {:>9} {:>8} {:>9} {:>9} {:>9} {:>9}\n";
    auto text = fmt::format(fmt::runtime(form), "operation", "done", "rate", "errors", "p50", "p90", "p99", "max");
    for (const auto operation : operations_of(result)) {
        const auto row = load_row(result, operation);
        const auto line = fmt::format(fmt::runtime(form), row.operation, row.done, row.rate, row.errors, row.p50,
                                      row.p90, row.p99, row.most);
        const bool failed = result.operations[number_of(operation)].errors > 0;
        text += failed ? coloured(line.substr(0, line.size() - 1), "33", style) + "\n" : line;
    }
    return text;
}

}  // namespace

std::vector<Operation> operations_of(const LoadResult& result) {
    std::vector<Operation> all;
    for (const auto operation : all_operations) {
        const auto& tally = result.operations[number_of(operation)];
        if (tally.done + tally.errors > 0) all.push_back(operation);
    }
    return all;
}

LoadRow load_row(const LoadResult& result, Operation operation) {
    const auto& tally = result.operations[number_of(operation)];
    return {std::string(to_string(operation)), std::to_string(tally.done), describe_rate(rate_of(result, operation)),
            std::to_string(tally.errors),      time_or_dash(tally, 50),    time_or_dash(tally, 90),
            time_or_dash(tally, 99),           time_or_dash(tally, 100)};
}

std::vector<LoadCause> causes_of(const LoadResult& result) {
    std::vector<LoadCause> all;
    for (const auto operation : all_operations)
        for (const auto& [cause, times] : result.operations[number_of(operation)].causes)
            all.push_back({operation, cause, times});
    std::stable_sort(all.begin(), all.end(), [](const LoadCause& a, const LoadCause& b) { return a.times > b.times; });
    return all;
}

std::string load_headline(const LoadResult& result) {
    auto text = fmt::format("{} against {}", plural(result.devices, "device"), one_line(result.target));
    const auto lasted = static_cast<std::uint64_t>(result.mix_lasted.count());
    text += fmt::format(", {} of the mix after {} of connecting", describe_time(lasted),
                        describe_time(static_cast<std::uint64_t>(std::min(result.mix_began, result.duration).count())));
    if (result.shards.size() == 1 && result.shards.front().count > 1)
        text += fmt::format(", shard {}/{}", result.shards.front().index, result.shards.front().count);
    if (result.shards.size() > 1)
        text += fmt::format(", {} of {} shards", result.shards.size(), result.shards.front().count);
    return text;
}

std::vector<std::string> load_remarks(const LoadResult& result) {
    std::vector<std::string> all;
    if (result.interrupted) all.emplace_back("It was interrupted: these are the figures until then.");
    if (result.most_connected < result.devices)
        all.push_back(fmt::format("No more than {} of {} were connected at once.", result.most_connected,
                                  plural(result.devices, "device")));
    if (const auto times = throttled_in(result); times > 0)
        all.push_back(fmt::format("The hub throttled {}.", plural(times, "operation")));
    if (const auto late = result.lateness.percentile(99); late > tolerable_lateness)
        all.push_back(
            fmt::format("This machine was late itself: 1 % of what was due was begun {} or more after its "
                        "time, which is in all latencies. Use fewer devices, or shards on several machines.",
                        describe_time(late)));
    return all;
}

std::string format_load(const LoadResult& result, const ConsoleStyle& style) {
    auto text = fmt::format("{}\n{}\n\n{}", one_line(result.plan.title), load_headline(result), table(result, style));
    const auto causes = causes_of(result);
    if (!causes.empty()) text += "\nerrors\n";
    for (std::size_t i = 0; i < std::min(causes.size(), most_causes); ++i)
        text += fmt::format("  {:>9}  {}: {}\n", causes[i].times, to_string(causes[i].operation),
                            shortened(one_line(causes[i].cause), longest_cause));
    if (causes.size() > most_causes) text += fmt::format("  and {} more causes\n", causes.size() - most_causes);
    if (!result.thresholds.empty()) text += "\nthresholds\n";
    for (const auto& one : result.thresholds) {
        const auto word = one.held ? coloured("held  ", "32", style) : coloured("MISSED", "31", style);
        text += fmt::format("  {}  {}: {}, {}{}\n", word, name_of(one.threshold), one_line(one.figure),
                            describe_limit(one.threshold), one.held ? "" : " [" + one_line(one.threshold.place) + "]");
    }
    for (const auto& remark : load_remarks(result)) text += "\n" + remark;
    if (!load_remarks(result).empty()) text += "\n";
    return text;
}

}  // namespace hubspec::reports
