// hubspec certify as a process: what it says and how it ends, with devices that are right, wrong, or not there.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/support/process.hpp"

namespace hubspec::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string statement(const std::string& command, const std::string& more = {}) {
    return "device: a device\nstart:\n  command: " + command +
           "\n  adapter: true\n  stops_within: 1s\n  environment:\n"
           "    DEVICE_CONNECTION_STRING: \"{{connection_string}}\"\n    DEVICE_PORT: \"{{port}}\"\n"
           "    DEVICE_TRANSPORT: \"{{transport}}\"\n    DEVICE_CA: \"{{ca}}\"\n"
           "claims: {telemetry: true}\n" +
           more;
}

struct Certify {
    Folder folder;
    Ended run(const std::string& text, std::vector<std::string> more = {}) {
        std::vector<std::string> arguments{"certify", "--device", folder.write("device.yaml", text)};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_hubspec(arguments);
    }
};

TEST(Certify, ARightDevicePasses) {
    Certify certify;
    const auto ended = certify.run(statement("[plain-device]"), {"--match", "certify/telemetry-is-well-formed"});
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("PASS  certify/telemetry-is-well-formed [transport=tls]"));
    EXPECT_THAT(ended.err, HasSubstr("1 case against a device"));
}

TEST(Certify, AWrongDeviceFailsWithTheRuleItBreaks) {
    Certify certify;
    const auto report = certify.folder.path("report.json"), certificate = certify.folder.path("certificate.yaml");
    const auto ended = certify.run(statement("[plain-device, --fault, begins-with-ping]"),
                                   {"--match", "certify/telemetry-is-well-formed", "--timeout-scale", "0.05",
                                    "--report", "json:" + report, "--report", "certificate:" + certificate});
    EXPECT_EQ(ended.status, 1) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("the first packet is PINGREQ. connect-comes-first: "));
    EXPECT_THAT(certify.folder.read("report.json"), HasSubstr("MQTT-3.1.0-1"));
    EXPECT_THAT(certify.folder.read("certificate.yaml"), HasSubstr("verdict: \"not conformant\""));
}

TEST(Certify, WhatTheMakerKnowsOfFailsNothing) {
    Certify certify;
    const auto ended = certify.run(statement("[plain-device, --fault, has-another-client-id]",
                                             "exceptions:\n  - {requirement: CONN-02, reason: fixed in 2.0}\n"),
                                   {"--match", "certify/x509-has-no-password", "--match",
                                    "certify/gives-up-on-connack-1", "--timeout-scale", "0.05"});
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("a known exception: fixed in 2.0"));
}

TEST(Certify, ADeviceIsToldAShortKeepAliveWhereItsStatementPassesItOn) {
    Certify certify;
    const auto run = [&](const std::string& environment) {
        auto text = statement("[plain-device]", "  reconnects: true\n");
        text.replace(text.find("claims: {telemetry: true}\n"), 26, "claims:\n  telemetry: true\n");
        text.insert(text.find("claims:"), environment);
        return certify.run(text, {"--match", "certify/half-open-connection"});
    };
    EXPECT_EQ(run("").status, 4);  // nothing applicable
    const auto told = run("    DEVICE_KEEP_ALIVE: \"{{keep_alive}}\"\n");
    EXPECT_EQ(told.status, 0) << told.err;
    EXPECT_THAT(told.err, HasSubstr("PASS  certify/half-open-connection [keep_alive=5, transport=tls]"));
}

TEST(Certify, AProgramThatCrashesIsToldWithItsLastWords) {
    Certify certify;
    const auto ended = certify.run(statement("[sh, -c, \"echo something is wrong >&2; kill -SEGV $$\"]"),
                                   {"--match", "certify/connects"});
    EXPECT_EQ(ended.status, 1) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("signal 11 (Segmentation fault); its last words: something is wrong"));
}

TEST(Certify, AProgramThatIsNotThereIsAnError) {
    Certify certify;
    const auto ended = certify.run(statement("[no-such-device]"), {"--match", "certify/connects"});
    EXPECT_EQ(ended.status, 2) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("cannot start 'no-such-device': No such file or directory"));
}

