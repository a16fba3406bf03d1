#include "harness/cli/suite.hpp"

#include <cstdio>
#include <filesystem>

#include "fixtures/deviations/deviations.hpp"
#include "fixtures/hub/profile.hpp"
#include "harness/cli/nearest.hpp"
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

std::string level_of(const run::Case& one, const model::Catalogue& catalogue) {
    return std::string(model::to_string(run::strictest(one.scenario.verifies, catalogue)));
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
    auto loaded = scenario::load_suite(paths, &*catalogue);
    if (usable(loaded.diagnostics)) return Suite{std::move(*catalogue), std::move(loaded.scenarios)};
    const auto count = errors_in(loaded.diagnostics);
    std::fprintf(stderr, "hubspec: %zu %s; nothing was run\n", count, count == 1 ? "error" : "errors");
    return std::nullopt;
}

std::vector<run::Case> selected_cases(const Suite& suite, const run::Selection& selection, model::Seat seat) {
    std::vector<run::Case> cases;
    std::size_t index = 0;
    for (const auto& scenario : suite.scenarios)
        for (auto& one : run::expand(scenario)) {
            if (scenario.seat != seat || !run::is_selected(one, selection, level_of(one, suite.catalogue))) continue;
            if (index++ % selection.shard.count + 1 == selection.shard.index) cases.push_back(std::move(one));
        }
    return cases;
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
