// Every other verb as a process.

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "tests/cli/support/process.hpp"
#include "tests/cli/support/scenarios.hpp"

namespace hubspec::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class HubProcess : public testing::Test {
protected:
    HubProcess()
        : process_(Start{{"hub", "--json", "--mqtt-port", "0", "--https-port", "0", "--amqp-port", "0", "--state",
                          folder_.path("state"), "--device", "d1", "--device", "d2"},
                         {},
                         {},
                         {}}) {}
    Folder folder_;
    Process process_;
};

TEST_F(HubProcess, TellsInOneJsonLineHowItIsReachedAndEndsOnInterrupt) {
    ASSERT_TRUE(process_.wait_for("\n"));
    process_.signal(SIGINT);
    const auto ended = process_.wait();
    EXPECT_EQ(ended.status, 0) << ended.err;
    const auto facts = json::parse(ended.out);
    EXPECT_GT(facts["mqttPort"].get<int>(), 0);
    EXPECT_GT(facts["httpsPort"].get<int>(), 0);
    EXPECT_EQ(facts["devices"].size(), 2u);
    EXPECT_THAT(facts["serviceConnectionString"].get<std::string>(), HasSubstr("SharedAccessKeyName=iothubowner"));
    EXPECT_TRUE(folder_.has("state/ca.pem"));
}

std::string write_target(const Folder& folder, const json& facts, const std::string& longest_wait) {
    folder.write("service.txt", facts["serviceConnectionString"].get<std::string>());
    return folder.write(
        "target.yaml",
        "host: " + facts["hostName"].get<std::string>() + "\naddress: 127.0.0.1\nports: {mqtt: " +
            std::to_string(facts["mqttPort"].get<int>()) + ", https: " + std::to_string(facts["httpsPort"].get<int>()) +
            ", amqp: " + std::to_string(facts["amqpPort"].get<int>()) + "}\nca: " + facts["caFile"].get<std::string>() +
            "\nservice: {connection_string: {file: service.txt}}\nlongest_wait: " + longest_wait + "\n");
}

TEST_F(HubProcess, IsATargetForTheSuite) {
    ASSERT_TRUE(process_.wait_for("\n"));
    const Folder other;
    // A second process takes the facts from the first one's line.
    const auto facts = json::parse(process_.out());
    const auto target = write_target(other, facts, "1s");
    const auto ended =
        run_hubspec({"run", "--target", target, "--jobs", "8", "--report", "json:" + other.path("r.json")});
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("not applicable"));
    EXPECT_THAT(ended.err, Not(HasSubstr("AMQP at ")));
    EXPECT_THAT(ended.err, HasSubstr("PASS  telemetry/reaches-the-back-end"));
    EXPECT_THAT(ended.err, HasSubstr("PASS  cloud_to_device/to-property-is-there"));
    EXPECT_THAT(ended.err, HasSubstr("passed"));
    const auto key = facts["serviceConnectionString"].get<std::string>().substr(
        facts["serviceConnectionString"].get<std::string>().find("SharedAccessKey=") + 16);
    EXPECT_THAT(ended.err + other.read("r.json"), Not(HasSubstr(key)));
}

TEST_F(HubProcess, IsNoTargetForACaseThatWaitsTooLongInAll) {
    ASSERT_TRUE(process_.wait_for("\n"));
    const Folder other;
    const auto target = write_target(other, json::parse(process_.out()), "5s");
    const auto path = other.write("slow.yaml", R"(title: A device connects slowly
verifies: [CONN-02]
steps:
  - wire: {connect: {first: 1}}
  - repeat: {times: 3, steps: [{pass: 2s}]}
  - wire: {rest: {}}
  - hub: {connack: {return_code: 0}}
)");
    const auto ended = run_hubspec({"run", path, "--target", target, "--report", "json:" + other.path("r.json")});
    EXPECT_EQ(ended.status, 4) << ended.err;
    EXPECT_EQ(json::parse(other.read("r.json"))["cases"][0]["reason"],
              "it lets 6 s pass; the target's clock cannot be moved and longest_wait is 5 s");
}

TEST_F(HubProcess, AnExplicitPortThatIsTakenIsAnError) {
    ASSERT_TRUE(process_.wait_for("\n"));
    const auto port = json::parse(process_.out())["mqttPort"].get<int>();
    const auto ended = run_hubspec({"hub", "--mqtt-port", std::to_string(port), "--https-port", "0", "--amqp-port", "0",
                                    "--state", folder_.path("other")});
    EXPECT_EQ(ended.status, 3);
    EXPECT_THAT(ended.err, HasSubstr(std::to_string(port)));
}

