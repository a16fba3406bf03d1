#include "harness/cli/shard.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <vector>

namespace hubspec::cli {

namespace {

/// Where a CI says which part of a job this is.
struct Source {
    const char* name;
    const char* index;
    const char* count;
    std::size_t first;  ///< what the index of the first part is
};

// Kubernetes has no variable with the completions of a job, GitHub none with strategy.job-index and strategy.job-total:
// HUBSPEC_JOB_INDEX and HUBSPEC_JOB_TOTAL are ours, set by the job.
constexpr std::array<Source, 6> sources{{
    {"Kubernetes'", "JOB_COMPLETION_INDEX", "HUBSPEC_JOB_TOTAL", 0},
    {"GitHub's", "HUBSPEC_JOB_INDEX", "HUBSPEC_JOB_TOTAL", 0},
    {"GitLab's", "CI_NODE_INDEX", "CI_NODE_TOTAL", 1},
    {"Azure Pipelines'", "SYSTEM_JOBPOSITIONINPHASE", "SYSTEM_TOTALJOBSINPHASE", 1},
    {"CircleCI's", "CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0},
    {"Buildkite's", "BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0},
}};

std::optional<std::size_t> number(std::string_view text) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool is_shard(std::size_t index, std::size_t count) { return index >= 1 && index <= count; }

std::string text_of(const run::Shard& shard) { return std::to_string(shard.index) + "/" + std::to_string(shard.count); }

std::string get(const Variables& variables, const char* name) {
    const char* value = variables(name);
    return value == nullptr ? "" : value;
}

/// nullopt: this CI says nothing.
std::optional<std::variant<ChosenShard, std::string>> read(const Source& source, const Variables& variables) {
    const auto index = get(variables, source.index), count = get(variables, source.count);
    // A job of GitLab's that is not parallel has the total alone; our own total may belong to another source.
    if (index.empty()) return std::nullopt;
    const std::string index_is = std::string(source.index) + "=" + index;
    if (count.empty())
        return index_is + " is set, " + source.count + " is not; set it to the number of shards, or write --shard I/N";
    const auto i = number(index), n = number(count);
    if (!i || !n || !is_shard(*i + 1 - source.first, *n))
        return index_is + " and " + source.count + "=" + count + " are no shard; the first has the index " +
               std::to_string(source.first);
    return ChosenShard{{*i + 1 - source.first, *n},
                       std::string(source.name) + " " + source.index + " and " + source.count};
}

std::string names_of_sources() {
    std::string all;
    for (const auto& one : sources) all += (all.empty() ? "" : ", ") + std::string(one.index) + " and " + one.count;
    return all;
}

std::variant<ChosenShard, std::string> automatic(const Variables& variables) {
    std::optional<ChosenShard> chosen;
    for (const auto& source : sources) {
        auto found = read(source, variables);
        if (!found) continue;
        if (const auto* problem = std::get_if<std::string>(&*found)) return "'auto': " + *problem;
        auto& other = std::get<ChosenShard>(*found);
        if (!chosen)
            chosen = std::move(other);
        else if (text_of(chosen->shard) != text_of(other.shard))
            return "'auto': " + chosen->said_by + " say " + text_of(chosen->shard) + ", " + other.said_by + " say " +
                   text_of(other.shard) + "; write --shard I/N";
    }
    if (chosen) return *chosen;
    if (get(variables, "CI_NODE_TOTAL") == "1") return ChosenShard{{1, 1}, "GitLab's CI_NODE_TOTAL"};
    return "'auto': no variable says which shard this is; there are " + names_of_sources() +
           ". Set two of them, or write --shard I/N";
}

}  // namespace

const char* variable_of_process(const char* name) { return std::getenv(name); }

std::variant<ChosenShard, std::string> parse_shard(const std::string& text, const Variables& variables) {
    if (text == "auto") return automatic(variables);
    const auto slash = text.find('/');
    if (slash != std::string::npos) {
        const auto index = number(std::string_view(text).substr(0, slash));
        const auto count = number(std::string_view(text).substr(slash + 1));
        if (index && count && is_shard(*index, *count)) return ChosenShard{{*index, *count}, {}};
    }
    return "'" + text + "' is no shard; write I/N, such as 2/4, or auto";
}

void say_shard(const ChosenShard& chosen) {
    if (chosen.said_by.empty()) return;
    std::fprintf(stderr, "hubspec: shard %s, as %s say\n", text_of(chosen.shard).c_str(), chosen.said_by.c_str());
}

}  // namespace hubspec::cli
