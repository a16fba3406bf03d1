#include "reports/tally.hpp"

#include <algorithm>

namespace hubspec::reports {

using namespace model;

namespace {

bool is_stale(const Finding& finding) { return finding.type == "baseline.stale"; }

Judgement judgement_of(const Finding& finding) {
    if (is_stale(finding)) return Judgement::open;
    switch (finding.verdict) {
        case Verdict::fail:
            return Judgement::broken;
        case Verdict::expected_failure:
            return Judgement::excused;
        case Verdict::warn:
            return Judgement::warned;
        case Verdict::not_applicable:
        case Verdict::pass:
        case Verdict::inconclusive:
        case Verdict::error:
            return Judgement::open;
    }
    return Judgement::open;
}

template <class Counted>
void add(Counted& tally, Judgement judgement) {
    if (judgement == Judgement::held) ++tally.held;
    if (judgement == Judgement::warned) ++tally.warned;
    if (judgement == Judgement::excused) ++tally.excused;
    if (judgement == Judgement::broken) ++tally.broken;
    if (judgement == Judgement::open) ++tally.open;
}

}  // namespace

std::string_view to_string(Judgement judgement) {
    switch (judgement) {
        case Judgement::open:
            return "open";
        case Judgement::held:
            return "held";
        case Judgement::warned:
            return "held with a warning";
        case Judgement::excused:
            return "broken as expected";
        case Judgement::broken:
            return "broken";
    }
    return {};
}

Verdict found(const CaseResult& one) {
    if (one.verdict == Verdict::expected_failure) return Verdict::fail;
    const bool stale = !one.findings.empty() && std::all_of(one.findings.begin(), one.findings.end(), is_stale);
    return one.verdict == Verdict::fail && stale ? Verdict::pass : one.verdict;
}

Tally tally_of(const RunResult& run) {
    Tally tally;
    const auto worsen = [&](const std::string& id, Judgement judgement) {
        auto& now = tally.requirements.try_emplace(id, Judgement::open).first->second;
        now = std::max(now, judgement);
    };
    for (const auto& one : run.cases) {
        const auto verdict = found(one);
        if (verdict == Verdict::not_applicable) continue;
        // A case that failed says nothing of what its later steps would have shown.
        const bool held = verdict == Verdict::pass || verdict == Verdict::warn;
        for (const auto& id : one.requirements) worsen(id, held ? Judgement::held : Judgement::open);
        if (!held && verdict != Verdict::fail) continue;
        for (const auto& finding : one.findings)
            for (const auto& id : finding.requirements) worsen(id, judgement_of(finding));
    }
    for (const auto& [id, judgement] : tally.requirements) add(tally, judgement);
    return tally;
}

std::vector<AreaTally> areas_of(const RunResult& run) {
    std::map<std::string, std::string> area_of;
    for (const auto& one : run.requirements) area_of[one.id] = one.area;
    std::vector<AreaTally> areas;
    for (const auto& [id, judgement] : tally_of(run).requirements) {
        auto name = area_of[id];
        if (name.empty()) name = id.substr(0, id.rfind('-'));
        auto at = std::find_if(areas.begin(), areas.end(), [&](const AreaTally& one) { return one.name == name; });
        if (at == areas.end()) at = areas.insert(areas.end(), AreaTally{name});
        add(*at, judgement);
    }
    return areas;
}

}  // namespace hubspec::reports