TEST(Hub, RefusesAnIdentityFileThatIsNone) {
    const Folder folder;
    for (const char* text : {"", "{}", "[1]", "[{\"deviceId\": \"\"}]", "nonsense"}) {
        const auto ended = run_hubspec({"hub", "--json", "--mqtt-port", "0", "--https-port", "0", "--amqp-port", "0",
                                        "--state", folder.path("s"), "--identities", folder.write("ids.json", text)});
        EXPECT_EQ(ended.status, 3) << text;
        EXPECT_THAT(ended.err, HasSubstr(folder.path("ids.json"))) << text;
    }
}

TEST(Hub, RefusesABoundThatIsNone) {
    const auto said = [](const char* bound) {
        const auto ended = run_hubspec({"hub", "--bound", bound});
        EXPECT_EQ(ended.status, 3) << bound;
        return ended.err;
    };
    EXPECT_THAT(said("conections=3"), HasSubstr("there is no bound 'conections'; did you mean 'connections'?"));
    for (const char* wrong : {"subscriptions=x", "subscriptions=0", "subscriptions", "subscriptions=99999999999"})
        EXPECT_THAT(said(wrong), HasSubstr("--bound subscriptions: '")) << wrong;
}

TEST(Hub, KeepsTheBoundsThatItIsGiven) {
    const Folder folder;
    Process process(Start{{"hub", "--json", "--mqtt-port", "0", "--https-port", "0", "--amqp-port", "0", "--state",
                           folder.path("s"), "--bound", "connections=1"},
                          {},
                          {},
                          {}});
    ASSERT_TRUE(process.wait_for("}\n"));
    const auto port = json::parse(process.out())["mqttPort"].get<std::uint16_t>();
    const auto connect = [&] {
        sockaddr_in address{AF_INET, htons(port), {htonl(INADDR_LOOPBACK)}, {}};
        const int connection = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(::connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        return connection;
    };
    const int first = connect(), second = connect();
    char byte = 0;
    EXPECT_LE(::recv(second, &byte, 1, 0), 0) << "it is turned away";
    EXPECT_LT(::recv(first, &byte, 1, MSG_DONTWAIT), 0) << "and this one is still there";
    EXPECT_EQ(errno, EAGAIN);
    ::close(first), ::close(second);
}

TEST(Hub, MakesItsCertificatesAnewWhenTheyCannotBeRead) {
    const Folder folder;
    for (const char* name : {"state/ca.pem", "state/server.pem", "state/server-key.pem"})
        folder.write(name, "no certificate");
    Process process(Start{
        {"hub", "--json", "--mqtt-port", "0", "--https-port", "0", "--amqp-port", "0", "--state", folder.path("state")},
        {},
        {},
        {}});
    EXPECT_TRUE(process.wait_for("mqttPort"));
    process.signal(SIGTERM);
    EXPECT_EQ(process.wait().status, 0);
}

TEST(Hub, MakesItsCertificateAnewWhenTheKeyIsAnother) {
    const Folder folder;
    const auto start = [&](const std::string& state) {
        Process process(Start{{"hub", "--json", "--mqtt-port", "0", "--https-port", "0", "--amqp-port", "0", "--state",
                               folder.path(state)},
                              {},
                              {},
                              {}});
        EXPECT_TRUE(process.wait_for("mqttPort"));
        process.signal(SIGTERM);
        EXPECT_EQ(process.wait().status, 0);
    };
    start("one");
    start("other");
    const auto root = folder.read("one/ca.pem");
    folder.write("one/server.key.pem", folder.read("other/server.key.pem"));
    start("one");
    EXPECT_EQ(folder.read("one/ca.pem"), root);
    EXPECT_NE(folder.read("one/server.key.pem"), folder.read("other/server.key.pem"));
}

TEST(Hub, KeepsItsKeysSoThatConnectionStringsGoOnWorking) {
    const Folder folder;
    const auto start = [&] {
        Process process(Start{
            {"hub", "--json", "--mqtt-port", "0", "--https-port", "0", "--amqp-port", "0", "--state", folder.path("s")},
            {},
            {},
            {}});
        EXPECT_TRUE(process.wait_for("}\n"));
        process.signal(SIGTERM);
        return json::parse(process.wait().out);
    };
    const auto first = start(), second = start();
    EXPECT_EQ(first["devices"], second["devices"]);
    EXPECT_EQ(first["serviceConnectionString"], second["serviceConnectionString"]);
    folder.write("s/keys.json", "nonsense");
    const auto ended = run_hubspec(
        {"hub", "--json", "--mqtt-port", "0", "--https-port", "0", "--amqp-port", "0", "--state", folder.path("s")});
    EXPECT_EQ(ended.status, 3);
    EXPECT_THAT(ended.err, HasSubstr("s/keys.json: this is no JSON object; remove the file"));
}

class WrongTarget : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(WrongTarget, IsOneClearMessage) {
    const Folder folder;
    folder.write("not-a-certificate.pem", "nonsense");
    folder.write("empty.txt", "");
    folder.write("device.txt", "HostName=h.example;DeviceId=d;SharedAccessKey=a2V5");
    folder.write("other.txt", "HostName=other.example;SharedAccessKeyName=o;SharedAccessKey=a2V5");
    folder.write("broken.txt", "HostName=h.example;Secret=hunter2");
    const auto ended = run_hubspec({"run", "--target", folder.write("target.yaml", GetParam().first)});
    EXPECT_EQ(ended.status, 3) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(GetParam().second));
    EXPECT_THAT(ended.err, HasSubstr("target.yaml"));
    EXPECT_THAT(ended.err, Not(HasSubstr("hunter2")));
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, WrongTarget,
    testing::Values(
        std::pair{"", "empty"}, std::pair{"[1, 2]\n", "a target"}, std::pair{"hots: a\n", "did you mean 'host'?"},
        std::pair{"host: h.example\n", "'service'"},
        std::pair{"host: h.example\nca: missing.pem\nidentities: []\n", "missing.pem"},
        std::pair{"host: h.example\nca: not-a-certificate.pem\n", "'ca'"},
        std::pair{"host: h.example\nports: {mqtt: 70000}\n", "70000"},
        std::pair{"host: h.example\nservice: {connection_string: plain}\n", "{env: NAME} or {file: PATH}"},
        std::pair{"host: h.example\nservice: {connection_string: {env: HUBSPEC_TEST_UNSET}}\n",
                  "'HUBSPEC_TEST_UNSET' is not set"},
        std::pair{"host: h.example\nservice: {connection_string: {file: empty.txt}}\n", "'empty.txt' is empty"},
        std::pair{"host: h.example\nservice: {connection_string: {file: device.txt}}\n", "this one is a device's"},
        std::pair{"host: h.example\nservice: {connection_string: {file: other.txt}}\n", "for the hub 'other.example'"},
        std::pair{"host: h.example\nservice: {connection_string: {file: broken.txt}}\n", "cannot be used"},
        std::pair{"host: h.example\nidentities: [{id: a}]\n", "an identity has 'id' and 'key'"},
        std::pair{"host: h.example\nidentities: [{id: a, key: {file: broken.txt}}]\n", "no Base64"}));

