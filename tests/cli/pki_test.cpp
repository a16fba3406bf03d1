// `hubspec pki`, and the identities that `hubspec hub` starts with, as processes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "tests/cli/support/process.hpp"

namespace hubspec::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::MatchesRegex;

unsigned rights(const std::string& path) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 ? facts.st_mode & 0777U : 0U;
}

std::size_t certificates_in(const std::string& pem) {
    std::size_t count = 0;
    for (auto at = pem.find("-----BEGIN CERTIFICATE-----"); at != std::string::npos; ++count)
        at = pem.find("-----BEGIN CERTIFICATE-----", at + 1);
    return count;
}

TEST(Pki, MakesCertificatesInAFolder) {
    const Folder folder;
    const auto made = run_hubspec({"pki", folder.path("p"), "--json", "--device", "d1", "--device", "d1/m",
                                   "--self-signed", "s1", "--intermediate"});
    ASSERT_EQ(made.status, 0) << made.err;
    const auto facts = json::parse(made.out);
    EXPECT_EQ(facts["caFile"], folder.path("p/ca.pem"));
    EXPECT_EQ(facts["serverCertificateFile"], folder.path("p/server.pem"));
    EXPECT_EQ(facts["deviceCaFile"], folder.path("p/device-ca.pem"));
    ASSERT_EQ(facts["devices"].size(), 3u);
    EXPECT_EQ(facts["devices"][1]["identity"], "d1/m");
    EXPECT_EQ(facts["devices"][1]["certificateFile"], folder.path("p/devices/d1%2Fm.pem"));
    EXPECT_EQ(facts["devices"][2]["type"], "selfSigned");
    for (const auto& device : facts["devices"]) {
        EXPECT_THAT(device["sha1Thumbprint"].get<std::string>(), MatchesRegex("[0-9A-F]{40}"));
        EXPECT_THAT(device["sha256Thumbprint"].get<std::string>(), MatchesRegex("[0-9A-F]{64}"));
    }
    EXPECT_EQ(certificates_in(folder.read("p/devices/d1.pem")), 2u);
    EXPECT_EQ(certificates_in(folder.read("p/devices/s1.pem")), 1u);
    for (const char* key : {"p/ca.key.pem", "p/server.key.pem", "p/device-ca.key.pem", "p/devices/s1.key.pem"}) {
        EXPECT_THAT(folder.read(key), HasSubstr("PRIVATE KEY")) << key;
        EXPECT_EQ(rights(folder.path(key)), 0600u) << key;
    }
}

TEST(Pki, KeepsItsAuthoritiesAndMakesDevicesAnew) {
    const Folder folder;
    const auto make = [&] { return run_hubspec({"pki", folder.path("p"), "--device", "d1"}).status; };
    ASSERT_EQ(make(), 0);
    const auto root = folder.read("p/ca.pem"), authority = folder.read("p/device-ca.pem"),
               device = folder.read("p/devices/d1.pem");
    ASSERT_EQ(make(), 0);
    EXPECT_EQ(folder.read("p/ca.pem"), root);
    EXPECT_EQ(folder.read("p/device-ca.pem"), authority);
    EXPECT_NE(folder.read("p/devices/d1.pem"), device);
}

TEST(Pki, TellsPeopleWhatItMade) {
    const Folder folder;
    const auto made = run_hubspec({"pki", folder.path("p"), "--self-signed", "s1"});
    EXPECT_THAT(made.out, HasSubstr("s1 (selfSigned)\n  certificate  " + folder.path("p/devices/s1.pem") +
                                    "\n  key          " + folder.path("p/devices/s1.key.pem") + "\n  SHA-1        "));
}

TEST(Pki, RefusesWhatCannotBe) {
    const Folder folder;
    EXPECT_EQ(run_hubspec({"pki"}).status, 3);
    const auto file = run_hubspec({"pki", folder.write("file", "")});
    EXPECT_EQ(file.status, 3);
    EXPECT_THAT(file.err, HasSubstr(folder.path("file")));
    const auto name = run_hubspec({"pki", folder.path("p"), "--device", std::string(65, 'x')});
    EXPECT_EQ(name.status, 3);
    EXPECT_THAT(name.err, HasSubstr("is empty or longer than 64 characters"));
}

