#include <fmt/format.h>
#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "fixtures/deviations/deviations.hpp"
#include "harness/cli/embedded_target.hpp"
#include "harness/cli/execute.hpp"
#include "harness/cli/interrupt.hpp"
#include "harness/cli/options.hpp"
#include "harness/cli/suite.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/wrong_devices.hpp"
#include "harness/model/lists.hpp"
#include "reports/write.hpp"

// The kill matrix: each deviation of the reference hub against the scenarios that could see it.
namespace hubspec::cli {

using namespace model;

namespace {

struct Row {
    const deviations::Deviation* deviation = nullptr;
    std::vector<std::string> killers;  ///< cases that fail, or warn, and name a requirement which the deviation breaks
    std::vector<std::string> others;   ///< cases that fail for something else
    std::set<std::string> proven;      ///< requirements that it breaks and that a killer's finding names
    std::set<std::string> scenarios;   ///< of the killers
    bool by_failure = false;           ///< one of the killers fails; where no broken requirement is a must they warn
    std::size_t ran = 0;
    bool caught() const { return !killers.empty(); }
};

void add_killer(Row& row, const CaseResult& result) {
    row.killers.push_back(result.name);
    row.scenarios.insert(result.scenario);
    for (const auto& finding : result.findings)
        for (const auto& id : finding.requirements)
            if (finding.type.starts_with("conformance.") && shares({id}, row.deviation->breaks)) row.proven.insert(id);
}

bool names_the_broken(const CaseResult& result, const deviations::Deviation& deviation) {
    return std::any_of(result.findings.begin(), result.findings.end(), [&](const Finding& one) {
        return one.type.starts_with("conformance.") && shares(one.requirements, deviation.breaks);
    });
}

/// Only scenarios about what is broken: the others cannot name it.
std::vector<run::Case> concerned(const std::vector<run::Case>& cases, const deviations::Deviation& deviation) {
    std::vector<run::Case> some;
    for (const auto& one : cases) {
        const auto& steps = one.scenario->steps;
        const bool named = shares(one.scenario->verifies, deviation.breaks) ||
                           std::any_of(steps.begin(), steps.end(),
                                       [&](const Step& step) { return shares(step.verifies, deviation.breaks); });
        if (named) some.push_back(one);
    }
    return some;
}

/// Cases that differ in how the device connects and in nothing else, each such group by its first, and the others.
struct Waves {
    std::vector<run::Case> first, rest;
};

Waves in_waves(const std::vector<run::Case>& cases) {
    Waves waves;
    std::set<std::string> seen;
    for (const auto& one : cases)
        (seen.insert(run::name_beside_connection(one)).second ? waves.first : waves.rest).push_back(one);
    return waves;
}

class Matrix {
public:
    Matrix(const Suite& suite, std::vector<run::Case> cases, const SelftestOptions& options)
        : suite_(suite), cases_(std::move(cases)), options_(options) {}

    /// Without a deviation everything must pass, or the rest means nothing.
    std::vector<CaseResult> failures_of_the_reference() {
        auto results = run_against(cases_, {});
        std::erase_if(results, [](const CaseResult& one) { return one.verdict <= Verdict::warn; });
        return results;
    }

    Row row(const deviations::Deviation& deviation) {
        Row row;
        row.deviation = &deviation;
        const auto [first, rest] = in_waves(concerned(cases_, deviation));
        run_wave(row, first);
        if (!row.caught() && !interrupted()) run_wave(row, rest);
        return row;
    }

    /// Scenarios that were run and that none of the rows has among its killers, each once.
    std::vector<std::string> unkilled(const std::vector<Row>& rows) const {
        std::set<std::string> killers;
        for (const auto& row : rows) killers.insert(row.scenarios.begin(), row.scenarios.end());
        const EmbeddedTarget target(std::vector<std::string>{});
        std::vector<std::string> names;
        for (const auto& one : cases_)
            if (!killers.contains(one.scenario->id) && not_applicable(one, target).empty() &&
                (names.empty() || names.back() != one.scenario->id))
                names.push_back(one.scenario->id);
        return names;
    }

    bool interrupted() const { return interruption_.triggered(); }

private:
    void run_wave(Row& row, const std::vector<run::Case>& cases) {
        row.ran += cases.size();
        for (const auto& one : run_against(cases, {row.deviation->name})) {
            const bool names = names_the_broken(one, *row.deviation);
            if (names)
                add_killer(row, one);
            else if (one.verdict == Verdict::fail)
                row.others.push_back(one.name);
            row.by_failure = row.by_failure || (names && one.verdict == Verdict::fail);
        }
    }

