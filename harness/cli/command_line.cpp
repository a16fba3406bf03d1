#include <cstdio>
#include <filesystem>
#include <set>

#include "harness/cli/components.hpp"
#include "harness/cli/declare.hpp"
#include "harness/cli/options.hpp"
#include "harness/cli/test_pki.hpp"
#include "harness/cli/yaml_settings.hpp"

namespace hubspec::cli {

namespace {

constexpr const char* settings_file = "hubspec.yaml";

constexpr const char* exit_statuses =
    "Exit status: 0 all passed; 1 a conformance failure; 2 an error or inconclusive case; 3 bad usage or scenario, "
    "nothing ran;\n"
    "4 nothing selected; 130 interrupted, reports written.\n"
    "Nearly each option has an environment variable (--timeout-scale: HUBSPEC_TIMEOUT_SCALE) and a key in hubspec.yaml "
    "(timeout-scale: 2).";

struct Parsed {
    RunOptions run, certify;
    HubOptions hub;
    ListOptions list;
    LintOptions lint;
    CoverageOptions coverage;
    ExplainOptions explain;
    SelftestOptions selftest;
    ReportOptions report;
    VerifyOptions verify;
    JunitCheckOptions junit_check;
    SasOptions sas;
    PkiOptions pki;
    SchemaOptions schema;
    DoctorOptions doctor;
    CleanOptions clean;
    BaselineOptions baseline;
    DiffOptions diff;
    LoadOptions load;
};

using Choice = std::pair<CLI::App*, std::function<Command()>>;

std::vector<Choice> declare_all(CLI::App& app, Parsed& parsed) {
    std::vector<Choice> verbs;
    const auto verb = [&](const char* name, const char* description, auto& options) {
        auto* sub = app.add_subcommand(name, description);
        sub->footer(exit_statuses);
        verbs.emplace_back(sub, [&options] { return Command(options); });
        return sub;
    };
    declare_run(verb("run", "Run scenarios against a hub and judge it", parsed.run), parsed.run);
    declare_certify(verb("certify", "Certify a device: play the hub for it and judge what it does", parsed.certify),
                    parsed.certify);
    declare_hub(verb("hub", "The reference hub in the foreground: an IoT Hub on this machine", parsed.hub), parsed.hub);
    declare_load(verb("load", "Put a load of many devices on a hub and judge it by thresholds", parsed.load),
                 parsed.load);
    auto* list = verb("list", "What would run", parsed.list);
    declare_suite(list, parsed.list.suite);
    Declare(list).option("--target", parsed.list.target, "The hub under test")->type_name("FILE");
    Declare(list).flag("--json", parsed.list.json, "One JSON array");
    Declare(list).flag("--deviations", parsed.list.deviations, "The deviations of the reference hub instead");
    Declare(list).flag("--profiles", parsed.list.profiles, "The profiles of the reference hub instead");
    auto* lint = verb("lint", "Check scenarios, statements of devices, target and load files, without running them",
                      parsed.lint);
    declare_suite(lint, parsed.lint.suite);
    Declare(lint).option("--device", parsed.lint.devices, "A device's statement to check as well")->type_name("FILE");
    Declare(lint).option("--target", parsed.lint.targets, "A target file to check as well")->type_name("FILE");
    Declare(lint).option("--baseline", parsed.lint.baselines, "A file of known failures as well")->type_name("FILE");
    Declare(lint).option("--load", parsed.lint.loads, "A load file as well")->type_name("FILE");
    auto* coverage = verb("coverage", "Requirements against scenarios", parsed.coverage);
    declare_suite(coverage, parsed.coverage.suite);
    Declare(coverage).flag("--json", parsed.coverage.json, "One JSON object");
    Declare(coverage).flag("--holes", parsed.coverage.holes, "Only what no scenario verifies");
    Declare(coverage).flag("--devices", parsed.coverage.devices,
                           "What binds devices, and the scenarios that certify them");
    auto* explain = verb("explain", "One requirement in words, and what verifies it", parsed.explain);
    explain->add_option("ID", parsed.explain.id, "Such as REPORTED-11")->required();
    auto* schema = app.add_subcommand("schema", "Print the JSON Schema of scenarios, for editors");
    Declare(schema).flag("--statement", parsed.schema.statement, "That of device statements instead");
    schema->add_flag("--target", parsed.schema.target, "That of target files instead");
    schema->add_flag("--baseline", parsed.schema.baseline, "That of files of known failures instead");
    schema->add_flag("--load", parsed.schema.load, "That of load files instead");
    verbs.emplace_back(schema, [&parsed] { return Command(parsed.schema); });
    auto* selftest =
        verb("selftest", "The kill matrix: every deviation of the reference hub against the suite", parsed.selftest);
    declare_suite(selftest, parsed.selftest.suite);
    Declare(selftest)
        .option("--deviation", parsed.selftest.deviations, "Only these deviations")
        ->type_name("NAME")
        ->allow_extra_args(false);
    Declare(selftest)
        .option("--fault", parsed.selftest.faults, "Only wrong devices with these faults")
        ->type_name("NAME")
        ->allow_extra_args(false);
    Declare(selftest).flag("--devices", parsed.selftest.devices_only,
                           "Only the wrong devices, no deviations of the hub");
    Declare(selftest).option("--jobs,-j", parsed.selftest.jobs, "Cases that run side by side")->type_name("N");
    Declare(selftest).option("--matrix", parsed.selftest.report, "Write the matrix as JSON")->type_name("FILE");
    Declare(selftest).flag("--update-proof", parsed.selftest.update_proof,
                           "Write anew which deviations prove which requirements; needs the whole suite");
    Declare(selftest).count("-v,--verbose", parsed.selftest.verbosity, "Name every scenario that catches");
    declare_report(verb("report", "Convert or merge stored results", parsed.report), parsed.report);
    declare_verify(verb("verify", "Judge the stored traces of a certification again", parsed.verify), parsed.verify);
    declare_junit(verb("junit", "Check JUnit XML files as the strictest of their readers would", parsed.junit_check),
                  parsed.junit_check);
    auto* diff = app.add_subcommand("diff", "What two runs do not agree about, and how far one hub is like the other");
    diff->footer("Exit status: 0 they came to the same; 1 they did not; 3 bad usage, or a file that cannot be read.");
    declare_diff(diff, parsed.diff);
    verbs.emplace_back(diff, [&parsed] { return Command(parsed.diff); });
    auto* baseline = app.add_subcommand("baseline", "Known failures, by which a run does not fail");
    baseline->require_subcommand(1);
    auto* update = baseline->add_subcommand("update", "Bring a file of known failures up to date with stored results");
    update->footer("Exit status: 0 written; 3 bad usage, a file that cannot be read or written.");
    declare_baseline(update, parsed.baseline);
    verbs.emplace_back(baseline, [&parsed] { return Command(parsed.baseline); });
    auto* sas = verb("sas", "Make or inspect a SAS token", parsed.sas);
    Declare(sas)
        .option("--connection-string-file", parsed.sas.connection_string_file,
                "Make a token for this connection string ('-' reads standard input)")
        ->type_name("FILE");
    Declare(sas)
        .option("--inspect", parsed.sas.token_file, "Say what is in this token ('-' reads standard input)")
        ->type_name("FILE");
    Declare(sas).option("--resource", parsed.sas.resource, "Another scope than the connection string's own");
    sas->add_option_function<long>(
        "--duration", [&parsed](long seconds) { parsed.sas.duration = std::chrono::seconds(seconds); },
        "Seconds of life (default 3600)");
    auto* doctor = app.add_subcommand("doctor", "Explain why this machine cannot talk to a hub");
    doctor->footer("Exit status: 0 all is well, or nothing but warnings; 1 a problem; 3 bad usage.");
    declare_doctor(doctor, parsed.doctor);
    verbs.emplace_back(doctor, [&parsed] { return Command(parsed.doctor); });
    auto* clean = app.add_subcommand("clean", "Remove identities that earlier runs have left on a hub");
    clean->footer("Exit status: 0 done, or nothing to do; 1 some could not be removed; 3 bad usage.");
    declare_clean(clean, parsed.clean);
    verbs.emplace_back(clean, [&parsed] { return Command(parsed.clean); });
    declare_pki(verb("pki", "Make test certificates for a hub and its devices", parsed.pki), parsed.pki);
    return verbs;
}

// CLI11's texts name the option; what it lacks is where to look further.
int complain(const CLI::App& app, const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
        const int status = app.exit(error);
        if (error.get_name() == "CallForVersion" && app.count("--verbose") > 0)
            std::fputs(list_components().c_str(), stdout);
        return status;
    }
    const auto used = app.get_subcommands();
    std::fprintf(stderr, "hubspec: %s\nTry: hubspec %s--help\n", error.what(),
                 used.empty() ? "" : (used.front()->get_name() + " ").c_str());
    return exit_unusable;
}

/// The command line as CLI11 knows it, with the options that it fills.
struct Grammar {
    CLI::App app{"The conformance harness for Azure IoT Hub's MQTT protocol.", "hubspec"};
    Parsed parsed;
    std::vector<Choice> verbs;