TEST(Lint, CountsWhatIsGood) {
    const auto ended = run_hubspec({"lint"});
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_THAT(ended.out, HasSubstr("nothing to complain about"));
}

TEST(Lint, ChecksLoadFiles) {
    const auto good = run_hubspec({"lint", "--load", HUBSPEC_SOURCE_DIR "/fixtures/load/fleet.yaml"});
    EXPECT_EQ(good.status, 0) << good.err;
    EXPECT_THAT(good.out, testing::StartsWith("1 load file, "));
    const Folder folder;
    const auto wrong = run_hubspec({"lint", "--load", folder.write("l.yaml", "title: t\ndevices: 1\nduraton: 1s\n")});
    EXPECT_EQ(wrong.status, 3);
    EXPECT_THAT(wrong.err, HasSubstr("l.yaml:3:1: error: "));
    EXPECT_THAT(wrong.err, HasSubstr("did you mean 'duration'?"));
}

TEST(Lint, ChecksStatementsOfDevices) {
    std::vector<std::string> arguments{"lint"};
    for (const auto& entry : std::filesystem::directory_iterator(HUBSPEC_SOURCE_DIR "/fixtures/devices"))
        if (entry.path().extension() == ".yaml") arguments.insert(arguments.end(), {"--device", entry.path().string()});
    ASSERT_GT(arguments.size(), 20u);
    setenv("DEVICE_KEY", "a2V5", 1);
    const auto good = run_hubspec(arguments);
    EXPECT_EQ(good.status, 0) << good.err;
    EXPECT_THAT(good.out, HasSubstr(std::to_string((arguments.size() - 1) / 2) + " statements, "));
    const Folder folder;
    const auto wrong =
        run_hubspec({"lint", "--device", folder.write("a.yaml", "device: a\nclaims: {telemetri: true}\n"), "--device",
                     folder.write("b.yaml", "device: b\nclaims: {telemetry: true}\n")});
    EXPECT_EQ(wrong.status, 3);
    EXPECT_THAT(wrong.err, HasSubstr("a.yaml:2:10: error: "));
    EXPECT_THAT(wrong.err, HasSubstr("did you mean 'telemetry'?"));
    EXPECT_THAT(wrong.err, HasSubstr("b.yaml:"));
}

