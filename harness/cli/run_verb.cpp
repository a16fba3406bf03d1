#include <unistd.h>

#include <fmt/format.h>
#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <set>

#include "harness/cli/certification.hpp"
#include "harness/cli/certified_device.hpp"
#include "harness/cli/execute.hpp"
#include "harness/cli/interrupt.hpp"
#include "harness/cli/options.hpp"
#include "harness/cli/statement.hpp"
#include "harness/cli/suite.hpp"
#include "harness/cli/targets.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/test_pki.hpp"
#include "harness/iothub/user_name.hpp"
#include "harness/run/judge.hpp"
#include "reports/console.hpp"
#include "reports/write.hpp"

namespace hubspec::cli {

using namespace model;

namespace {

std::optional<std::vector<reports::Destination>> destinations(const std::vector<std::string>& options) {
    std::vector<reports::Destination> all;
    for (const auto& option : options) {
        auto parsed = reports::parse_destination(option);
        if (const auto* problem = std::get_if<std::string>(&parsed)) {
            std::fprintf(stderr, "hubspec: %s\n", problem->c_str());
            return std::nullopt;
        }
        all.push_back(std::get<reports::Destination>(std::move(parsed)));
    }
    return all;
}

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

// Devices spend their time waiting: more of them fit beside each other than cases that work.
constexpr unsigned jobs_of_waiting = 8;

int dry_run(const std::vector<run::Case>& cases) {
    for (const auto& one : cases)
        std::printf("%s%s\n", one.name.c_str(),
                    one.not_applicable.empty() ? "" : (" [not applicable: " + one.not_applicable + "]").c_str());
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
        : style_(style_of(options)), progress_(std::cerr, style_, total, options.quiet), run_(run) {}

    ExecuteEvents events() {
        return {[this](const run::Case& one) { progress_.began(one.name); },
                [this](const CaseResult& result) { progress_.finished(result); }};
    }

    void finish(const std::string& rerun) {
        progress_.clear();
        std::cerr << reports::format_failures(run_, style_) << "\n"
                  << reports::format_summary(run_, rerun, style_) << std::flush;
    }

private:
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

/// Writes what there is after each suite, so that little is lost when the process is. It counts as interrupted until
/// the whole takes its place.
class PartialReports {
public:
    PartialReports(const std::vector<run::Case>& cases, const RunResult& head,
                   std::function<void(const RunResult&)> write)
        : partial_(head), write_(std::move(write)) {
        partial_.interrupted = true;
        for (const auto& one : cases) ++left_[folder_of(one.scenario.id)];
    }

    void add(const CaseResult& result) {
        partial_.cases.push_back(result);
        if (--left_[folder_of(result.scenario)] == 0) write_(partial_);
    }

private:
    static std::string folder_of(const std::string& id) { return id.substr(0, id.rfind('/')); }
    RunResult partial_;
    std::function<void(const RunResult&)> write_;
    std::map<std::string, std::size_t> left_;
};

bool write_reports(const std::vector<reports::Destination>& all, const RunResult& run, const RunOptions& options) {
    bool written = true;
    const reports::JunitOptions junit{
        options.junit_flavor == "strict" ? reports::JunitFlavor::strict : reports::JunitFlavor::rich, options.strict,
        reports::granularity_of(options.junit_granularity).value_or(reports::Granularity::scenario)};
    for (const auto& destination : all)
        if (const auto problem = reports::write_report(destination, run, junit)) {
            std::fprintf(stderr, "hubspec: %s\n", problem->c_str());
            written = false;
        }
    return written;
}

RunResult run_cases(const RunOptions& options, const Suite& suite, const std::optional<Statement>& statement,
                    std::vector<run::Case> cases, run::Target& target,
                    const std::vector<reports::Destination>& destinations) {
    run::Interruption interruption;
    const SignalWatch signals([&] { interruption.trigger(); });
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
        result.shard = std::to_string(shard.index) + "/" + std::to_string(shard.count);
    const auto began = std::chrono::steady_clock::now();
    Telling telling(options, cases.size(), result);
    const auto unreachable = target.unreachable();
    for (auto& one : cases) one.not_applicable = not_applicable(one, target);
    if (unreachable) {
        std::fprintf(stderr, "hubspec: %s\n", unreachable->c_str());
        result.setup_failure = *unreachable;
        result.cases = nothing_but_errors(cases, suite.catalogue, *unreachable);
    } else {
        ExecuteOptions how{options.jobs == 0 ? (options.device ? jobs_of_waiting : default_jobs()) : options.jobs,
                           options.retry,
                           options.fail_fast,
                           {options.timeout_scale, options.seed},
                           {}};
        std::vector<reports::Destination> files = destinations;
        std::erase_if(files, [](const reports::Destination& one) { return one.path == "-"; });
        PartialReports partial(cases, result, [&](const RunResult& some) { write_reports(files, some, options); });
        auto events = telling.events();
        if (!files.empty())
            events.finished = [&, tell = events.finished](const CaseResult& one) { tell(one), partial.add(one); };
        if (statement) {
            how.keep_record = true;
            how.revise = [known = known_faults(*statement)](CaseResult& one) { forgive(one, known); };
        }
        result.cases = execute(cases, target, suite.catalogue, interruption, how, events);
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
    const auto reports_wanted = destinations(options.reports);
    if (!reports_wanted || has_unknown_deviations(options.deviations) || !is_known_profile(options.profile))
        return exit_unusable;
    if (options.target && (!options.deviations.empty() || options.profile != "observed")) {
        std::fprintf(stderr, "hubspec: %s is for the reference hub; a target of its own (--target) is as it is\n",
                     options.deviations.empty() ? "--profile" : "--deviation");
        return exit_unusable;
    }
    const auto suite = read_suite(options.suite);
    if (!suite) return exit_unusable;
    std::optional<Statement> statement;
    if (options.device && !(statement = read_statement(*options.device, &suite->catalogue))) return exit_unusable;
    auto cases = selected_cases(*suite, options.suite.selection, statement ? Seat::hub : Seat::device);
    if (statement) cases = for_device(cases, *statement);
    if (cases.empty()) {
        std::fprintf(stderr, "hubspec: %s\n", nothing_selected(*suite, options.suite.selection).c_str());
        return exit_nothing;
    }
    repeat(cases, options.repeat);
    const std::unique_ptr<run::Target> target = statement
                                                    ? std::make_unique<CertifiedDevice>(*statement)
                                                    : make_target(options.target, options.deviations, options.profile);
    if (!target) return exit_unusable;
    if (options.dry_run) {
        for (auto& one : cases) one.not_applicable = not_applicable(one, *target);
        return dry_run(cases);
    }
    const auto result = run_cases(options, *suite, statement, std::move(cases), *target, *reports_wanted);
    const bool written = write_reports(*reports_wanted, result, options);
    const int status = exit_status(result, options.strict);
    return written || status != exit_ok ? status : 2;
}

}  // namespace hubspec::cli
