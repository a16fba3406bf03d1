#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <set>

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
    "Each option has an environment variable (--timeout-scale: HUBSPEC_TIMEOUT_SCALE) and a key in hubspec.yaml "
    "(timeout-scale: 2).";

std::string variable_of(const std::string& option) {
    std::string name = "HUBSPEC_";
    for (const char c : option) name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

// Declares options with their environment variables.
class Declare {
public:
    explicit Declare(CLI::App* app) : app_(app) {}

    template <class Value>
    CLI::Option* option(const std::string& names, Value& value, const std::string& description) {
        return with_variable(app_->add_option(names, value, description));
    }
    CLI::Option* flag(const std::string& names, bool& value, const std::string& description) {
        return with_variable(app_->add_flag(names, value, description));
    }
    CLI::Option* count(const std::string& names, int& value, const std::string& description) {
        return with_variable(app_->add_flag(names, value, description));
    }

private:
    static CLI::Option* with_variable(CLI::Option* option) {
        if (!option->get_lnames().empty()) option->envname(variable_of(option->get_lnames().front()));
        return option;
    }
    CLI::App* app_;
};

void parse_shard(run::Shard& shard, const std::string& text) {
    const auto slash = text.find('/');
    try {
        shard.index = std::stoul(text.substr(0, slash));
        shard.count = slash == std::string::npos ? 0 : std::stoul(text.substr(slash + 1));
    } catch (const std::exception&) {
        shard.count = 0;
    }
    if (shard.count == 0 || shard.index == 0 || shard.index > shard.count)
        throw CLI::ValidationError("--shard", "'" + text + "' is no shard; write I/N, such as 2/4");
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
           "--shard", [&suite](const std::string& text) { parse_shard(suite.selection.shard, text); },
           "Only part I of N of the cases")
        ->type_name("I/N")
        ->envname("HUBSPEC_SHARD");
}