TEST(Certify, AProgramThatHangsAndIgnoresSigtermIsEndedWithAllItsChildren) {
    Certify certify;
    const auto ended =
        certify.run(statement("[sh, -c, \"trap '' TERM; setsid sleep 4711.25 & while :; do sleep 1; done\"]"),
                    {"--match", "certify/connects", "--timeout-scale", "0.05"});
    EXPECT_EQ(ended.status, 1) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("killed, for it did not end within 1000 ms of SIGTERM"));
    EXPECT_NE(std::system("pgrep -f 'sleep [4]711.25' >/dev/null"), 0) << "a child is still there";
}

TEST(Certify, TwoProgramsWithOneIdentityAreToldAndEnded) {
    Certify certify;
    const std::string device = HUBSPEC_BINARY_DIR "/bin/plain-device";
    const auto script = certify.folder.write(
        "two.sh", "(echo '{\"id\":1,\"do\":\"connect\"}'; sleep 4712.25) | " + device + " >/dev/null & exec " + device);
    const auto ended = certify.run(statement("[sh, " + script + "]"), {"--match", "certify/stays-when-idle"});
    EXPECT_EQ(ended.status, 1) << ended.err;
    EXPECT_THAT(ended.err,
                HasSubstr("the hub closed the connection: a newer connection of the same identity took its place"));
    EXPECT_NE(std::system("pgrep -f 'sleep [4]712.25' >/dev/null"), 0) << "a child is still there";
}

TEST(Certify, ADeviceThatNeverConnectsFailsInBoundedTimeAndTheReportIsWritten) {
    Certify certify;
    const auto report = certify.folder.path("junit.xml");
    const auto ended =
        certify.run("device: a device\nstart:\n  command: [sleep, \"4713.25\"]\nclaims: {telemetry: true}\n",
                    {"--match", "certify/connects", "--timeout-scale", "0.1", "--report", "junit:" + report});
    EXPECT_EQ(ended.status, 1) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("FAIL certify/connects"));
    EXPECT_THAT(certify.folder.read("junit.xml"), HasSubstr("failures=\"1\""));
    EXPECT_NE(std::system("pgrep -f 'sleep [4]713.25' >/dev/null"), 0) << "it is still there";
}

TEST(Certify, AnAdapterThatSpeaksNonsenseIsTold) {
    Certify certify;
    const auto ended = certify.run(statement("[sh, -c, \"echo hello\"]"), {"--match", "certify/connects"});
    EXPECT_EQ(ended.status, 1) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("does not keep to the adapter protocol; it wrote: hello"));
}

TEST(Certify, EveryMistakeInAStatementIsUnderlined) {
    Certify certify;
    const auto ended = certify.run(
        "device: x\n"
        "start:\n"
        "  command: [a, \"{{connection_string}}\", \"{{prot}}\"]\n"
        "transport: [tcp]\n"
        "claims: {telemtry: true}\n"
        "exceptions:\n"
        "  - {requirement: CONN-99, reason: y}\n");
    EXPECT_EQ(ended.status, 3);
    EXPECT_THAT(ended.err, HasSubstr("'{{connection_string}}' is a secret, and arguments can be seen by everybody"));
    EXPECT_THAT(ended.err, HasSubstr("there is no placeholder '{{prot}}'; did you mean 'port'?"));
    EXPECT_THAT(ended.err, HasSubstr("'transport' lists tls and wss, not 'tcp'"));
    EXPECT_THAT(ended.err, HasSubstr("did you mean 'telemetry'?"));
    EXPECT_THAT(ended.err, HasSubstr("there is no requirement 'CONN-99'"));
}

TEST(Certify, NoSecretIsInAnyReport) {
    Certify certify;
    const auto report = certify.folder.path("r.json"), page = certify.folder.path("r.html");
    const auto ended = certify.run(
        statement("[sh, -c, \"echo DEVICE_PORT=$DEVICE_PORT $DEVICE_CONNECTION_STRING >&2; exit 1\"]"),
        {"--match", "certify/connects", "-v", "--report", "json:" + report, "--report", "certificate-html:" + page});
    for (const auto& text : {ended.err, certify.folder.read("r.json"), certify.folder.read("r.html")}) {
        EXPECT_THAT(text, HasSubstr("DEVICE_PORT="));
        EXPECT_THAT(text, Not(testing::ContainsRegex("SharedAccessKey=[A-Za-z0-9+/]{20}")));
    }
}

