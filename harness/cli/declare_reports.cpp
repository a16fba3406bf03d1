// The options of the verbs that read what runs have left.

#include "harness/cli/declare.hpp"
#include "reports/write.hpp"

namespace hubspec::cli {

void declare_report(CLI::App* app, ReportOptions& options) {
    Declare declare(app);
    app->add_option("FILE", options.files, "Results written by --report json:FILE or ndjson:FILE")->required();
    declare
        .option("--report", options.reports,
                "Write a report, such as junit:PATH; '-' is standard output. Formats: " + reports::formats())
        ->type_name("FORMAT:PATH")
        ->allow_extra_args(false);
    declare.option("--junit-flavor", options.junit_flavor, "rich or strict")->check(CLI::IsMember({"rich", "strict"}));
    declare.option("--junit-granularity", options.junit_granularity, "What JUnit calls a test")
        ->check(CLI::IsMember({"scenario", "step", "requirement"}));
    declare.flag("--strict", options.strict, "A warning counts as a failure");
}

void declare_verify(CLI::App* app, VerifyOptions& options) {
    app->add_option("FILE", options.files, "Results written by certify --report json:FILE")->required();
    Declare(app)
        .option("--suite", options.suite.paths,
                "The scenario files or folders that were run, where they are not hubspec's own")
        ->type_name("PATH")
        ->allow_extra_args(false);
}

void declare_junit(CLI::App* app, JunitCheckOptions& options) {
    app->add_option("--check", options.files, "Files of any writer")->required()->type_name("FILE");
    Declare(app)
        .option("--junit-flavor", options.junit_flavor, "strict: also what validating readers refuse")
        ->check(CLI::IsMember({"rich", "strict"}));
}

void declare_baseline(CLI::App* app, BaselineOptions& options) {
    app->add_option("FILE", options.file, "The file of known failures; made when it is not there")->required();
    app->add_option("RESULTS", options.results, "Results of the whole suite, written by --report json:FILE")
        ->required();
}

void declare_diff(CLI::App* app, DiffOptions& options) {
    app->add_option("LEFT", options.left, "Results to compare with: of a real hub, or of an earlier run")->required();
    app->add_option("RIGHT", options.right, "Results to compare: of an emulator, or of a later run")->required();
    Declare(app)
        .option("--report", options.reports,
                "Write the comparison as text:PATH, markdown:PATH, html:PATH or json:PATH; '-' is standard output")
        ->type_name("FORMAT:PATH")
        ->allow_extra_args(false);
}

}  // namespace hubspec::cli
