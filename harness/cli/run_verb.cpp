#include <unistd.h>

#include <fmt/format.h>
#include <cstdio>
#include <functional>
#include <future>
#include <iostream>
#include <map>
#include <set>

#include "harness/cli/baseline_file.hpp"
#include "harness/cli/certification.hpp"
#include "harness/cli/certified_device.hpp"
#include "harness/cli/execute.hpp"
#include "harness/cli/interrupt.hpp"
#include "harness/cli/options.hpp"
#include "harness/cli/run_reports.hpp"
#include "harness/cli/statement.hpp"
#include "harness/cli/suite.hpp"
#include "harness/cli/targets.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/test_pki.hpp"
#include "harness/iothub/user_name.hpp"
#include "harness/run/judge.hpp"
#include "reports/console.hpp"
#include "reports/live_progress.hpp"

namespace hubspec::cli {

using namespace model;

namespace {

// "x/y [qos=1]" becomes "x/y [qos=1, round=2]".
void repeat(std::vector<run::Case>& cases, unsigned times) {
    const auto once = cases;
    for (unsigned round = 2; round <= times; ++round)
        for (auto one : once) {
            one.axes.emplace_back("round", std::to_string(round));
            one.name = one.name.ends_with("]") ? one.name.substr(0, one.name.size() - 1) : one.name + " [";
            one.name += (one.name.ends_with("[") ? "round=" : ", round=") + std::to_string(round) + "]";
            cases.push_back(std::move(one));
        }
}

std::string quoted(const std::string& word) {
    const bool plain =
        word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,") ==
            std::string::npos &&
        !word.empty();
    if (plain) return word;
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

bool is_bad(const CaseResult& one) { return one.verdict > Verdict::warn; }

// The command that runs what did not pass, and nothing else: a scenario by its name when none of its cases passed.
std::string rerun_command(const RunOptions& options, const std::vector<CaseResult>& results) {
    std::set<std::string> passed;
    for (const auto& one : results)
        if (!is_bad(one)) passed.insert(one.scenario);
    std::string command, last;
    for (const auto& one : results) {
        const auto& name = passed.contains(one.scenario) ? one.name : one.scenario;
        if (is_bad(one) && name != last) command += " --match " + quoted(last = name);
    }
    if (command.empty()) return {};
    std::string start = own_command() + (options.device ? " certify --device " + quoted(*options.device) : " run");
    for (const auto& path : options.suite.paths) start += " " + quoted(path);
    if (options.target) start += " --target " + quoted(*options.target);
    for (const auto& name : options.deviations) start += " --deviation " + quoted(name);
    if (options.profile != "observed") start += " --profile " + quoted(options.profile);
    if (options.seed != 0) start += " --seed " + std::to_string(options.seed);
    return start + command;
}

std::string machine_name() {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

/// The sentences that the results speak of.
std::vector<Requirement> requirements_of(const std::vector<CaseResult>& results, const Catalogue& catalogue) {
    std::map<std::string, Requirement> all;
    const auto add = [&](const std::vector<std::string>& ids) {
        for (const auto& id : ids)
            if (const auto* found = catalogue.find(id)) all[id] = *found;
    };
    for (const auto& one : results) {
        add(one.requirements);
        for (const auto& finding : one.findings) add(finding.requirements);
    }
    std::vector<Requirement> list;
    for (auto& [id, requirement] : all) list.push_back(std::move(requirement));
    return list;
}

// What is known of a case before it runs.
std::vector<CaseResult> planned(const std::vector<run::Case>& cases, const Catalogue& catalogue) {
    std::vector<CaseResult> all;
    for (const auto& one : cases) all.push_back(run::not_run(one, catalogue, Verdict::not_applicable, {}));
    return all;
}

// Devices spend their time waiting: more of them fit beside each other than cases that work.
constexpr unsigned jobs_of_waiting = 8;

std::vector<run::Case> applicable(const std::vector<run::Case>& cases) {
    std::vector<run::Case> some;
    for (const auto& one : cases)
        if (one.not_applicable.empty()) some.push_back(one);
    return some;
}

void say(const std::vector<std::string>& lines) {
    for (const auto& line : lines) std::fprintf(stderr, "hubspec: %s\n", line.c_str());
}

// The hub is asked what it can do, so that what is said is true; nothing is run.
int dry_run(std::vector<run::Case> cases, run::Target& target, const run::Interruption& interruption, int verbosity) {
    if (const auto unreachable = target.unreachable()) say({*unreachable});
    if (verbosity > 0) say(target.findings());
    for (auto& one : cases) one.not_applicable = not_applicable(one, target);
    for (const auto& one : cases)
        std::printf("%s%s\n", one.name.c_str(),
                    one.not_applicable.empty() ? "" : (" [not applicable: " + one.not_applicable + "]").c_str());
    say(target.prepare(applicable(cases), interruption));
    std::fprintf(stderr, "%zu %s would run\n", cases.size(), cases.size() == 1 ? "case" : "cases");
    return exit_ok;
}

reports::ConsoleStyle style_of(const RunOptions& options) {
    const auto terminal = standard_error();
    return {terminal.colour, terminal.is_terminal, terminal.width, options.verbosity};
}

/// Failures as they come, everything else as the progress has it.
class Telling {
public:
    Telling(const RunOptions& options, std::size_t total, const RunResult& run)
        : style_(style_of(options)), progress_(std::cerr, style_, total, options.quiet, watch()), run_(run) {}

    void began(const run::Case& one) { progress_.began(one.name); }
    void finished(const CaseResult& result) { progress_.finished(result); }

    void finish(const std::string& rerun) {
        progress_.clear();
        std::cerr << reports::format_failures(run_, style_) << "\n"
                  << reports::format_summary(run_, rerun, style_) << std::flush;
    }

private:
    static reports::Watch watch() {
        const auto now = [] {
            return std::chrono::duration_cast<std::chrono::milliseconds>(
                std::chrono::steady_clock::now().time_since_epoch());
        };
        return {now, [] { return standard_error().width; }};
    }
    reports::ConsoleStyle style_;
    reports::LiveProgress progress_;
    const RunResult& run_;
};

// A hub that is not there makes every case an error, said once on the console and kept in the reports.
std::vector<CaseResult> nothing_but_errors(const std::vector<run::Case>& cases, const Catalogue& catalogue,
                                           const std::string& reason) {
    Finding finding;
    finding.verdict = Verdict::error;
    finding.type = "infra.connect";
    finding.summary = reason;
    std::vector<CaseResult> results;
    for (const auto& one : cases) {
        const bool applies = one.not_applicable.empty();
        results.push_back(run::not_run(one, catalogue, applies ? Verdict::error : Verdict::not_applicable,
                                       applies ? reason : one.not_applicable));
        if (applies) results.back().findings.push_back(finding);
    }
    return results;
}

// nullopt after saying why nothing can run.
std::optional<RunResult> run_cases(const RunOptions& options, const Suite& suite,
                                   const std::optional<Statement>& statement,
                                   const std::optional<run::Baseline>& baseline, Selected selected, run::Target& target,
                                   RunReports& reports, run::Interruption& interruption) {
    RunResult result;
    result.tool_version = HUBSPEC_VERSION;
    result.seat = options.device ? "hub" : "device";
    result.target = target.name();
    result.target_kind = target.kind();
    result.deviations = options.deviations;
    result.started_at = utc_now();
    result.host_name = machine_name();
    result.seed = options.seed;
    result.api_version = iothub::documented_api_version;
    if (const auto& shard = options.suite.selection.shard; shard.count > 1)
        result.shards = {{result.target, shard.count, selected.cut, {shard.index}, false}};
    auto& cases = selected.cases;
    const auto began = std::chrono::steady_clock::now();
    Telling telling(options, cases.size(), result);
    const auto unreachable = target.unreachable();
    if (options.verbosity > 0) say(target.findings());
    for (auto& one : cases) one.not_applicable = not_applicable(one, target);
    if (unreachable) {
        std::fprintf(stderr, "hubspec: %s\n", unreachable->c_str());
        result.setup_failure = *unreachable;
        result.cases = nothing_but_errors(cases, suite.catalogue, *unreachable);
    } else {
        say(target.prepare(applicable(cases), interruption));
        ExecuteOptions how{options.jobs == 0 ? (options.device ? jobs_of_waiting : default_jobs()) : options.jobs,
                           options.retry,
                           options.fail_fast,
                           {options.timeout_scale, options.seed},
                           {}};
        const ExecuteEvents events{[&](const run::Case& one) { telling.began(one), reports.case_began(one); },
                                   [&](CaseResult& one) { telling.finished(one), reports.case_finished(one); }};
        how.keep_record = statement.has_value();
        how.keep_traces = reports.show_passed_traces();
        how.revise = [known = statement ? known_faults(*statement) : KnownFaults{}, &baseline,
                      day = today()](CaseResult& one) {
            forgive(one, known);
            if (baseline) compare_with(*baseline, day, one);
        };
        {
            const auto plan = planned(cases, suite.catalogue);
            result.requirements = requirements_of(plan, suite.catalogue);
            if (!reports.begin(result, plan)) return std::nullopt;
        }
        result.cases = execute(cases, target, suite.catalogue, interruption, how, events);
        if (baseline && !interruption.triggered())
            for (auto& one : stale_entries(*baseline, result.cases)) {
                telling.finished(one);
                reports.case_added(one);
                result.cases.push_back(std::move(one));
            }
    }
    result.interrupted = interruption.triggered();
    result.duration = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
    result.requirements = requirements_of(result.cases, suite.catalogue);
    if (statement) result.certification = certification_of(*statement, suite, options.suite, result.cases);
    if (!unreachable) telling.finish(rerun_command(options, result.cases));
    return result;
}

}  // namespace

int run(const RunOptions& options) {
    const auto reports_wanted = parse_destinations(options.reports);
    if (!reports_wanted || has_unknown_deviations(options.deviations) || !is_known_profile(options.profile))
        return exit_unusable;
    if (options.target && (!options.deviations.empty() || options.profile != "observed")) {
        std::fprintf(stderr, "hubspec: %s is for the reference hub; a target of its own (--target) is as it is\n",
                     options.deviations.empty() ? "--profile" : "--deviation");
        return exit_unusable;
    }
    if (!has_open_files()) return exit_unusable;
    // The certificates of the embedded hub take as long as the suite's YAML: both at once.
    std::future<std::unique_ptr<run::Target>> embedded;
    if (!options.target && !options.device)
        embedded = std::async(std::launch::async, make_target, std::nullopt, options.deviations, options.profile);
    const auto suite = read_suite(options.suite);
    if (!suite) return exit_unusable;
    std::optional<Statement> statement;
    if (options.device && !(statement = read_statement(*options.device, &suite->catalogue))) return exit_unusable;
    std::optional<run::Baseline> baseline;
    if (!options.baseline.empty() && !(baseline = read_baseline(options.baseline))) return exit_unusable;
    auto selected = select_cases(*suite, options.suite.selection, statement ? Seat::hub : Seat::device);
    auto& cases = selected.cases;
    if (statement) cases = for_device(cases, *statement);
    if (cases.empty()) {
        std::fprintf(stderr, "hubspec: %s\n", nothing_selected(*suite, options.suite.selection).c_str());
        return exit_nothing;
    }
    repeat(cases, options.repeat);
    auto made = embedded.valid() ? embedded.get() : nullptr;
    run::Interruption interruption;
    // It lives longer than the target, which removes from its hub what the run has made there.
    const SignalWatch signals([&] { interruption.trigger(); });
    const std::unique_ptr<run::Target> target = made        ? std::move(made)
                                                : statement ? std::make_unique<CertifiedDevice>(*statement)
                                                            : make_target(options.target, {}, options.profile);
    if (!target) return exit_unusable;
    if (options.dry_run) return dry_run(std::move(cases), *target, interruption, options.verbosity);
    RunReports reports(*reports_wanted, junit_options(options.junit_flavor, options.junit_granularity, options.strict));
    const auto result =
        run_cases(options, *suite, statement, baseline, std::move(selected), *target, reports, interruption);
    if (!result) return exit_unusable;
    const bool written = reports.finish(*result);
    const int status = exit_status(*result, options.strict);
    return written || status != exit_ok ? status : 2;
}

}  // namespace hubspec::cli