    Grammar() {
        app.set_version_flag("--version", "hubspec " HUBSPEC_VERSION);
        app.add_flag("--verbose")->description("With --version: what it is made of, with versions and licences");
        app.footer(exit_statuses);
        app.require_subcommand(1);
        verbs = declare_all(app, parsed);
    }

    const Choice* chosen() const {
        for (const auto& verb : verbs)
            if (verb.first->parsed()) return &verb;
        return nullptr;
    }

    /// Options that a settings file may set.
    std::vector<std::string> names() const {
        std::set<std::string> all;
        for (const auto& [sub, command] : verbs)
            for (const auto* option : sub->get_options())
                if (!option->get_lnames().empty() && option->get_lnames().front() != "help")
                    all.insert(option->get_lnames().front());
        return {all.begin(), all.end()};
    }
};

/// Arguments for what the settings file sets and neither the command line nor the environment has.
std::vector<std::string> arguments_from_settings(const Grammar& grammar) {
    std::vector<std::string> arguments;
    if (!std::filesystem::exists(settings_file)) return arguments;
    for (const auto& setting : read_settings(settings_file, grammar.names())) {
        const auto* option = grammar.chosen()->first->get_option_no_throw("--" + setting.name);
        if (option == nullptr || option->count() > 0) continue;
        // `target: FILE` is for the verbs that take a file there, not for a flag of that name.
        const bool is_flag = option->get_items_expected_max() == 0;
        if (is_flag && setting.name == "target") continue;
        for (const auto& value : setting.values) arguments.push_back("--" + setting.name + "=" + value);
    }
    return arguments;
}

}  // namespace

std::variant<Command, int> parse_command_line(int argc, const char* const* argv) {
    Grammar given;
    try {
        given.app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return complain(given.app, error);
    }
    Grammar all;
    try {
        const auto more = arguments_from_settings(given);
        if (more.empty()) return given.chosen()->second();
        std::vector<const char*> arguments(argv, argv + argc);
        for (const auto& one : more) arguments.push_back(one.c_str());
        all.app.parse(static_cast<int>(arguments.size()), arguments.data());
        return all.chosen()->second();
    } catch (const SettingsError& error) {
        std::fputs(error.what(), stderr);
    } catch (const CLI::ParseError& error) {
        std::fprintf(stderr, "hubspec: %s: %s\n", settings_file, error.what());
    }
    return exit_unusable;
}

}  // namespace hubspec::cli
