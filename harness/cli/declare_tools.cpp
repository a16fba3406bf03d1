// The options of the verbs beside those that run scenarios.

#include "harness/cli/declare.hpp"
#include "harness/cli/hub_bounds.hpp"

namespace hubspec::cli {

void declare_hub(CLI::App* app, HubOptions& options) {
    Declare declare(app);
    declare.option("--host", options.host, "Address to listen on")->capture_default_str();
    declare.option("--mqtt-port", options.mqtt_port, "MQTT over TLS (default 8883); 0 picks a free one")
        ->type_name("PORT");
    declare.option("--https-port", options.https_port, "Service API (default 443); 0 picks a free one")
        ->type_name("PORT");
    declare.option("--amqp-port", options.amqp_port, "AMQP of the back end (default 5671); 0 picks a free one")
        ->type_name("PORT");
    declare.option("--partitions", options.partitions, "Of the Event Hubs-compatible endpoint")
        ->check(CLI::Range(1, 32))
        ->capture_default_str();
    declare.option("--consumer-group", options.consumer_groups, "Of that endpoint, beside $Default; repeatable")
        ->type_name("NAME")
        ->allow_extra_args(false);
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
                "Folder that keeps identities, twins, queues, feedback and telemetry over restarts, and certificates "
                "and keys. Not given: these two are kept in the user's state folder, all else in memory")
        ->type_name("DIR");
    declare
        .option("--durability", options.durability,
                "Of what --state keeps: full outlives a power failure, normal is faster and outlives the process")
        ->check(CLI::IsMember({"full", "normal"}))
        ->capture_default_str();
    declare.option("--deviation", options.deviations, "Be wrong in this way")
        ->type_name("NAME")
        ->allow_extra_args(false);
    declare.option("--profile", options.profile, "Be this one where sources differ")
        ->type_name("NAME")
        ->capture_default_str();
    declare
        .option("--tier", options.tier, "Be a hub of this tier, with its limits (default: standard, without limits)")
        ->check(CLI::IsMember({"f1", "b1", "s1"}));
    declare.option("--threads", options.threads, "That serve device connections (default: one for two cores)")
        ->check(CLI::Range(1, 64))
        ->type_name("N");
    declare.option("--bound", options.bounds, "What the hub puts up with from a client: " + describe_bounds())
        ->type_name("NAME=N")
        ->allow_extra_args(false);
    declare.option("--units", options.units, "Of that tier")
        ->check(CLI::Range(1, 200))
        ->type_name("N")
        ->capture_default_str();
    declare.flag("--json", options.json, "Print one JSON line instead of text");
}

void declare_doctor(CLI::App* app, DoctorOptions& options) {
    Declare declare(app);
    declare.option("--target", options.target, "A target file: the hub that cannot be reached")->type_name("FILE");
    declare
        .option("--connection-string-env", options.connection_string_env,
                "Instead of it: an environment variable with a connection string, of a service or of a device")
        ->type_name("NAME");
    declare.option("--within", options.within, "Seconds that each probe may take")
        ->check(CLI::Range(1, 60))
        ->type_name("N")
        ->capture_default_str();
    declare.flag("--json", options.json, "One JSON object");
}

void declare_clean(CLI::App* app, CleanOptions& options) {
    Declare declare(app);
    declare.option("--target", options.target, "A target file with a service connection string")
        ->type_name("FILE")
        ->required();
    declare.option("--run", options.run_id, "Only the identities of this run, however old")->type_name("RUNID");
    app->add_option_function<long>(
           "--older-than", [&options](long minutes) { options.older_than = std::chrono::minutes(minutes); },
           "Minutes since the run began (default 60)")
        ->check(CLI::Range(0, 1'000'000))
        ->type_name("N");
    app->add_flag("--yes", options.yes, "Remove them; without it they are only named");
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

}  // namespace hubspec::cli
