// The program of a device under test: what is told of its end, and when.

#include "harness/actors/program.hpp"

#include <gtest/gtest.h>

namespace hubspec::actors {
namespace {

using namespace model;

struct Running {
    net::Loop loop;
    Inbox inbox;

    ProgramSpec shell(const std::string& script) {
        loop.start();
        ProgramSpec spec;
        spec.process.command = {"/bin/sh", "-c", script};
        spec.patience = std::chrono::milliseconds(200);
        return spec;
    }
    template <class Kind>
    Kind await() {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (auto event = inbox.take(end))
            if (const auto* found = std::get_if<Kind>(&event->form)) return *found;
        ADD_FAILURE() << "it did not come";
        return {};
    }
};

// Whoever watches its sockets tells first what they still held.
TEST(Program, ItsEndIsToldAfterWhatWasLeft) {
    Running running;
    auto spec = running.shell("exit 7");
    spec.ended = [&] { running.inbox.put(HubTold{"what was left"}); };
    Program program(running.loop, running.inbox, spec);
    EXPECT_EQ(running.await<HubTold>().what, "what was left");
    const auto exited = running.await<DeviceExited>();
    EXPECT_EQ(exited.status, 7);
    EXPECT_FALSE(exited.was_asked);
}

}  // namespace
}  // namespace hubspec::actors
