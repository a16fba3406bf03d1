// `hubspec doctor` against a simulated Azure, and against what is no hub.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/support/sim_hub.hpp"

namespace hubspec::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

json check(const Ended& ended, const std::string& name) {
    const auto whole = json::parse(ended.out);
    for (const auto& one : whole["checks"])
        if (one["name"] == name) return one;
    return nullptr;
}

TEST(Doctor, IsContentWithAHubThatAnswers) {
    const SimulatedAzure azure;
    const auto ended = azure.run({"doctor", "--target", azure.target("azure.yaml"), "--json"});
    EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
    for (const char* name : {"dns", "mqtt", "https", "web_socket", "proxy", "amqp", "amqp in a WebSocket", "clock",
                             "token", "registry read", "api-version", "registry write", "service connect", "tier"})
        EXPECT_EQ(check(ended, name)["state"], "ok") << name << ended.out;
    EXPECT_THAT(check(ended, "tier")["text"].get<std::string>(), HasSubstr("standard"));
    EXPECT_THAT(ended.out + ended.err, Not(HasSubstr(azure.key())));
    EXPECT_EQ(azure.leftovers(), 0u);
}

TEST(Doctor, TellsTheBasicTierApart) {
    const SimulatedAzure azure({"--tier", "b1"});
    const auto ended = azure.run({"doctor", "--target", azure.target("azure.yaml"), "--json"});
    EXPECT_EQ(ended.status, 0) << ended.out;
    EXPECT_THAT(check(ended, "tier")["text"].get<std::string>(), HasSubstr("basic"));
}

TEST(Doctor, NamesTheRootThatIsMissingAndSuspectsAProxy) {
    const SimulatedAzure azure;
    const auto path = azure.target("azure.yaml");
    auto text = azure.folder().read("azure.yaml");
    text.erase(text.find("\nca:"), text.find('\n', text.find("\nca:") + 1) - text.find("\nca:"));
    const auto ended = azure.run({"doctor", "--target", azure.folder().write("azure.yaml", text), "--json"});
    EXPECT_EQ(ended.status, 1) << ended.out;
    const auto mqtt = check(ended, "mqtt");
    EXPECT_EQ(mqtt["state"], "problem");
    EXPECT_THAT(mqtt["text"].get<std::string>(), HasSubstr("'hubspec-sim.azure-devices.net' < 'hubspec test root'"));
    EXPECT_THAT(mqtt["advice"].get<std::string>(), HasSubstr("the root 'hubspec test root' is missing here"));
    EXPECT_THAT(mqtt["advice"].get<std::string>(), HasSubstr("a proxy between here and the hub opens TLS"));
}

TEST(Doctor, SaysThatAmqpGoesInAWebSocketWhereItsPortIsClosed) {
    const SimulatedAzure azure;
    const auto ended = azure.run({"doctor", "--target", azure.target("azure.yaml", {}, 1), "--json"});
    EXPECT_EQ(ended.status, 0) << ended.out;
    EXPECT_EQ(check(ended, "amqp")["state"], "warning");
    EXPECT_THAT(check(ended, "amqp")["advice"].get<std::string>(), HasSubstr("hubspec goes on in a WebSocket"));
}

TEST(Doctor, SaysThatAKeyIsWrongWithoutShowingIt) {
    const SimulatedAzure azure;
    auto start = azure.start({"doctor", "--target", azure.target("azure.yaml"), "--json"});
    start.environment["HUBSPEC_TEST_SERVICE"] =
        "HostName=hubspec-sim.azure-devices.net;SharedAccessKeyName=iothubowner;"
        "SharedAccessKey=d3JvbmcgYnV0IHNlY3JldA==";
    const auto ended = run_hubspec(start);
    EXPECT_EQ(ended.status, 1);
    EXPECT_EQ(check(ended, "token")["state"], "problem");
    EXPECT_THAT(check(ended, "token")["advice"].get<std::string>(), HasSubstr("take the connection string anew"));
    EXPECT_THAT(ended.out + ended.err, Not(HasSubstr("d3JvbmcgYnV0IHNlY3JldA")));
}

TEST(Doctor, LooksAfterIdentities) {
    const SimulatedAzure azure;
    azure.folder().write("device.txt", azure.facts()["devices"][0]["connectionString"].get<std::string>());
    auto target = azure.target("device.yaml", "identities: [{connection_string: {file: device.txt}}]\n");
    EXPECT_EQ(check(azure.run({"doctor", "--target", target, "--json"}), "identity d1")["text"],
              "it is enabled and not connected");
    auto text = azure.folder().read("device.yaml");
    text.erase(text.find("\nservice:"), text.find('\n', text.find("\nservice:") + 1) - text.find("\nservice:"));
    target = azure.folder().write("device.yaml", text);
    EXPECT_EQ(check(azure.run({"doctor", "--target", target, "--json"}), "identity d1")["text"],
              "it is enabled and its key is right");
}

