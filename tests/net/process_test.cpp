#include "harness/net/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <future>

namespace hubspec::net {
namespace {

using testing::HasSubstr;

/// A process and what it said, until it has gone.
struct Child {
    explicit Child(std::vector<std::string> command,
                   std::vector<std::pair<std::string, std::string>> environment = {}) {
        loop.start();
        environment.emplace_back("PATH", "/usr/bin:/bin");
        Process::Callbacks callbacks;
        callbacks.output = [this](std::string_view text) {
            output += text;
            if (!said.exchange(true)) spoke.set_value();
        };
        callbacks.error = [this](std::string_view text) { error += text; };
        callbacks.exited = [this](const Exit& exit) { ended.set_value(exit); };
        process = Process::start(loop, {std::move(command), std::move(environment), {}}, std::move(callbacks));
    }
    Exit wait() { return ended.get_future().get(); }

    Loop loop;
    std::string output, error;
    std::atomic<bool> said = false;
    std::promise<void> spoke;
    std::promise<Exit> ended;
    std::shared_ptr<Process> process;
};

TEST(Process, TellsWhatItWroteAndHowItEnded) {
    Child child({"sh", "-c", "echo out; echo err >&2; exit 3"});
    const auto exit = child.wait();
    EXPECT_EQ(exit.status, 3);
    EXPECT_EQ(exit.text, "exit status 3");
    EXPECT_EQ(child.output, "out\n");
    EXPECT_EQ(child.error, "err\n");
}

TEST(Process, ReadsWhatItIsWrittenAndTheEnd) {
    Child child({"cat"});
    child.process->write("one\n");
    child.process->write("two\n");
    child.process->close_input();
    EXPECT_EQ(child.wait().status, 0);
    EXPECT_EQ(child.output, "one\ntwo\n");
}

TEST(Process, ASignalEndsTheWholeGroup) {
    Child child({"sh", "-c", "sleep 1000 & echo up; wait"});
    child.spoke.get_future().get();
    child.process->signal(SIGKILL);
    EXPECT_EQ(child.wait().status, -SIGKILL);
}

// They may hold who holds the process.
TEST(Process, LetsGoOfItsCallbacksWhenItHasEnded) {
    Loop loop;
    loop.start();
    auto owner = std::make_shared<int>();
    const std::weak_ptr<int> watched = owner;
    Process::Callbacks callbacks;
    callbacks.output = [owner](std::string_view) {};
    callbacks.exited = [owner](const Exit&) {};
    ProcessSpec spec;
    spec.command = {"true"};
    const auto process = Process::start(loop, spec, std::move(callbacks));
    owner.reset();
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!watched.expired() && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
    EXPECT_TRUE(watched.expired());
}

TEST(Process, HasNoDescriptorOfOurs) {
    Child child({"ls", "/proc/self/fd"});
    EXPECT_EQ(child.wait().status, 0);
    EXPECT_EQ(child.output, "0\n1\n2\n3\n") << "standard streams, and the folder that it lists";
}

TEST(Process, HasTheGivenEnvironmentOnly) {
    ::setenv("HUBSPEC_TEST_SECRET", "secret", 1);
    Child child({"env"}, {{"GIVEN", "1"}});
    EXPECT_EQ(child.wait().status, 0);
    EXPECT_THAT(child.output, HasSubstr("GIVEN=1"));
    EXPECT_THAT(child.output, testing::Not(HasSubstr("secret")));
}

TEST(Process, ThatCannotBeStartedIsSaid) {
    Loop loop;
    try {
        Process::start(loop, {{"no-such-program-at-all"}, {}, {}}, {});
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "cannot start 'no-such-program-at-all': No such file or directory");
    }
}

TEST(Process, AMarkFindsThoseThatLeftTheGroup) {
    Child child({"sh", "-c", "setsid sh -c 'echo $$; sleep 1000; :'"}, {{"HUBSPEC_TEST_MARK", "m1"}});
    child.spoke.get_future().get();
    EXPECT_EQ(kill_marked("HUBSPEC_TEST_MARK", "another"), 0u);
    EXPECT_GE(kill_marked("HUBSPEC_TEST_MARK", "m1"), 2u) << "the shell that left, and what it waits for";
    child.wait();
    EXPECT_EQ(kill_marked("HUBSPEC_TEST_MARK", "m1"), 0u);
}

}  // namespace
}  // namespace hubspec::net
