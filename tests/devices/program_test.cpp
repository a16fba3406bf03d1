// The plain device as a program, against a reference hub on real sockets.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>

#include "fixtures/devices/plain/behaviour.hpp"
#include "harness/actors/program.hpp"
#include "tests/actors/support/world.hpp"

namespace hubspec::devices::test {
namespace {

using hubspec::test::World;
using testing::HasSubstr;

const std::string program = std::string(HUBSPEC_BINARY_DIR) + "/bin/plain-device";

struct Ran {
    int status = 0;
    std::string text;  ///< standard output and standard error
};

Ran run(const std::string& arguments) {
    std::FILE* pipe = ::popen((program + " " + arguments + " 2>&1 </dev/null").c_str(), "r");
    Ran ran;
    std::array<char, 4096> part{};
    while (const auto size = std::fread(part.data(), 1, part.size(), pipe)) ran.text.append(part.data(), size);
    ran.status = WEXITSTATUS(::pclose(pipe));
    return ran;
}

actors::ProgramSpec spec(World& world, const std::string& transport, std::vector<std::string> arguments = {}) {
    const auto port = transport == "wss" ? world.endpoint().https_port : world.endpoint().mqtt_port;
    actors::ProgramSpec spec;
    spec.adapter = true;
    spec.process.command = {program};
    spec.process.command.insert(spec.process.command.end(), arguments.begin(), arguments.end());
    spec.process.environment = {
        {"DEVICE_CONNECTION_STRING", "HostName=hub.example;DeviceId=d1;SharedAccessKey=" + world.device_key()},
        {"DEVICE_HOST", "localhost"},
        {"DEVICE_PORT", std::to_string(port)},
        {"DEVICE_TRANSPORT", transport},
        {"DEVICE_CA", world.endpoint().ca_file}};
    return spec;
}

class ProgramOver : public testing::TestWithParam<const char*> {
protected:
    model::Value ask(actors::Program& device, model::Object request) {
        device.ask("main", std::move(request));
        return world.await<model::AppAnswered>().answer;
    }
    void await_seen(const std::string& what) {
        while (true) {
            const auto told = world.await<model::AppTold>().event;
            const auto* saw = told.find("saw");
            if (testing::Test::HasFailure() || (saw != nullptr && saw->text() && *saw->text() == what)) return;
        }
    }
    World world;
};

TEST_P(ProgramOver, DoesWhatItIsAskedFor) {
    actors::Program device(world.loop(), world.inbox(), spec(world, GetParam()));
    const auto is_done = [](const model::Value& answer) { return answer.find("done") != nullptr; };
    EXPECT_TRUE(is_done(ask(device, {{"do", "connect"}})));
    EXPECT_TRUE(is_done(ask(device, {{"do", "telemetry"}, {"payload", "hello"}})));
    EXPECT_TRUE(is_done(ask(device, {{"do", "report"}, {"patch", model::Object{{"level", 7}}}})));
    EXPECT_THAT(model::to_json(ask(device, {{"do", "get_twin"}})), HasSubstr("\"level\":7"));
    EXPECT_TRUE(is_done(ask(device, {{"do", "renew_token"}})));
    EXPECT_THAT(model::to_json(ask(device, {{"do", "dance"}})), HasSubstr("\"unsupported\":true"));
    world.server().drop(hub::CloseKind::reset);
    await_seen("disconnected");
    await_seen("connected");
    EXPECT_TRUE(is_done(ask(device, {{"do", "telemetry"}, {"payload", "back"}})));
}

INSTANTIATE_TEST_SUITE_P(Transports, ProgramOver, testing::Values("tls", "wss"));

TEST(Program, EndsWithStatus0OnSigterm) {
    World world;
    actors::Program device(world.loop(), world.inbox(), spec(world, "tls"));
    device.ask("main", {{"do", "connect"}});
    world.await<model::AppAnswered>();
    device.stop();
    const auto exited = world.await<model::DeviceExited>();
    EXPECT_EQ(exited.status, 0) << exited.how;
}

TEST(Program, WithTheFaultDoesNotEndOnSigterm) {
    World world;
    auto stubborn = spec(world, "tls", {"--fault", "ignores-sigterm"});
    stubborn.patience = std::chrono::milliseconds(200);
    actors::Program device(world.loop(), world.inbox(), stubborn);
    world.await<model::AppTold>();  // the greeting
    device.stop();
    EXPECT_THAT(world.await<model::DeviceExited>().how, HasSubstr("killed"));
}

TEST(Program, SaysWhichFaultWasMeant) {
    const auto ran = run("--fault answers-twise");
    EXPECT_EQ(ran.status, 2);
    EXPECT_EQ(ran.text, "plain-device: there is no fault 'answers-twise'; did you mean 'answers-twice'?\n");
}

TEST(Program, SaysWhatIsWrongWithAnOption) {
    EXPECT_EQ(run("--keep-alive soon").text, "plain-device: --keep-alive takes a number from 0 to 65535, not 'soon'\n");
    EXPECT_THAT(run("--dance 1").text, HasSubstr("'--dance' is no option\nusage: plain-device"));
    EXPECT_THAT(run("--fault").text, HasSubstr("--fault takes a value\nusage: plain-device"));
}

TEST(Program, SaysWhatItIsMissing) {
    const auto ran = run("");
    EXPECT_EQ(ran.status, 2);
    EXPECT_EQ(ran.text, "plain-device: DEVICE_CONNECTION_STRING is none: The connection string has no HostName.\n");
}

TEST(Program, ListsItsFaults) {
    const auto json = model::parse_json(run("--list-faults --json").text);
    ASSERT_TRUE(json && json->array());
    EXPECT_EQ(json->array()->size(), faults().size());
    EXPECT_EQ(model::to_json(json->array()->front()),
              R"({"name":"speaks-without-tls","breaks":["TLS-01","SCOPE-05"],"scenario":"certify/connects",)"
              R"("summary":"It speaks MQTT without TLS."})");
    EXPECT_THAT(
        run("--list-faults").text,
        HasSubstr("speaks-without-tls               TLS-01,SCOPE-05              It speaks MQTT without TLS.\n"));
}

}  // namespace
}  // namespace hubspec::devices::test