TEST(Doctor, ComparesTheClocks) {
    const SimulatedAzure azure;
    const auto target = azure.target("azure.yaml");
    const auto moves = azure.folder().write(
        "moves.yaml",
        "title: The hub's clock goes ahead\nverifies: [X-CONN-27]\nsteps:\n"
        "  - service: {request: {method: POST, path: /_hubspec/clock, json: {advanceMs: 600000}}}\n"
        "  - service: {answer: {status: 200}}\n");
    ASSERT_EQ(azure.run({"run", moves, "--target", target}).status, 0);
    const auto clock = check(azure.run({"doctor", "--target", target, "--json"}), "clock");
    ASSERT_EQ(clock["state"], "problem");
    EXPECT_THAT(clock["text"].get<std::string>(),
                testing::MatchesRegex("this machine's clock is (59|60)[0-9] s behind the hub's"));
    EXPECT_THAT(clock["advice"].get<std::string>(), HasSubstr("timedatectl"));
}

// The name of a hub that only the proxy could know.
Ended doctor_behind(const std::string& proxy) {
    return run_hubspec(
        Start{{"doctor", "--connection-string-env", "TEST_CS", "--within", "1", "--json"},
              {{"TEST_CS", "HostName=hub.invalid;SharedAccessKeyName=iothubowner;SharedAccessKey=c2VjcmV0"},
               {"https_proxy", proxy},
               {"no_proxy", ""}},
              {},
              {}});
}

TEST(Doctor, AsksTheProxy) {
    const Listener open("HTTP/1.1 200 Connection established\r\n\r\n");
    const auto through = doctor_behind("http://127.0.0.1:" + std::to_string(open.port()));
    EXPECT_EQ(check(through, "proxy")["state"], "ok") << through.out;
    EXPECT_EQ(check(through, "dns")["state"], "warning");
    EXPECT_THAT(check(through, "dns")["advice"].get<std::string>(), HasSubstr("the proxy may know the name"));

    const Listener strict("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    const auto refused = doctor_behind("user:p%40ss@127.0.0.1:" + std::to_string(strict.port()));
    EXPECT_EQ(check(refused, "proxy")["text"], "https_proxy leads to 127.0.0.1:" + std::to_string(strict.port()) +
                                                   ", which answers 'HTTP/1.1 407 Proxy Authentication Required'");
    EXPECT_THAT(check(refused, "proxy")["advice"].get<std::string>(), HasSubstr("a user and a password"));
    EXPECT_THAT(refused.out + refused.err, testing::AllOf(Not(HasSubstr("p%40ss")), Not(HasSubstr("p@ss"))));

    EXPECT_EQ(check(doctor_behind("socks5h://127.0.0.1:9"), "proxy")["text"],
              "https_proxy leads to 127.0.0.1:9 by socks5h, which is not examined");
    EXPECT_EQ(check(doctor_behind("http://"), "proxy")["text"], "https_proxy is no URL");
}

TEST(Doctor, EndsInTimeWhereNobodyAnswers) {
    const Folder folder;
    const Listener hole(Listener::Manner::never_answers);
    const auto port = std::to_string(hole.port());
    const auto target =
        folder.write("hole.yaml", "address: 127.0.0.1\nports: {mqtt: " + port + ", https: " + port + ", amqp: " + port +
                                      "}\nservice: {connection_string: {env: HUBSPEC_TEST_SERVICE}}\n");
    const auto ended = run_hubspec(
        Start{{"doctor", "--target", target, "--within", "1", "--json"},
              {{"HUBSPEC_TEST_SERVICE",
                "HostName=hole.azure-devices.net;SharedAccessKeyName=iothubowner;SharedAccessKey=c2VjcmV0"}},
              {},
              {}});
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(check(ended, "mqtt")["text"].get<std::string>(),
                HasSubstr("TCP connects, TLS does not: it does not answer within 1 s"));
}

TEST(Doctor, WantsOneHub) {
    EXPECT_EQ(run_hubspec({"doctor"}).err,
              "hubspec: doctor takes either --target or --connection-string-env; see: hubspec doctor --help\n");
    EXPECT_EQ(run_hubspec({"doctor", "--connection-string-env", "HUBSPEC_TEST_UNSET"}).err,
              "hubspec: the environment variable 'HUBSPEC_TEST_UNSET' is not set\n");
    const auto ended = run_hubspec(Start{{"doctor", "--connection-string-env", "TEST_CS"},
                                         {{"TEST_CS", "HostName=h;SharedAccessKey=c2VjcmV0"}},
                                         {},
                                         {}});
    EXPECT_EQ(ended.status, 3);
    EXPECT_THAT(ended.err, Not(HasSubstr("c2VjcmV0")));
}

}  // namespace
}  // namespace hubspec::test