// The password stands in bytes that are no MQTT, where no redaction by words would find it.
TEST(Certify, NoSecretIsInTheBytesOfAMalformedPacket) {
    Certify certify;
    const auto report = certify.folder.path("r.json");
    const auto ended =
        certify.run(statement("[plain-device, --fault, sets-the-reserved-flag]"),
                    {"--match", "certify/connects", "-v", "--timeout-scale", "0.05", "--report", "json:" + report});
    EXPECT_EQ(ended.status, 1) << ended.err;
    for (const auto& text : {ended.err, certify.folder.read("r.json")}) {
        EXPECT_THAT(text, HasSubstr("malformed [MQTT-3.1.2-3]"));
        EXPECT_THAT(text, Not(HasSubstr("53 68 61 72 65 64 41 63 63 65 73 73")));  // SharedAccess
    }
}

TEST(Certify, ReportsAScenarioOfTheDeviceSeatDoesNotRun) {
    Certify certify;
    const auto ended = certify.run(statement("[plain-device]"), {"--match", "twin/**"});
    EXPECT_EQ(ended.status, 4) << ended.err;
}

TEST(Certify, ADeviceThatFloodsFailsInBoundedTime) {
    Certify certify;
    const auto ended =
        certify.run(statement("[plain-device, --fault, floods]"), {"--match", "certify/stays-when-idle"});
    EXPECT_EQ(ended.status, 1) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("the device floods: 20000 events within "));
}

// --- verify ---

struct Certified : Certify {
    std::string results = folder.path("results.json");
    std::string certify(const std::string& command) {
        run(statement(command), {"-q", "--match", "certify/telemetry-is-well-formed", "--timeout-scale", "0.05",
                                 "--report", "json:" + results});
        return folder.read("results.json");
    }
    Ended verify() const { return run_hubspec({"verify", results}); }
};

TEST(Verify, VerdictsHoldForARightAndAWrongDevice) {
    for (const auto* command : {"[plain-device]", "[plain-device, --fault, begins-with-ping]"}) {
        Certified device;
        EXPECT_EQ(device.certify(command).find("sig=A"), std::string::npos);
        const auto ended = device.verify();
        EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
        EXPECT_THAT(ended.err, HasSubstr("1 judged again, 1 as stored, 0 not"));
        EXPECT_EQ(ended.out, "");
    }
}

TEST(Verify, AVerdictThatWasChangedIsTold) {
    Certified device;
    auto text = device.certify("[plain-device, --fault, begins-with-ping]");
    const std::string verdict = "\"verdict\": \"fail\"";
    for (auto at = text.find(verdict); at != std::string::npos; at = text.find(verdict))
        text.replace(at, verdict.size(), "\"verdict\": \"pass\"");
    device.folder.write("results.json", text);
    const auto ended = device.verify();
    EXPECT_EQ(ended.status, 1) << ended.out << ended.err;
    EXPECT_THAT(ended.out,
                HasSubstr("certify/telemetry-is-well-formed [transport=tls]: stored is pass, judged again it "
                          "is fail: "));
}

TEST(Verify, NeedsResultsThatKeepWhatWasObserved) {
    Certified device;
    run_hubspec({"run", "-q", "--match", "packet/ping-with-a-body", "--report", "json:" + device.results});
    const auto ended = device.verify();
    EXPECT_EQ(ended.status, 4) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("no case of it keeps what was observed"));
}

TEST(Verify, BadFilesAreSaid) {
    Certified device;
    device.folder.write("results.json", "{}");
    EXPECT_EQ(device.verify().status, 3);
    EXPECT_THAT(device.verify().err, HasSubstr("results.json: "));
}

}  // namespace
}  // namespace hubspec::test
