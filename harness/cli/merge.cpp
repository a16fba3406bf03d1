#include "harness/cli/merge.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace hubspec::cli {

using namespace model;

namespace {

constexpr const char* scenario_of_shards = "shard";

/// Gives each case a name that no other has.
class Names {
public:
    std::string take(const std::string& name) {
        if (taken_.insert(name).second) return name;
        auto& number = last_.try_emplace(name, 1).first->second;
        for (;;) {
            auto other = name + " (" + std::to_string(++number) + ")";
            if (taken_.insert(other).second) return other;
        }
    }

private:
    std::unordered_set<std::string> taken_;
    std::unordered_map<std::string, int> last_;
};

/// Items of all runs, each once, in the order in which they came.
template <class Item, class Key>
void add_new(std::vector<Item>& all, std::vector<Item>&& more, std::set<std::string>& known, Key key) {
    for (auto& item : more)
        if (known.insert(key(item)).second) all.push_back(std::move(item));
}

/// The shards of one run, of all the results that hold some of them.
struct Group {
    ShardSet shards;
    std::set<std::string> cuts;
};

std::vector<Group> groups_of(const std::vector<RunResult>& runs) {
    std::map<std::pair<std::string, std::size_t>, Group> groups;
    for (const auto& run : runs)
        for (const auto& one : run.shards) {
            auto& group = groups.try_emplace({one.target, one.count}, Group{{one.target, one.count, {}, {}, true}, {}})
                              .first->second;
            group.shards.indexes.insert(one.indexes.begin(), one.indexes.end());
            if (!one.cut.empty()) group.cuts.insert(one.cut);
        }
    std::vector<Group> all;
    for (auto& [key, group] : groups) {
        if (group.cuts.size() == 1) group.shards.cut = *group.cuts.begin();
        all.push_back(std::move(group));
    }
    return all;
}

CaseResult case_of_shards(const std::string& name, const std::string& reason, const std::string& hint) {
    CaseResult one;
    one.scenario = scenario_of_shards;
    one.name = name;
    one.title = "The results are those of all shards";
    one.verdict = Verdict::error;
    one.reason = reason;
    Finding finding;
    finding.verdict = Verdict::error;
    finding.type = "infra.shard";
    finding.summary = reason;
    finding.hint = hint;
    one.findings.push_back(std::move(finding));
    return one;
}

/// "2, 4-6" of 2, 4, 5, 6.
std::string listed(const std::vector<std::size_t>& numbers) {
    std::string text;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto first = i;
        while (i + 1 < numbers.size() && numbers[i + 1] == numbers[i] + 1) ++i;
        text += (text.empty() ? "" : ", ") + std::to_string(numbers[first]);
        if (i > first) text += "-" + std::to_string(numbers[i]);
    }
    return text;
}

std::vector<CaseResult> what_is_wrong_with(const Group& group) {
    std::vector<CaseResult> all;
    const auto& target = group.shards.target;
    const auto count = std::to_string(group.shards.count);
    if (const auto missing = missing_of(group.shards); !missing.empty())
        all.push_back(case_of_shards(
            "[shard] missing of " + target,
            "of " + count + " shards against " + target + " the results of " + listed(missing) + " are missing",
            "A job may have ended before it wrote them, or its file was not given."));
    if (group.cuts.size() > 1)
        all.push_back(case_of_shards("[shard] cut of " + target,
                                     "the " + count + " shards against " + target +
                                         " were not cut alike: cases may be missing, or be there twice",
                                     "Give every shard the same scenarios, selection and --durations."));
    return all;
}

void add(RunResult& all, RunResult&& more) {
    if (more.target != all.target) all.target += ", " + more.target;
    all.started_at = std::min(all.started_at, more.started_at);
    all.duration += more.duration;
    if (all.setup_failure.empty()) all.setup_failure = more.setup_failure;
    all.interrupted = all.interrupted || more.interrupted;
}

}  // namespace

bool is_of_shards(const CaseResult& one) { return one.scenario == scenario_of_shards && one.file.empty(); }

RunResult merged(std::vector<RunResult> runs) {
    const auto groups = groups_of(runs);
    Names names;
    std::set<std::string> requirements, deviations;
    RunResult all;
    std::vector<CaseResult> cases;
    std::vector<Requirement> sentences;
    std::vector<std::string> ways;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        auto& run = runs[i];
        for (auto& one : run.cases) {
            if (is_of_shards(one)) continue;  // what was missing then may be here
            one.name = names.take(one.name);
            cases.push_back(std::move(one));
        }
        add_new(sentences, std::move(run.requirements), requirements, [](const auto& one) { return one.id; });
        add_new(ways, std::move(run.deviations), deviations, [](const auto& one) { return one; });
        if (i == 0)
            all = std::move(run);
        else
            add(all, std::move(run));
    }
    all.shards.clear();
    for (const auto& group : groups) {
        all.shards.push_back(group.shards);
        std::ranges::move(what_is_wrong_with(group), std::back_inserter(cases));
    }
    all.cases = std::move(cases);
    all.requirements = std::move(sentences);
    all.deviations = std::move(ways);
    return all;
}

std::vector<RunResult> with_shards_merged(const std::vector<RunResult>& runs) {
    std::vector<std::vector<RunResult>> groups;
    std::map<std::string, std::size_t> places;
    for (const auto& run : runs) {
        if (run.shards.empty()) {
            groups.push_back({run});
            continue;
        }
        const auto [place, is_new] = places.try_emplace(run.target, groups.size());
        if (is_new) groups.emplace_back();
        groups[place->second].push_back(run);
    }
    std::vector<RunResult> all;
    for (auto& group : groups) all.push_back(merged(std::move(group)));
    return all;
}

}  // namespace hubspec::cli