    std::vector<CaseResult> run_against(const std::vector<run::Case>& cases,
                                        const std::vector<std::string>& deviations) {
        EmbeddedTarget target(deviations);
        std::vector<run::Case> applicable;
        for (const auto& one : cases)
            if (not_applicable(one, target).empty()) applicable.push_back(one);
        const ExecuteOptions how{options_.jobs == 0 ? default_jobs() : options_.jobs, 0, false, {}};
        return execute(applicable, target, suite_.catalogue, interruption_, how, {});
    }

    const Suite& suite_;
    std::vector<run::Case> cases_;
    const SelftestOptions& options_;
    run::Interruption interruption_;
    SignalWatch signals_{[this] { interruption_.trigger(); }};
};

std::string matrix_json(const std::vector<Row>& rows) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const auto& row : rows)
        all.push_back({{"deviation", row.deviation->name},
                       {"breaks", row.deviation->breaks},
                       {"caught", row.caught()},
                       {"byFailure", row.by_failure},
                       {"proves", row.proven},
                       {"killers", row.killers},
                       {"others", row.others},
                       {"ran", row.ran}});
    return all.dump(2) + "\n";
}

void tell(const Row& row, int verbosity) {
    if (row.caught())
        std::fprintf(stderr, "caught    %-44s by %zu%s: %s\n", row.deviation->name.c_str(), row.killers.size(),
                     row.by_failure ? "" : " with a warning", row.killers.front().c_str());
    else
        std::fprintf(stderr, "SURVIVED  %-44s %zu cases about %s ran and none failed for it%s\n",
                     row.deviation->name.c_str(), row.ran,
                     fmt::format("{}", fmt::join(row.deviation->breaks, ", ")).c_str(),
                     row.others.empty() ? "" : (", but failed otherwise: " + row.others.front()).c_str());
    for (std::size_t i = 1; verbosity > 0 && i < row.killers.size(); ++i)
        std::fprintf(stderr, "          %-44s    %s\n", "", row.killers[i].c_str());
}

// A fault of the harness or of the reference hub: whoever mends it starts from this.
void tell_failure(const CaseResult& result) {
    std::fprintf(stderr, "FAILS     %-44s on the reference hub itself\n", result.name.c_str());
    for (const auto& one : result.findings)
        std::fprintf(stderr, "          %s: %s%s%s\n", to_string(result.file, one.place).c_str(), one.summary.c_str(),
                     one.actual.empty() ? "" : "; actual: ", one.actual.c_str());
}

scenario::Proof proof_of(const std::vector<Row>& rows) {
    scenario::Proof proof;
    for (const auto& row : rows)
        for (const auto& id : row.proven) proof[id].push_back(row.deviation->name);
    for (auto& [id, names] : proof) std::sort(names.begin(), names.end());
    return proof;
}

/// Every deviation against every scenario that comes with hubspec: less proves less than what is stored.
bool is_whole(const SelftestOptions& options) {
    const auto& chosen = options.suite.selection;
    return options.deviations.empty() && options.suite.paths.empty() && chosen.match.empty() && chosen.skip.empty() &&
           chosen.tags.empty() && chosen.requirements.empty() && chosen.levels.empty() && chosen.shard.count == 1;
}

// True when what is stored is what was found, or now is.
bool keep_proof(const SelftestOptions& options, const std::vector<Row>& rows) {
    const auto found = proof_of(rows);
    if (options.update_proof) {
        const auto problem = reports::write_file(proof_path(), scenario::format_proof(found));
        std::fprintf(
            stderr, "%s\n",
            problem
                ? ("hubspec: " + *problem).c_str()
                : (std::to_string(found.size()) + " requirements are proven: " + proof_path() + " is written").c_str());
        return !problem;
    }
    const auto stored = read_proof();
    if (!stored) return false;
    const auto lost = scenario::missing(*stored, found), gained = scenario::missing(found, *stored);
    for (const auto& id : lost) std::fprintf(stderr, "STALE     %s is proven no more\n", id.c_str());
    for (const auto& id : gained) std::fprintf(stderr, "NEW       %s is proven now\n", id.c_str());
    if (!lost.empty() || !gained.empty())
        std::fprintf(stderr, "`hubspec selftest --update-proof` writes %s anew\n", proof_path().c_str());
    return lost.empty();
}

