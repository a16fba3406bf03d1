#include "harness/cli/coverage.hpp"

#include <algorithm>

#include "fixtures/devices/plain/behaviour.hpp"
#include "harness/run/device_rules.hpp"

namespace hubspec::cli {

namespace {

using Verifiers = std::map<std::string, std::vector<std::string>, std::less<>>;

// The device seat tests hubs, the hub seat devices; the rules of the latter hold in each of its scenarios.
Verifiers verifiers_of(const Suite& suite, model::Seat seat) {
    Verifiers verifiers;
    const auto add = [&](const std::string& id, const std::string& scenario) {
        auto& known = verifiers[id];
        if (known.empty() || known.back() != scenario) known.push_back(scenario);
    };
    for (const auto& scenario : suite.scenarios) {
        if (scenario.seat != seat) continue;
        for (const auto& id : scenario.verifies) add(id, scenario.id);
        for (const auto& step : scenario.steps)
            for (const auto& id : step.verifies) add(id, scenario.id);
    }
    if (seat == model::Seat::hub)
        for (const auto& rule : run::device_rules())
            for (const auto& id : rule.requirements) add(id, "rule " + rule.name);
    return verifiers;
}

bool binds(const model::Requirement& requirement, model::Seat seat) {
    if (seat == model::Seat::device) return model::binds_hub(requirement);
    const bool device = requirement.binds == model::Binds::device || requirement.binds == model::Binds::both;
    return device && requirement.level != model::Level::info;
}

Standing standing_of(const RequirementCoverage& row, model::Seat seat) {
    if (!binds(*row.requirement, seat)) return Standing::not_the_hubs;
    if (!row.scenarios.empty()) return row.deviations.empty() ? Standing::covered : Standing::proven;
    if (row.requirement->observable == model::Observable::none) return Standing::not_observable;
    return row.requirement->left_out.empty() ? Standing::hole : Standing::left_out;
}

RequirementCoverage cover(const model::Requirement& requirement, const Verifiers& verifiers,
                          const scenario::Proof& proof, model::Seat seat = model::Seat::device) {
    RequirementCoverage row;
    row.requirement = &requirement;
    if (const auto found = verifiers.find(requirement.id); found != verifiers.end()) row.scenarios = found->second;
    if (const auto found = proof.find(requirement.id); found != proof.end()) row.deviations = found->second;
    row.standing = standing_of(row, seat);
    return row;
}

}  // namespace

std::size_t AreaCoverage::count(Standing standing) const {
    return static_cast<std::size_t>(std::count_if(
        rows.begin(), rows.end(), [&](const RequirementCoverage& row) { return row.standing == standing; }));
}

scenario::Proof proof_by_wrong_devices() {
    scenario::Proof proof;
    for (const auto& fault : devices::faults())
        for (const auto& id : fault.breaks) proof[id].push_back(fault.name);
    return proof;
}

std::vector<AreaCoverage> coverage_of(const Suite& suite, const scenario::Proof& proof, model::Seat seat) {
    const auto verifiers = verifiers_of(suite, seat);
    std::vector<AreaCoverage> all;
    for (const auto& area : suite.catalogue.areas) {
        auto& one = all.emplace_back();
        one.area = &area;
        for (const auto& id : area.ids) one.rows.push_back(cover(*suite.catalogue.find(id), verifiers, proof, seat));
    }
    return all;
}

RequirementCoverage coverage_of(const model::Requirement& requirement, const Suite& suite,
                                const scenario::Proof& proof) {
    return cover(requirement, verifiers_of(suite, model::Seat::device), proof);
}

}  // namespace hubspec::cli