TEST(List, NamesCasesAndDeviations) {
    EXPECT_THAT(run_hubspec({"list"}).out, HasSubstr("reported/patch-is-answered-204"));
    const auto all = json::parse(run_hubspec({"list", "--json"}).out);
    EXPECT_GE(all.size(), 60u);
    EXPECT_TRUE(all[0].contains("verifies"));
    EXPECT_GE(json::parse(run_hubspec({"list", "--deviations", "--json"}).out).size(), 40u);
}

TEST(Coverage, CountsAndNamesHoles) {
    EXPECT_THAT(run_hubspec({"coverage"}).out,
                HasSubstr("requirements that bind a hub and can be observed are verified"));
    EXPECT_TRUE(json::parse(run_hubspec({"coverage", "--json"}).out).is_array());
    EXPECT_EQ(run_hubspec({"coverage", "--holes"}).status, 0);
}

TEST(Explain, SaysTheSentenceItsSourceAndWhatVerifiesIt) {
    const auto ended = run_hubspec({"explain", "REPORTED-11"});
    EXPECT_EQ(ended.status, 0);
    EXPECT_THAT(ended.out, HasSubstr("of the base document"));
    EXPECT_THAT(ended.out, HasSubstr("reported/patch-is-answered-204"));
    const auto unknown = run_hubspec({"explain", "REPORTD-11"});
    EXPECT_EQ(unknown.status, 3);
    EXPECT_THAT(unknown.err, HasSubstr("did you mean 'REPORTED-11'?"));
}

TEST(Schema, IsTheOneInTheTree) {
    const Folder folder;
    const auto ended = run_hubspec({"schema"});
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(json::parse(ended.out)["$schema"], "http://json-schema.org/draft-07/schema#");
}

TEST(Selftest, CatchesADeviationAndSaysHow) {
    const auto ended = run_hubspec({"selftest", "--deviation", "reported-patch-answers-200"});
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("caught    reported-patch-answers-200"));
    EXPECT_THAT(ended.err, HasSubstr("1 of 1 deviations caught"));
}

TEST(Selftest, SaysWhyAScenarioFailsOnTheReferenceHubItself) {
    const Folder folder;
    std::string wrong = acknowledged_message;
    wrong.replace(wrong.find("puback"), 6, "suback");
    const auto file = folder.write("wrong.yaml", wrong);
    const auto ended = run_hubspec({"selftest", file, "--deviation", "reported-patch-answers-200"});
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.err, HasSubstr("FAILS     wrong "));
    EXPECT_THAT(ended.err, HasSubstr(file + ":6:5: "));
}

TEST(Selftest, ASurvivorFailsIt) {
    const auto ended = run_hubspec({"selftest", "--deviation", "reported-patch-answers-200", "--match", "connect/**"});
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.err, HasSubstr("SURVIVED  reported-patch-answers-200"));
}

TEST(Report, ConvertsAndMergesStoredResults) {
    const Folder folder;
    run_hubspec({"run", "--match", "connect/**", "--shard", "1/2", "--report", "json:" + folder.path("1.json")});
    run_hubspec({"run", "--match", "connect/**", "--shard", "2/2", "--report", "json:" + folder.path("2.json")});
    const auto ended = run_hubspec({"report", folder.path("1.json"), folder.path("2.json"), "--report",
                                    "json:" + folder.path("all.json"), "--report", "junit:" + folder.path("all.xml")});
    EXPECT_EQ(ended.status, 0) << ended.err;
    const auto count = [&](const char* name) { return json::parse(folder.read(name))["cases"].size(); };
    EXPECT_EQ(count("all.json"), count("1.json") + count("2.json"));
    EXPECT_THAT(folder.read("all.xml"), HasSubstr("<testsuites"));
}