void tell_unkilled(const std::vector<std::string>& names) {
    if (names.empty()) return;
    std::fprintf(stderr, "warning: %zu %s killed by no deviation: %s\n", names.size(),
                 names.size() == 1 ? "scenario is" : "scenarios are",
                 fmt::format("{}", fmt::join(names, ", ")).c_str());
}

int try_deviations(const SelftestOptions& options, const Suite& suite) {
    Matrix matrix(suite, selected_cases(suite, options.suite.selection), options);
    const auto failing = matrix.failures_of_the_reference();
    for (const auto& one : failing) tell_failure(one);
    std::vector<Row> rows;
    for (const auto& deviation : deviations::all()) {
        const bool wanted =
            options.deviations.empty() ||
            std::find(options.deviations.begin(), options.deviations.end(), deviation.name) != options.deviations.end();
        if (!wanted || deviation.kind == deviations::Kind::fault || matrix.interrupted()) continue;
        rows.push_back(matrix.row(deviation));
        tell(rows.back(), options.verbosity);
    }
    const bool is_complete = is_whole(options) && !matrix.interrupted() && failing.empty();
    const bool is_kept = !is_complete || keep_proof(options, rows);
    if (options.update_proof && !is_complete)
        std::fprintf(stderr, "%s is left as it is: the suite does not hold on the reference hub itself\n",
                     proof_path().c_str());
    const auto caught = std::count_if(rows.begin(), rows.end(), [](const Row& row) { return row.caught(); });
    std::fprintf(stderr, "%td of %zu deviations caught; %zu scenarios fail without one\n", caught, rows.size(),
                 failing.size());
    if (is_complete) tell_unkilled(matrix.unkilled(rows));
    if (!options.report.empty())
        if (const auto problem = reports::write_file(options.report, matrix_json(rows))) {
            std::fprintf(stderr, "hubspec: %s\n", problem->c_str());
            return 2;
        }
    if (matrix.interrupted()) return exit_interrupted;
    if (rows.empty()) return exit_nothing;
    return failing.empty() && is_kept && static_cast<std::size_t>(caught) == rows.size() ? exit_ok : exit_failed;
}

// The wrong devices in the hub seat; what is said of one and does not belong there is a fault of the harness.
int try_devices(const SelftestOptions& options, const Suite& suite) {
    run::Interruption interruption;
    const SignalWatch signals([&] { interruption.trigger(); });
    std::size_t caught = 0, unrelated = 0;
    const auto tried = try_wrong_devices(suite, options.faults, options.jobs == 0 ? 12 : options.jobs, interruption);
    for (const auto& one : tried) {
        if (one.caught) ++caught;
        if (!one.unrelated.empty()) ++unrelated;
        const char* word = !one.caught ? "MISSED   " : one.unrelated.empty() ? "caught   " : "BLAMED   ";
        if (options.verbosity > 0 || !one.caught || !one.unrelated.empty())
            std::fprintf(stderr, "%s %-44s %s\n", word, one.fault.c_str(), one.scenario.c_str());
        if (!one.unnamed.empty())
            std::fprintf(stderr, "          nothing that was found names %s\n",
                         fmt::format("{}", fmt::join(one.unnamed, ", ")).c_str());
        for (const auto& text : options.verbosity > 0 ? one.found : one.unrelated)
            std::fprintf(stderr, "          %s\n", text.c_str());
    }
    std::fprintf(stderr, "%zu of %zu wrong devices caught; %zu blamed for something else\n", caught, tried.size(),
                 unrelated);
    if (interruption.triggered()) return exit_interrupted;
    return caught == tried.size() && unrelated == 0 ? exit_ok : exit_failed;
}

}  // namespace

int run(const SelftestOptions& options) {
    if (options.update_proof && !is_whole(options)) {
        std::fprintf(stderr, "hubspec: --update-proof needs every deviation and the whole suite: select nothing\n");
        return exit_unusable;
    }
    if (has_unknown_deviations(options.deviations) || has_unknown_faults(options.faults)) return exit_unusable;
    if (!has_open_files()) return exit_unusable;
    const auto suite = read_suite(options.suite);
    if (!suite) return exit_unusable;
    const bool devices = options.devices_only || !options.faults.empty();
    const bool hubs = !devices || !options.deviations.empty();
    const int of_hubs = hubs ? try_deviations(options, *suite) : exit_ok;
    if (of_hubs == exit_interrupted || (!devices && !is_whole(options))) return of_hubs;
    const int of_devices = try_devices(options, *suite);
    return std::max(of_hubs, of_devices);
}

}  // namespace hubspec::cli