std::vector<std::string> hub_with(const Folder& folder, std::vector<std::string> more) {
    std::vector<std::string> all{"hub", "--json",      "--mqtt-port", "0",       "--https-port",
                                 "0",   "--amqp-port", "0",           "--state", folder.path("s")};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

json facts_of_hub(const std::vector<std::string>& arguments) {
    Process process(Start{arguments, {}, {}, {}});
    EXPECT_TRUE(process.wait_for("}\n"));
    process.signal(SIGTERM);
    return json::parse(process.wait().out);
}

TEST(Hub, StartsWithModulesAndX509Devices) {
    const Folder folder;
    const auto facts = facts_of_hub(hub_with(folder, {"--device", "d1", "--module", "d1/m", "--module", "d2/m",
                                                      "--x509-device", "x1", "--x509-device", "x1/m"}));
    std::map<std::string, json> all;
    for (const auto& one : facts["devices"])
        all[one["deviceId"].get<std::string>() + "/" + one.value("moduleId", "")] = one;
    ASSERT_EQ(all.size(), 6u) << facts.dump(1);
    EXPECT_THAT(all["d1/m"]["connectionString"].get<std::string>(),
                HasSubstr(";DeviceId=d1;ModuleId=m;SharedAccessKey="));
    EXPECT_THAT(all["d2/"]["connectionString"].get<std::string>(), HasSubstr(";DeviceId=d2;SharedAccessKey="));
    EXPECT_EQ(all["x1/m"]["connectionString"], "HostName=hubspec.azure-devices.net;DeviceId=x1;ModuleId=m;x509=true");
    EXPECT_EQ(all["x1/"]["certificateFile"], folder.path("s/devices/x1.pem"));
    EXPECT_EQ(rights(all["x1/m"]["keyFile"].get<std::string>()), 0600u);
    EXPECT_EQ(facts["deviceCaFile"], folder.path("s/device-ca.pem"));
    EXPECT_TRUE(folder.has("s/device-ca.pem"));
}

TEST(Hub, KeepsTheKeysOfModules) {
    const Folder folder;
    const auto start = [&] { return facts_of_hub(hub_with(folder, {"--device", "d", "--module", "d/m"}))["devices"]; };
    EXPECT_EQ(start(), start());
}

TEST(Hub, ReadsModulesAndThumbprintsFromAFile) {
    const Folder folder;
    const auto file = folder.write("ids.json", R"([{"deviceId": "a", "moduleId": "m"}, {"deviceId": "t",
        "authentication": {"type": "selfSigned", "x509Thumbprint": {"primaryThumbprint": "00"}}},
        {"deviceId": "a", "authentication": {"type": "certificateAuthority"}}])");
    const auto facts = facts_of_hub(hub_with(folder, {"--device", "d", "--identities", file}));
    std::string names;
    for (const auto& one : facts["devices"])
        names += one["deviceId"].get<std::string>() + "/" + one.value("moduleId", "") + " ";
    EXPECT_EQ(names, "d/ t/ a/ a/m ");
    EXPECT_EQ(facts["devices"][2]["connectionString"], "HostName=hubspec.azure-devices.net;DeviceId=a;x509=true");
}

TEST(Hub, SaysWhatIsWrongWithAnIdentity) {
    const Folder folder;
    for (const auto& [text, problem] :
         {std::pair{
              R"([{"deviceId": "a", "authentication": {"type": "x509"}}])",
              "item 1 has the authentication type 'x509', which is none of sas, selfSigned, certificateAuthority"},
          std::pair{R"([{"deviceId": "a"}, {"deviceId": "b", "authentication": {"type": "selfSigned"}}])",
                    "item 2 is selfSigned and has no thumbprint"}}) {
        const auto file = folder.write("ids.json", text);
        const auto ended = run_hubspec(hub_with(folder, {"--identities", file}));
        EXPECT_EQ(ended.status, 3);
        EXPECT_THAT(ended.err, HasSubstr(file + ": " + problem));
    }
    EXPECT_THAT(run_hubspec(hub_with(folder, {"--module", "d"})).err,
                HasSubstr("--module takes DEVICE/MODULE; 'd' has no '/'"));
    EXPECT_THAT(run_hubspec(hub_with(folder, {"--x509-device", "d/"})).err,
                HasSubstr("'d/' is neither a device id nor DEVICE/MODULE"));
}

}  // namespace
}  // namespace hubspec::test
