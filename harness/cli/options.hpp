#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "harness/run/plan.hpp"

/// The command line: one options value and one function for each verb. CLI11 is known to the files of declare.hpp
/// alone.
namespace hubspec::cli {

/// Exit statuses: a contract, tested, never reused.
inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_unusable = 3;
inline constexpr int exit_nothing = 4;
inline constexpr int exit_interrupted = 130;

struct SuiteOptions {
    std::vector<std::string> paths;  ///< scenario files or folders; none: the suite that comes with hubspec
    run::Selection selection;
    std::string shard_said_by;  ///< what `--shard auto` found; empty: the shard was given
    std::string durations;      ///< stored results by which shards are cut; empty: cases take turns
};

struct RunOptions {
    SuiteOptions suite;
    std::optional<std::string> target;    ///< a target file; none: the embedded reference hub
    std::optional<std::string> device;    ///< a device's statement: it is certified, in the hub seat
    std::vector<std::string> deviations;  ///< of the embedded hub
    std::string profile = "observed";     ///< of the embedded hub
    std::vector<std::string> reports;     ///< FORMAT:PATH
    std::string baseline;                 ///< a file of known failures; empty: none
    std::string junit_flavor = "rich";
    std::string junit_granularity = "scenario";
    unsigned jobs = 0;  ///< 0: what the machine bears
    unsigned repeat = 1;
    unsigned retry = 0;  ///< of errors that are not the hub's
    std::uint64_t seed = 0;
    double timeout_scale = 1.0;
    bool strict = false;
    bool fail_fast = false;
    bool dry_run = false;
    int verbosity = 0;
    bool quiet = false;
};

/// Many devices at once; or results of shards to merge.
struct LoadOptions {
    std::vector<std::string> files;
    std::optional<std::string> target;    ///< a target file; none: what the load names, or the embedded reference hub
    std::vector<std::string> deviations;  ///< of the embedded hub
    std::string tier;                     ///< of the embedded hub: f1, b1 or s1, with its limits; empty: none
    std::vector<std::string> reports;     ///< FORMAT:PATH
    run::Shard shard;
    std::string shard_said_by;  ///< what `--shard auto` found; empty: the shard was given
    bool merge = false;
    bool dry_run = false;
    bool quiet = false;
};

struct HubOptions {
    std::string host = "127.0.0.1";
    /// Unset: 8883, 443 and 5671, or a free one with a word about it.
    std::optional<std::uint16_t> mqtt_port, https_port, amqp_port;
    std::vector<std::string> consumer_groups;  ///< beside $Default
    std::uint32_t partitions = 4;
    std::string host_name = "hubspec.azure-devices.net";
    std::vector<std::string> devices = {"device1"};
    std::vector<std::string> x509_devices;  ///< "D" or "D/M", with certificates of the hub's device CA
    std::vector<std::string> modules;       ///< "D/M", with keys
    /// Folder for the test PKI and all that outlives the hub; empty: a PKI below the user's state folder, the rest in
    /// memory.
    std::string state;
    std::string durability = "full";  ///< of what is kept there: full, normal
    std::string identities;           ///< JSON file
    std::vector<std::string> deviations;
    std::string profile = "observed";
    std::string tier;                 ///< f1, b1 or s1, with its limits; empty: standard and without limits
    std::uint32_t units = 1;          ///< of that tier
    unsigned threads = 0;             ///< 0: one for two cores
    std::vector<std::string> bounds;  ///< "NAME=N" each
    bool json = false;
};

struct ListOptions {
    SuiteOptions suite;
    std::optional<std::string> target;
    bool json = false;
    bool deviations = false;
    bool profiles = false;
};
struct LintOptions {
    SuiteOptions suite;
    std::vector<std::string> devices;  ///< statements
    std::vector<std::string> targets;  ///< target files
    std::vector<std::string> baselines;
    std::vector<std::string> loads;
};
struct CoverageOptions {
    SuiteOptions suite;
    bool json = false;
    bool holes = false;
    bool devices = false;  ///< what binds devices, and the hub seat
};
struct ExplainOptions {
    std::string id;
};
struct SchemaOptions {
    bool statement = false;  ///< of device statements instead of scenarios
    bool target = false;     ///< of target files instead
    bool baseline = false;   ///< of files of known failures instead
    bool load = false;       ///< of load files instead
};
struct DoctorOptions {
    std::string target;                 ///< a target file
    std::string connection_string_env;  ///< or a variable with a connection string, of a service or of a device
    int within = 5;                     ///< seconds, for each probe
    bool json = false;
};
struct CleanOptions {
    std::string target;
    std::string run_id;  ///< only of this run, however old; empty: of all that are old enough
    std::chrono::seconds older_than{3600};
    bool yes = false;  ///< remove them; otherwise they are only named
};
struct SelftestOptions {
    SuiteOptions suite;
    std::vector<std::string> deviations;
    std::vector<std::string> faults;  ///< of the wrong devices
    bool devices_only = false;
    unsigned jobs = 0;
    std::string report;
    bool update_proof = false;  ///< write scenarios/requirements/proven.yaml anew
    int verbosity = 0;
};
struct ReportOptions {
    std::vector<std::string> files;
    std::vector<std::string> reports;
    std::string junit_flavor = "rich";
    std::string junit_granularity = "scenario";
    bool strict = false;
};
struct BaselineOptions {
    std::string file;
    std::vector<std::string> results;
};
struct DiffOptions {
    std::string left, right;
    std::vector<std::string> reports;
};
struct VerifyOptions {
    std::vector<std::string> files;
    SuiteOptions suite;
};
struct JunitCheckOptions {
    std::vector<std::string> files;
    std::string junit_flavor = "rich";
};
struct SasOptions {
    std::string token_file;
    std::string connection_string_file;
    std::chrono::seconds duration{3600};
    std::string resource;
};
/// Certificates to make in a folder; what is there already and still good stays, devices are made anew.
struct PkiOptions {
    std::string folder;
    std::string host_name = "hubspec.azure-devices.net";
    std::vector<std::string> addresses = {"127.0.0.1"};
    std::vector<std::string> devices;      ///< "D" or "D/M", signed by the CA of devices
    std::vector<std::string> self_signed;  ///< likewise, signed by their own keys
    bool intermediate = false;
    int days = 365;
    bool json = false;
};

using Command =
    std::variant<RunOptions, HubOptions, ListOptions, LintOptions, CoverageOptions, ExplainOptions, SchemaOptions,
                 SelftestOptions, ReportOptions, VerifyOptions, JunitCheckOptions, SasOptions, PkiOptions,
                 DoctorOptions, CleanOptions, BaselineOptions, DiffOptions, LoadOptions>;

/// Parses the command line, the environment and hubspec.yaml, in this order of precedence. An int is an exit status:
/// help or version was printed, or what is wrong.
std::variant<Command, int> parse_command_line(int argc, const char* const* argv);

int run(const RunOptions& options);
int run(const HubOptions& options);
int run(const ListOptions& options);
int run(const LintOptions& options);
int run(const CoverageOptions& options);
int run(const ExplainOptions& options);
int run(const SchemaOptions& options);
int run(const SelftestOptions& options);
int run(const ReportOptions& options);
int run(const VerifyOptions& options);
int run(const JunitCheckOptions& options);
int run(const SasOptions& options);
int run(const PkiOptions& options);
int run(const DoctorOptions& options);
int run(const CleanOptions& options);
int run(const BaselineOptions& options);
int run(const DiffOptions& options);
int run(const LoadOptions& options);

}  // namespace hubspec::cli
