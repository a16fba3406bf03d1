#include <fmt/format.h>
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "fixtures/deviations/deviations.hpp"
#include "harness/cli/coverage.hpp"
#include "harness/cli/nearest.hpp"
#include "harness/cli/options.hpp"

// Requirements against the scenarios that verify them and the deviations that prove it: `coverage` and `explain`.
namespace hubspec::cli {

namespace {

using Json = nlohmann::ordered_json;
using model::Requirement;

template <class... Arguments>
void say(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    std::fputs(fmt::format(format, std::forward<Arguments>(arguments)...).c_str(), stdout);
}

std::string reason_of(const Requirement& requirement) {
    return requirement.reason.empty() ? requirement.left_out : requirement.reason;
}

Json json_of(const RequirementCoverage& row) {
    Json json{{"id", row.requirement->id},
              {"standing", to_string(row.standing)},
              {"level", to_string(row.requirement->level)},
              {"scenarios", row.scenarios},
              {"deviations", row.deviations}};
    if (const auto reason = reason_of(*row.requirement); !reason.empty()) json["reason"] = reason;
    return json;
}

Json json_of(const AreaCoverage& area) {
    Json ids = Json::object();
    for (const auto standing : {Standing::hole, Standing::covered, Standing::not_observable, Standing::left_out}) {
        auto& list = ids[std::string(to_string(standing))] = Json::array();
        for (const auto& row : area.rows)
            if (row.standing == standing) list.push_back(row.requirement->id);
    }
    Json rows = Json::array();
    for (const auto& row : area.rows) rows.push_back(json_of(row));
    return {{"area", area.area->name},
            {"title", area.area->title},
            {"rows", area.rows.size()},
            {"testable", area.testable()},
            {"covered", area.covered()},
            {"proven", area.count(Standing::proven)},
            {"holes", ids[std::string(to_string(Standing::hole))]},
            {"notProven", ids[std::string(to_string(Standing::covered))]},
            {"notObservable", ids[std::string(to_string(Standing::not_observable))]},
            {"leftOut", ids[std::string(to_string(Standing::left_out))]},
            {"requirements", std::move(rows)}};
}

void print_table(const std::vector<AreaCoverage>& all) {
    say("{:<10} {:>5} {:>9} {:>8} {:>7} {:>15} {:>9} {:>14}\n", "area", "rows", "testable", "covered", "proven",
        "not observable", "left out", "not the hub's");
    for (const auto& one : all)
        say("{:<10} {:>5} {:>9} {:>8} {:>7} {:>15} {:>9} {:>14}  {}\n", one.area->name, one.rows.size(), one.testable(),
            one.covered(), one.count(Standing::proven), one.count(Standing::not_observable),
            one.count(Standing::left_out), one.count(Standing::not_the_hubs), one.area->title);
}

using Rows = std::vector<const Requirement*>;

Rows rows_of(const std::vector<AreaCoverage>& all, Standing standing) {
    Rows rows;
    for (const auto& one : all)
        for (const auto& row : one.rows)
            if (row.standing == standing) rows.push_back(row.requirement);
    return rows;
}

void print_sentences(const char* title, const Rows& rows) {
    if (!rows.empty()) say("\n{}\n", title);
    for (const auto* row : rows) say("  {:<12} {}\n", row->id, row->text);
}

/// Each reason once, with the rows that it holds for.
void print_reasons(const char* title, const Rows& rows) {
    if (!rows.empty()) say("\n{}\n", title);
    std::vector<std::pair<std::string, std::string>> reasons;
    for (const auto* row : rows) {
        const auto reason = reason_of(*row);
        auto known = std::find_if(reasons.begin(), reasons.end(), [&](const auto& one) { return one.first == reason; });
        if (known == reasons.end()) known = reasons.insert(reasons.end(), {reason, ""});
        known->second += (known->second.empty() ? "" : ", ") + row->id;
    }
    for (const auto& [reason, ids] : reasons) say("  {}\n    {}\n", reason, ids);
}

// What a row says of itself, and a scenario shows to be wrong.
void print_contradictions(const std::vector<AreaCoverage>& all) {
    for (const auto& one : all)
        for (const auto& row : one.rows)
            if (!row.scenarios.empty() && !reason_of(*row.requirement).empty())
                say("\n{} is said to be {}, but {} verifies it\n", row.requirement->id,
                    row.requirement->left_out.empty() ? "not observable" : "left out", row.scenarios.front());
}

void print_total(const std::vector<AreaCoverage>& all, std::size_t scenarios, bool of_devices) {
    std::size_t testable = 0, covered = 0, proven = 0, rows = 0;
    for (const auto& one : all) {
        testable += one.testable(), covered += one.covered();
        proven += one.count(Standing::proven), rows += one.rows.size();
    }
    say("\n{} of {} requirements that bind a {} and can be observed are verified by {} scenarios{}, {} of them proven "
        "by a "
        "{} that is caught; the catalogue has {} rows\n",
        covered, testable, of_devices ? "device" : "hub", scenarios, of_devices ? " and the rules" : "", proven,
        of_devices ? "wrong device" : "deviation", rows);
}

void print_deviations(const char* title, const std::vector<const deviations::Deviation*>& some) {
    if (!some.empty()) say("\n{}\n", title);
    for (const auto* one : some) say("  {:<44} {}\n", one->name, one->summary);
}

void explain(const RequirementCoverage& row) {
    const auto& requirement = *row.requirement;
    say("{}\n{}\n\n", requirement.id, requirement.text);
    say("  level        {}{}\n", to_string(requirement.level),
        model::binding_level(requirement) == requirement.level ? "" : " (never fails a hub: it was not documented)");
    say("  binds        {}\n", to_string(requirement.binds));
    say("  observable   {}\n", to_string(requirement.observable));
    if (!requirement.line.empty()) say("  source       line {} of the base document\n", requirement.line);
    if (!requirement.sources.empty()) say("  source       {}\n", requirement.sources);
    if (!requirement.certainty.empty()) say("  certainty    {}\n", requirement.certainty);
    say("  standing     {}\n", to_string(row.standing));
    if (const auto reason = reason_of(requirement); !reason.empty()) say("  reason       {}\n", reason);
    say("\nVerified by{}\n", row.scenarios.empty() ? ": no scenario" : "");
    for (const auto& id : row.scenarios) say("  {}\n", id);
    std::vector<const deviations::Deviation*> proving, others;
    for (const auto& one : deviations::all()) {
        if (std::find(one.breaks.begin(), one.breaks.end(), requirement.id) == one.breaks.end()) continue;
        const bool proves = std::find(row.deviations.begin(), row.deviations.end(), one.name) != row.deviations.end();
        (proves ? proving : others).push_back(&one);
    }
    print_deviations("Proven by these deviations, which are caught", proving);
    print_deviations("Broken by these too, which are caught for something else", others);
}

}  // namespace

int run(const CoverageOptions& options) {
    const auto suite = read_suite(options.suite);
    const auto proof = read_proof();
    if (!suite || !proof) return exit_unusable;
    const auto seat = options.devices ? model::Seat::hub : model::Seat::device;
    const auto all = coverage_of(*suite, options.devices ? proof_by_wrong_devices() : *proof, seat);
    if (options.json) {
        Json json = Json::array();
        for (const auto& one : all) json.push_back(json_of(one));
        std::printf("%s\n", json.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
        return exit_ok;
    }
    if (options.holes) {
        print_sentences("No scenario verifies", rows_of(all, Standing::hole));
        print_sentences("Verified, but not proven: no deviation that breaks it is caught",
                        rows_of(all, Standing::covered));
    } else {
        print_table(all);
        print_reasons("Not observable", rows_of(all, Standing::not_observable));
        print_reasons("Left out on purpose", rows_of(all, Standing::left_out));
        print_contradictions(all);
    }
    const auto scenarios = std::count_if(suite->scenarios.begin(), suite->scenarios.end(),
                                         [&](const model::Scenario& one) { return one.seat == seat; });
    print_total(all, static_cast<std::size_t>(scenarios), options.devices);
    return exit_ok;
}

int run(const ExplainOptions& options) {
    const auto suite = read_suite({});
    const auto proof = read_proof();
    if (!suite || !proof) return exit_unusable;
    const auto* requirement = suite->catalogue.find(options.id);
    if (requirement == nullptr) {
        std::vector<std::string> ids;
        for (const auto& [id, row] : suite->catalogue.requirements) ids.push_back(id);
        std::fprintf(stderr, "hubspec: there is no requirement '%s'%s\n", options.id.c_str(),
                     did_you_mean(options.id, ids).c_str());
        return exit_unusable;
    }
    explain(coverage_of(*requirement, *suite, *proof));
    return exit_ok;
}

}  // namespace hubspec::cli
