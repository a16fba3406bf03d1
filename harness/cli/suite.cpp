#include "harness/cli/suite.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "fixtures/deviations/deviations.hpp"
#include "fixtures/hub/profile.hpp"
#include "harness/cli/nearest.hpp"
#include "harness/cli/results_file.hpp"
#include "harness/cli/shard.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/run/judge.hpp"
#include "harness/scenario/load.hpp"
#include "harness/scenario/requirements.hpp"

namespace hubspec::cli {

namespace {

bool usable(const scenario::Diagnostics& diagnostics) {
    std::fputs(scenario::format(diagnostics).c_str(), stderr);
    return !scenario::has_errors(diagnostics);
}

// The suite that comes with hubspec, named from here where that is shorter: reports and messages lead there.
std::string own_suite() {
    namespace fs = std::filesystem;
    std::error_code error;
    const fs::path whole = home() + "/scenarios";
    const auto near = fs::relative(whole, error);
    return error || near.empty() || near.native().starts_with("..") ? whole.string() : near.string();
}

std::size_t errors_in(const scenario::Diagnostics& diagnostics) {
    std::size_t count = 0;
    for (const auto& one : diagnostics) count += one.severity == scenario::Severity::error ? 1 : 0;
    return count;
}

// Of no file, none. nullopt after saying what is wrong with it.
std::optional<run::Durations> read_durations(const std::string& path) {
    run::Durations durations;
    if (path.empty()) return durations;
    const auto results = read_results(path);
    if (!results) return std::nullopt;
    for (const auto& one : results->cases) durations[one.name] = one.duration;
    return durations;
}

std::string level_of(const run::Case& one, const model::Catalogue& catalogue) {
    return std::string(model::to_string(run::strictest(one.scenario->verifies, catalogue)));
}

}  // namespace

std::optional<model::Catalogue> read_catalogue() {
    auto loaded = scenario::load_catalogue(home() + "/scenarios/requirements");
    if (!usable(loaded.diagnostics)) return std::nullopt;
    return std::move(loaded.catalogue);
}

std::string proof_path() { return own_suite() + "/requirements/" + std::string(scenario::proof_file); }

std::optional<scenario::Proof> read_proof() {
    auto loaded = scenario::load_proof(proof_path());
    if (!usable(loaded.diagnostics)) return std::nullopt;
    return std::move(loaded.proof);
}

std::optional<Suite> read_suite(const SuiteOptions& options) {
    auto catalogue = read_catalogue();
    if (!catalogue) return std::nullopt;
    const auto paths = options.paths.empty() ? std::vector<std::string>{own_suite()} : options.paths;
    const auto& match = options.selection.match;
    auto loaded = scenario::load_suite(paths, &*catalogue, [&](const std::string& id) {
        return match.empty() ||
               std::any_of(match.begin(), match.end(), [&](const std::string& one) { return run::may_begin(one, id); });
    });
    if (loaded.scenarios.empty() && !match.empty()) loaded = scenario::load_suite(paths, &*catalogue);  // for a hint
    if (usable(loaded.diagnostics)) {
        auto durations = read_durations(options.durations);
        if (!durations) return std::nullopt;
        say_shard({options.selection.shard, options.shard_said_by});
        return Suite{std::move(*catalogue), std::move(loaded.scenarios), std::move(*durations)};
    }
    const auto count = errors_in(loaded.diagnostics);
    std::fprintf(stderr, "hubspec: %zu %s; nothing was run\n", count, count == 1 ? "error" : "errors");
    return std::nullopt;
}

Selected select_cases(const Suite& suite, const run::Selection& selection, model::Seat seat) {
    std::vector<run::Case> all;
    for (const auto& scenario : suite.scenarios)
        for (auto& one : run::expand(scenario))
            if (scenario.seat == seat && run::is_selected(one, selection, level_of(one, suite.catalogue)))
                all.push_back(std::move(one));
    if (selection.shard.count == 1) return {std::move(all), {}};
    std::vector<std::string> names;
    for (const auto& one : all) names.push_back(one.name);
    const auto cut = run::cut(names, selection.shard.count, suite.durations);
    Selected selected{{}, cut.id};
    for (std::size_t i = 0; i < all.size(); ++i)
        if (cut.shards[i] == selection.shard.index) selected.cases.push_back(std::move(all[i]));
    return selected;
}

std::vector<run::Case> selected_cases(const Suite& suite, const run::Selection& selection, model::Seat seat) {
    return select_cases(suite, selection, seat).cases;
}

std::string nothing_selected(const Suite& suite, const run::Selection& selection) {
    std::string text = "no case is selected; " + std::to_string(suite.scenarios.size()) + " scenarios were read";
    std::vector<std::string> names, tags;
    for (const auto& scenario : suite.scenarios) {
        names.push_back(scenario.id);
        tags.insert(tags.end(), scenario.tags.begin(), scenario.tags.end());
    }
    for (const auto& pattern : selection.match) text += did_you_mean(pattern, names);
    for (const auto& tag : selection.tags) text += did_you_mean(tag, tags);
    return text;
}

bool has_unknown_deviations(const std::vector<std::string>& names) {
    std::vector<std::string> known;
    for (const auto& one : deviations::all()) known.push_back(one.name);
    bool unknown = false;
    for (const auto& name : names) {
        if (deviations::find(name) != nullptr) continue;
        std::fprintf(stderr, "hubspec: there is no deviation '%s'%s (`hubspec list --deviations` names them all)\n",
                     name.c_str(), did_you_mean(name, known).c_str());
        unknown = true;
    }
    return unknown;
}

bool is_known_profile(const std::string& name) {
    if (hub::profile(name)) return true;
    std::vector<std::string> known;
    for (const auto& one : hub::profiles()) known.emplace_back(one.name);
    std::fprintf(stderr, "hubspec: there is no profile '%s'%s (`hubspec list --profiles` names them all)\n",
                 name.c_str(), did_you_mean(name, known).c_str());
    return false;
}

}  // namespace hubspec::cli
