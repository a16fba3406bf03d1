// The options of the verb that puts a load on a hub.

#include "harness/cli/declare.hpp"

namespace hubspec::cli {

void declare_load(CLI::App* app, LoadOptions& options) {
    Declare declare(app);
    app->add_option("FILE", options.files, "The load: devices, mix, thresholds; with --merge results of shards")
        ->required();
    declare
        .option("--target", options.target,
                "A target file: the hub to load; without it, the one that the load names, or the reference hub in this "
                "process")
        ->type_name("FILE");
    declare.option("--deviation", options.deviations, "Let the reference hub be wrong in this way")
        ->type_name("NAME")
        ->allow_extra_args(false);
    declare.option("--tier", options.tier, "Let the reference hub have the limits of f1, b1 or s1")
        ->check(CLI::IsMember({"f1", "b1", "s1"}));
    declare
        .option("--report", options.reports,
                "Write a report, such as html:PATH; '-' is standard output. Formats: json, html, junit, csv")
        ->type_name("FORMAT:PATH")
        ->allow_extra_args(false);
    app->add_option_function<std::string>(
           "--shard",
           [&options](const std::string& text) {
               auto chosen = chosen_shard(text);
               options.shard = chosen.shard;
               options.shard_said_by = std::move(chosen.said_by);
           },
           "Only the devices of part I of N; auto: the part that the CI's variables name")
        ->type_name("I/N")
        ->envname("HUBSPEC_SHARD");
    app->add_flag("--merge", options.merge, "Merge results of shards (--report json:FILE) and judge the whole");
    declare.flag("--dry-run", options.dry_run, "Say what would be done, send nothing");
    declare.flag("--quiet,-q", options.quiet, "Only the table at the end");
    app->footer(
        "Exit status: 0 the thresholds held; 1 one was missed; 2 the hub cannot be reached, or nothing was done;\n"
        "3 bad usage or load file, nothing was sent; 130 interrupted, reports written.");
}

}  // namespace hubspec::cli
