// The options of the verbs that run scenarios.

#include "harness/cli/declare.hpp"
#include "harness/cli/shard.hpp"
#include "reports/write.hpp"

namespace hubspec::cli {

ChosenShard chosen_shard(const std::string& text) {
    auto parsed = parse_shard(text);
    if (const auto* problem = std::get_if<std::string>(&parsed)) throw CLI::ValidationError("--shard", *problem);
    return std::get<ChosenShard>(std::move(parsed));
}

void declare_suite(CLI::App* app, SuiteOptions& suite) {
    Declare declare(app);
    app->add_option("PATH", suite.paths, "Scenario files or folders; without any, the suite that comes with hubspec");
    declare
        .option("--match", suite.selection.match,
                "Only cases whose full name matches; '*' within a folder, '**' across")
        ->type_name("PATTERN")
        ->allow_extra_args(false);
    declare.option("--skip", suite.selection.skip, "Leave out cases whose full name matches")
        ->type_name("PATTERN")
        ->allow_extra_args(false);
    declare.option("--tag", suite.selection.tags, "Only scenarios with one of these tags")
        ->type_name("TAG")
        ->allow_extra_args(false);
    declare.option("--requirement", suite.selection.requirements, "Only scenarios that verify one of these")
        ->type_name("ID")
        ->allow_extra_args(false);
    declare.option("--level", suite.selection.levels, "Only cases of this level")
        ->check(CLI::IsMember({"must", "should", "may", "info"}))
        ->allow_extra_args(false);
    app->add_option_function<std::string>(
           "--shard",
           [&suite](const std::string& text) {
               auto chosen = chosen_shard(text);
               suite.selection.shard = chosen.shard;
               suite.shard_said_by = std::move(chosen.said_by);
           },
           "Only part I of N of the cases; auto: the part that the variables of Kubernetes, GitLab, ... name")
        ->type_name("I/N")
        ->envname("HUBSPEC_SHARD");
    declare
        .option("--durations", suite.durations,
                "Results of an earlier run: shards are cut so that they take the same time; all of them need this file")
        ->type_name("FILE");
}

namespace {

// What running has in common in both seats.
void declare_execution(CLI::App* app, RunOptions& options) {
    declare_suite(app, options.suite);
    Declare declare(app);
    declare
        .option("--report", options.reports,
                "Write a report, such as junit:PATH; '-' is standard output. Formats: " + reports::formats())
        ->type_name("FORMAT:PATH")
        ->allow_extra_args(false);
    declare
        .option("--baseline", options.baseline,
                "Failures that this file lists are expected; what it lists and passes fails")
        ->type_name("FILE");
    declare.option("--junit-flavor", options.junit_flavor, "rich, or strict for readers that validate")
        ->check(CLI::IsMember({"rich", "strict"}))
        ->capture_default_str();
    declare.option("--junit-granularity", options.junit_granularity, "What JUnit calls a test")
        ->check(CLI::IsMember({"scenario", "step", "requirement"}))
        ->capture_default_str();
    declare.option("--jobs,-j", options.jobs, "Cases that run side by side (default: what the machine bears)")
        ->type_name("N");
    declare.option("--repeat", options.repeat, "Run everything so many times")
        ->check(CLI::Range(1, 100000))
        ->type_name("N");
    declare.option("--retry", options.retry, "Try a case again after an error that is not the hub's")
        ->check(CLI::Range(0, 100))
        ->type_name("N");
    declare.option("--seed", options.seed, "For invented names and keys")->type_name("N");
    declare.option("--timeout-scale", options.timeout_scale, "Multiply every window by this")
        ->check(CLI::Range(0.01, 1000.0))
        ->type_name("X");
    declare.flag("--strict", options.strict, "A warning fails the run");
    declare.flag("--fail-fast", options.fail_fast, "Begin nothing new after the first failure");
    declare.flag("--dry-run", options.dry_run, "Say what would run, run nothing");
    declare.count("-v,--verbose", options.verbosity, "Show decoded packets of every case; twice: bytes too");
    declare.flag("--quiet,-q", options.quiet, "Only failures and the summary");
}

}  // namespace

void declare_run(CLI::App* app, RunOptions& options) {
    Declare declare(app);
    declare
        .option("--target", options.target,
                "A target file: the hub under test; without it, the reference hub in this process")
        ->type_name("FILE");
    declare
        .option("--deviation", options.deviations,
                "Let the reference hub be wrong in this way; `hubspec list --deviations` names them")
        ->type_name("NAME")
        ->allow_extra_args(false);
    declare
        .option("--profile", options.profile,
                "Let the reference hub be one of these where sources differ; `hubspec list --profiles` names them")
        ->type_name("NAME")
        ->capture_default_str();
    declare_execution(app, options);
}

void declare_certify(CLI::App* app, RunOptions& options) {
    Declare(app)
        .option("--device", options.device, "The device's statement: who it is, how it is started, what it claims")
        ->type_name("FILE")
        ->required();
    declare_execution(app, options);
}

}  // namespace hubspec::cli
