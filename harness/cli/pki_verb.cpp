#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "harness/cli/device_files.hpp"
#include "harness/cli/options.hpp"
#include "harness/cli/test_pki.hpp"

// `hubspec pki`: test certificates in a folder, for hubs and devices that are not hubspec's.
namespace hubspec::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string absolute(const std::string& path) { return std::filesystem::absolute(path).lexically_normal().string(); }

Json facts_of(const DeviceFiles& device) {
    return {{"identity", device.identity},
            {"type", device.self_signed ? "selfSigned" : "certificateAuthority"},
            {"certificateFile", absolute(device.certificate_file)},
            {"keyFile", absolute(device.key_file)},
            {"sha1Thumbprint", device.sha1_thumbprint},
            {"sha256Thumbprint", device.sha256_thumbprint}};
}

std::vector<DeviceFiles> write_devices(const PkiOptions& options, const pki::Credential& authority) {
    const pki::Validity validity{std::chrono::hours(-24), std::chrono::hours(24) * options.days};
    const bool between = options.intermediate && !options.devices.empty();
    const auto issuer = between ? pki::make_intermediate(authority, "hubspec device intermediate") : authority;
    std::vector<DeviceFiles> written;
    for (const auto& id : options.devices)
        written.push_back(write_device(options.folder, id, pki::make_client(issuer, id, validity), false));
    for (const auto& id : options.self_signed)
        written.push_back(write_device(options.folder, id, pki::make_self_signed(id, validity), true));
    return written;
}

Json write_all(const PkiOptions& options) {
    keep_test_pki(options.folder, options.host_name, options.addresses);
    const auto authority = keep_device_authority(options.folder);
    const auto path = [&](const char* name) { return absolute(options.folder + "/" + name); };
    Json facts{{"caFile", path("ca.pem")},
               {"serverCertificateFile", path("server.pem")},
               {"serverKeyFile", path("server.key.pem")},
               {"deviceCaFile", path("device-ca.pem")},
               {"deviceCaKeyFile", path("device-ca.key.pem")},
               {"devices", Json::array()}};
    for (const auto& device : write_devices(options, authority)) facts["devices"].push_back(facts_of(device));
    return facts;
}

void print_for_people(const Json& facts) {
    const auto line = [](const char* name, const Json& value) {
        std::printf("  %-12s %s\n", name, value.get<std::string>().c_str());
    };
    std::printf("A hub's certificate\n");
    line("certificate", facts["serverCertificateFile"]);
    line("key", facts["serverKeyFile"]);
    line("its CA", facts["caFile"]);
    std::printf("The CA of devices\n");
    line("certificate", facts["deviceCaFile"]);
    line("key", facts["deviceCaKeyFile"]);
    for (const auto& device : facts["devices"]) {
        std::printf("%s (%s)\n", device["identity"].get<std::string>().c_str(),
                    device["type"].get<std::string>().c_str());
        line("certificate", device["certificateFile"]);
        line("key", device["keyFile"]);
        line("SHA-1", device["sha1Thumbprint"]);
        line("SHA-256", device["sha256Thumbprint"]);
    }
}

}  // namespace

int run(const PkiOptions& options) {
    const auto facts = write_all(options);
    if (options.json)
        std::printf("%s\n", facts.dump().c_str());
    else
        print_for_people(facts);
    return exit_ok;
}

}  // namespace hubspec::cli