TEST(Report, RefusesWhatIsNoResult) {
    const Folder folder;
    for (const char* text : {"", "{}", "[1]", "{\"version\": 99}", "nonsense"}) {
        const auto ended =
            run_hubspec({"report", folder.write("r.json", text), "--report", "junit:" + folder.path("r.xml")});
        EXPECT_EQ(ended.status, 3) << text;
        EXPECT_THAT(ended.err, HasSubstr(folder.path("r.json"))) << text;
        EXPECT_FALSE(folder.has("r.xml"));
    }
    EXPECT_EQ(run_hubspec({"report", folder.path("none.json")}).status, 3);
}

TEST(Junit, ChecksFilesOfAnyWriter) {
    const Folder folder;
    const auto good = folder.write("good.xml", R"(<testsuites tests="0" failures="0" errors="0" time="0.000"/>)");
    const auto bad =
        folder.write("bad.xml", "<testsuites tests=\"1\" failures=\"0\" errors=\"0\" time=\"0.000\">\n</testsuites>");
    EXPECT_THAT(run_hubspec({"junit", "--check", good}).err, HasSubstr("1 file in order"));
    const auto ended = run_hubspec({"junit", "--check", good, bad});
    EXPECT_EQ(ended.status, 1);
    EXPECT_EQ(ended.err, bad + ":1: tests=\"1\" on <testsuites>, but there are 0\n");
    EXPECT_EQ(run_hubspec({"junit", "--check", folder.path("none.xml")}).status, 3);
    EXPECT_EQ(run_hubspec({"junit"}).status, 3);
}

TEST(Sas, MakesATokenThatItCanInspect) {
    const Folder folder;
    const auto made = run_hubspec({"sas", "--connection-string-file",
                                   folder.write("c.txt", "HostName=h.example;DeviceId=d;SharedAccessKey=a2V5\n")});
    ASSERT_EQ(made.status, 0) << made.err;
    EXPECT_THAT(made.out, HasSubstr("SharedAccessSignature sr=h.example%2Fdevices%2Fd&sig="));
    const auto seen = run_hubspec(Start{{"sas", "--inspect", "-"}, {}, {}, made.out});
    EXPECT_EQ(seen.status, 0) << seen.err;
    EXPECT_THAT(seen.out, HasSubstr("sr   h.example%2Fdevices%2Fd"));
    EXPECT_THAT(seen.out, HasSubstr("sig  32 bytes"));
    EXPECT_EQ(run_hubspec({"sas", "--inspect", folder.write("t.txt", "nonsense")}).status, 3);
    EXPECT_EQ(run_hubspec({"sas"}).status, 3);
}

TEST(Version, TellsOnRequestWhatItIsMadeOf) {
    EXPECT_EQ(run_hubspec({"--version"}).out, "hubspec 0.1.0\n");
    const auto all = run_hubspec({"--version", "--verbose"});
    EXPECT_EQ(all.status, 0);
    EXPECT_THAT(all.out, testing::StartsWith("hubspec 0.1.0\n"));
    for (const char* line : {"OpenSSL +3[.]", "Paho MQTT C +1[.]", "Paho MQTT C[+][+] +1[.]", "Qpid Proton +0[.]",
                             "yaml-cpp +0[.]7", "libcurl +7[.]", "SQLite +3[.]", "UTF8-CPP +3[.]", "zlib +1[.]"})
        EXPECT_THAT(all.out, testing::ContainsRegex(line));
}

TEST(Help, IsThereForEveryVerb) {
    const auto help = run_hubspec({"--help"});
    EXPECT_EQ(help.status, 0);
    for (const char* verb :
         {"run", "load", "hub", "list", "lint", "coverage", "explain", "schema", "selftest", "report", "sas", "pki"}) {
        EXPECT_THAT(help.out, HasSubstr(verb));
        EXPECT_EQ(run_hubspec({verb, "--help"}).status, 0) << verb;
    }
}

}  // namespace
}  // namespace hubspec::test
