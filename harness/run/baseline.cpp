#include "harness/run/baseline.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "harness/model/lists.hpp"
#include "harness/model/time.hpp"
#include "harness/run/plan.hpp"

namespace hubspec::run {

using namespace model;

namespace {

constexpr const char* stale_type = "baseline.stale";

// Not what an earlier look at the baseline has added.
bool is_of_the_hub(const Finding& finding) {
    return (finding.verdict == Verdict::fail || finding.verdict == Verdict::warn ||
            finding.verdict == Verdict::expected_failure) &&
           finding.type != stale_type;
}

bool accepts(const KnownFailure& entry, const Finding& finding) {
    return entry.requirements.empty() || shares(entry.requirements, finding.requirements);
}

bool has_expired(const KnownFailure& entry, std::chrono::sys_days today) { return entry.until && *entry.until < today; }

std::string place_of(const Baseline& baseline, const KnownFailure& entry) {
    return baseline.file + ":" + std::to_string(entry.place.line);
}

std::string told(const KnownFailure& entry) {
    return entry.reason + (entry.ticket.empty() ? "" : " (" + entry.ticket + ")");
}

std::string date_of(std::chrono::sys_days day) { return iso8601(day).substr(0, 10); }

Finding stale(const Baseline& baseline, const KnownFailure& entry, const std::string& what) {
    Finding finding;
    finding.type = stale_type;
    finding.summary = place_of(baseline, entry) + ": " + what +
                      " although it is listed as a known failure: " + told(entry) + ". Remove the entry, or narrow it";
    finding.requirements = entry.requirements;
    return finding;
}

bool failed(const CaseResult& one) {
    return one.verdict == Verdict::fail || one.verdict == Verdict::warn || one.verdict == Verdict::expected_failure;
}

}  // namespace

bool lists(const KnownFailure& entry, const CaseResult& one) {
    const bool named =
        entry.match.empty() || matches_glob(entry.match, one.name) || matches_glob(entry.match, one.scenario);
    if (!named || entry.requirements.empty()) return named;
    return shares(entry.requirements, one.requirements) ||
           std::any_of(one.findings.begin(), one.findings.end(),
                       [&](const Finding& finding) { return shares(entry.requirements, finding.requirements); });
}

void compare_with(const Baseline& baseline, std::chrono::sys_days today, CaseResult& one) {
    std::vector<const KnownFailure*> entries;
    for (const auto& entry : baseline.known)
        if (lists(entry, one)) entries.push_back(&entry);
    if (entries.empty()) return;
    if (one.verdict == Verdict::pass) {
        for (const auto* entry : entries)
            if (!entry->match.empty()) one.findings.push_back(stale(baseline, *entry, "the case passes"));
        if (!one.findings.empty()) one.verdict = Verdict::fail;
        return;
    }
    if (one.verdict != Verdict::fail && one.verdict != Verdict::warn) return;
    bool all_accepted = true;
    const KnownFailure* accepting = nullptr;
    for (auto& finding : one.findings) {
        if (!is_of_the_hub(finding)) continue;
        const auto found = std::find_if(entries.begin(), entries.end(), [&](const KnownFailure* entry) {
            return accepts(*entry, finding) && !has_expired(*entry, today);
        });
        if (found == entries.end() && finding.verdict == Verdict::fail) all_accepted = false;
        if (found != entries.end()) accepting = *found;
    }
    if (accepting != nullptr && all_accepted) {
        one.verdict = Verdict::expected_failure;
        one.reason = told(*accepting);
        for (auto& finding : one.findings)
            if (is_of_the_hub(finding)) finding.verdict = Verdict::expected_failure;
        return;
    }
    for (const auto* entry : entries)
        one.notes.push_back(
            has_expired(*entry, today)
                ? place_of(baseline, *entry) + ": was accepted until " + date_of(*entry->until) + ": " + told(*entry)
                : place_of(baseline, *entry) + ": fails otherwise than is accepted there: " + told(*entry));
}

std::vector<CaseResult> stale_entries(const Baseline& baseline, const std::vector<CaseResult>& cases) {
    std::vector<CaseResult> all;
    for (const auto& entry : baseline.known) {
        if (!entry.match.empty()) continue;
        bool passes = false, fails = false;
        for (const auto& one : cases) {
            if (!lists(entry, one)) continue;
            passes = passes || one.verdict == Verdict::pass;
            fails =
                fails || (failed(one) && std::any_of(one.findings.begin(), one.findings.end(), [&](const Finding& f) {
                              return is_of_the_hub(f) && accepts(entry, f);
                          }));
        }
        if (!passes || fails) continue;
        CaseResult one;
        std::string ids;
        for (const auto& id : entry.requirements) ids += (ids.empty() ? "" : ", ") + id;
        one.scenario = "baseline";
        one.name = "[baseline] " + ids;
        one.title = "A known failure is still one";
        one.file = baseline.file;
        one.requirements = entry.requirements;
        one.verdict = Verdict::fail;
        one.checks_planned = one.checks_executed = 1;
        one.findings.push_back(stale(baseline, entry, "every case that verifies " + ids + " passes"));
        one.findings.back().place = entry.place;
        all.push_back(std::move(one));
    }
    return all;
}

namespace {

struct Scenario {
    std::vector<const CaseResult*> bad;
    bool has_good = false;
};

std::vector<std::string> broken_by(const std::vector<const CaseResult*>& cases) {
    std::vector<std::string> ids;
    for (const auto* one : cases)
        for (const auto& finding : one->findings)
            if (is_of_the_hub(finding))
                for (const auto& id : finding.requirements)
                    if (!contains(ids, id)) ids.push_back(id);
    return ids;
}

// Without the place: it moves.
std::string what(const Finding& finding) {
    if (finding.expected.empty()) return finding.summary;
    return "Expected " + finding.expected + (finding.actual.empty() ? "; nothing came" : "; came " + finding.actual);
}

KnownFailure entry_for(const std::string& match, const std::vector<const CaseResult*>& cases) {
    KnownFailure entry;
    entry.match = match;
    entry.requirements = broken_by(cases);
    const auto& findings = cases.front()->findings;
    const auto found = std::find_if(findings.begin(), findings.end(), is_of_the_hub);
    entry.reason =
        "TODO: say why this is accepted. " + (found == findings.end() ? cases.front()->reason : what(*found));
    return entry;
}

bool is_stale(const CaseResult& one) {
    return one.verdict == Verdict::pass ||
           (one.verdict == Verdict::fail && std::any_of(one.findings.begin(), one.findings.end(),
                                                        [](const Finding& f) { return f.type == stale_type; }));
}

// An entry stays while it accepts something, and while nothing is known of what it is about.
bool stays(const KnownFailure& entry, const std::vector<CaseResult>& cases) {
    bool accepts_some = false, passes = false;
    for (const auto& one : cases) {
        if (!lists(entry, one)) continue;
        passes = passes || is_stale(one);
        accepts_some = accepts_some || (failed(one) && !is_stale(one));
    }
    return !passes || (accepts_some && entry.match.empty());
}

}  // namespace

BaselineUpdate update(const Baseline& baseline, const std::vector<CaseResult>& cases) {
    BaselineUpdate update;
    Baseline still{baseline.file, {}};
    for (std::size_t i = 0; i < baseline.known.size(); ++i)
        if (stays(baseline.known[i], cases)) {
            update.kept.push_back(i);
            still.known.push_back(baseline.known[i]);
            still.known.back().until.reset();  // an expired one is for someone to renew, not to be written twice
        }
    std::map<std::string, Scenario> scenarios;
    for (auto one : cases) {
        auto& scenario = scenarios[one.scenario];
        if (!failed(one) || one.verdict == Verdict::warn || is_stale(one)) {
            scenario.has_good = scenario.has_good || one.verdict == Verdict::pass || is_stale(one);
            continue;
        }
        auto probe = one;
        probe.verdict = Verdict::fail;
        compare_with(still, {}, probe);
        if (probe.verdict == Verdict::fail)
            scenario.bad.push_back(&*std::find_if(cases.begin(), cases.end(),
                                                  [&](const CaseResult& other) { return other.name == one.name; }));
    }
    for (const auto& [id, scenario] : scenarios) {
        if (scenario.bad.empty()) continue;
        if (!scenario.has_good) {
            update.added.push_back(entry_for(id, scenario.bad));
            continue;
        }
        for (const auto* one : scenario.bad) update.added.push_back(entry_for(one->name, {one}));
    }
    return update;
}

}  // namespace hubspec::run