// What running has in common in both seats.
void declare_execution(CLI::App* app, RunOptions& options) {
    declare_suite(app, options.suite);
    Declare declare(app);
    declare
        .option("--report", options.reports,
                "Write a report: json:PATH, junit:PATH; of a device also certificate:PATH (YAML) and "
                "certificate-html:PATH; '-' is standard output")
        ->type_name("FORMAT:PATH")
        ->allow_extra_args(false);
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

void declare_hub(CLI::App* app, HubOptions& options) {
    Declare declare(app);
    declare.option("--host", options.host, "Address to listen on")->capture_default_str();
    declare.option("--mqtt-port", options.mqtt_port, "MQTT over TLS (default 8883); 0 picks a free one")
        ->type_name("PORT");
    declare.option("--https-port", options.https_port, "Service API (default 443); 0 picks a free one")
        ->type_name("PORT");
    declare.option("--host-name", options.host_name, "The hub's own name, as devices have it")->capture_default_str();
    declare.option("--device", options.devices, "Device identities that exist from the start")
        ->type_name("ID")
        ->allow_extra_args(false)
        ->capture_default_str();
    declare
        .option("--x509-device", options.x509_devices,
                "Devices (or DEVICE/MODULE) with a certificate of the hub's device CA, made at the start")
        ->type_name("ID")
        ->allow_extra_args(false);
    declare.option("--module", options.modules, "Module identities that exist from the start")
        ->type_name("DEVICE/MODULE")
        ->allow_extra_args(false);
    declare
        .option("--identities", options.identities, "JSON file with more: [{\"deviceId\": ..., \"primaryKey\": ...}]")
        ->type_name("FILE");
    declare
        .option("--state", options.state,
                "Folder for the test certificates and keys (default: kept in the user's state folder)")
        ->type_name("DIR");
    declare.option("--deviation", options.deviations, "Be wrong in this way")
        ->type_name("NAME")
        ->allow_extra_args(false);
    declare.option("--profile", options.profile, "Be this one where sources differ")
        ->type_name("NAME")
        ->capture_default_str();
    declare.flag("--json", options.json, "Print one JSON line instead of text");
}

void declare_pki(CLI::App* app, PkiOptions& options) {
    Declare declare(app);
    app->add_option("DIR", options.folder, "Folder for the certificates; a hub takes it as --state DIR")->required();
    declare.option("--host-name", options.host_name, "The name that the server's certificate covers")
        ->capture_default_str();
    declare.option("--address", options.addresses, "IP addresses that it covers")
        ->type_name("IP")
        ->allow_extra_args(false)
        ->capture_default_str();
    declare.option("--device", options.devices, "Devices (or DEVICE/MODULE) with a certificate of the device CA")
        ->type_name("ID")
        ->allow_extra_args(false);
    declare.option("--self-signed", options.self_signed, "Devices (or DEVICE/MODULE) known by a thumbprint")
        ->type_name("ID")
        ->allow_extra_args(false);
    declare.flag("--intermediate", options.intermediate, "Put an intermediate CA between the device CA and devices");
    declare.option("--days", options.days, "How long certificates of devices hold")
        ->check(CLI::Range(1, 36500))
        ->type_name("N")
        ->capture_default_str();
    declare.flag("--json", options.json, "Print one JSON line instead of text");
}

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
    auto* list = verb("list", "What would run", parsed.list);
    declare_suite(list, parsed.list.suite);
    Declare(list).option("--target", parsed.list.target, "The hub under test")->type_name("FILE");
    Declare(list).flag("--json", parsed.list.json, "One JSON array");
    Declare(list).flag("--deviations", parsed.list.deviations, "The deviations of the reference hub instead");
    Declare(list).flag("--profiles", parsed.list.profiles, "The profiles of the reference hub instead");
    auto* lint = verb("lint", "Check scenarios, and statements of devices, without running them", parsed.lint);
    declare_suite(lint, parsed.lint.suite);
    Declare(lint).option("--device", parsed.lint.devices, "A device's statement to check as well")->type_name("FILE");
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
    auto* report = verb("report", "Convert or merge stored results", parsed.report);
    report->add_option("FILE", parsed.report.files, "Results written by --report json:FILE")->required();
    Declare(report)
        .option("--report", parsed.report.reports, "json:PATH, junit:PATH")
        ->type_name("FORMAT:PATH")
        ->allow_extra_args(false);
    Declare(report)
        .option("--junit-flavor", parsed.report.junit_flavor, "rich or strict")
        ->check(CLI::IsMember({"rich", "strict"}));
    Declare(report)
        .option("--junit-granularity", parsed.report.junit_granularity, "What JUnit calls a test")
        ->check(CLI::IsMember({"scenario", "step", "requirement"}));
    Declare(report).flag("--strict", parsed.report.strict, "A warning counts as a failure");
    auto* verify = verb("verify", "Judge the stored traces of a certification again", parsed.verify);
    verify->add_option("FILE", parsed.verify.files, "Results written by certify --report json:FILE")->required();
    Declare(verify)
        .option("--suite", parsed.verify.suite.paths,
                "The scenario files or folders that were run, where they are not hubspec's own")
        ->type_name("PATH")
        ->allow_extra_args(false);
    auto* junit = verb("junit", "Check JUnit XML files as the strictest of their readers would", parsed.junit_check);
    junit->add_option("--check", parsed.junit_check.files, "Files of any writer")->required()->type_name("FILE");
    Declare(junit)
        .option("--junit-flavor", parsed.junit_check.junit_flavor, "strict: also what validating readers refuse")
        ->check(CLI::IsMember({"rich", "strict"}));
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
    declare_pki(verb("pki", "Make test certificates for a hub and its devices", parsed.pki), parsed.pki);
    return verbs;
}

// CLI11's texts name the option; what it lacks is where to look further.
int complain(const CLI::App& app, const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
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
