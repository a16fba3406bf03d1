#include "harness/run/kept_trace.hpp"

#include <gtest/gtest.h>

#include "harness/run/device_rules.hpp"
#include "tests/run/support/device_story.hpp"

namespace hubspec::run {
namespace {

using namespace model;
using namespace test;

std::string password_of(const Trace& trace) {
    for (const auto& event : trace)
        if (const auto* received = std::get_if<PacketReceived>(&event.form))
            if (const auto* connect = std::get_if<mqtt::Connect>(&received->packet))
                return {connect->password->begin(), connect->password->end()};
    return {};
}

Trace connecting(const std::string& password) {
    mqtt::Connect packet;
    packet.password = mqtt::Bytes(password.begin(), password.end());
    return {{{}, PacketReceived{"main", packet}}};
}

TEST(KeptTrace, OfATokenKeepsEverythingButItsSignature) {
    EXPECT_EQ(password_of(kept(connecting("SharedAccessSignature sr=h%2Fdevices%2Fd1&sig=aB9%2Bz%3D&se=1700000000"))),
              "SharedAccessSignature sr=h%2Fdevices%2Fd1&sig=AA0%2BA%3D&se=1700000000");
}

TEST(KeptTrace, OfAnotherPasswordKeepsTheForm) {
    EXPECT_EQ(password_of(kept(connecting("pass-Word1"))), "AAAA-AAAA0");
    EXPECT_EQ(password_of(kept(connecting("HostName=h;DeviceId=d1;SharedAccessKey=abc12="))),
              "HostName=h;DeviceId=d1;SharedAccessKey=AAA00=");
}

TEST(KeptTrace, HasAPasswordNowhereElse) {
    auto trace = connecting("pass-Word1");
    trace.push_back({{}, AppTold{Object{{"text", std::string("it is pass-Word1!")}}}});
    trace.push_back({{}, DeviceExited{1, "exit status 1", "bad pass-Word1", false}});
    trace.push_back(
        {{}, PacketReceived{"main", mqtt::Publish{"t", {'p', 'a', 's', 's', '-', 'W', 'o', 'r', 'd', '1'}}}});
    trace.push_back({{}, NameBound{"x", std::string("SharedAccessKey=c2VjcmV0c2VjcmV0")}});
    const auto kept_trace = kept(trace);
    EXPECT_EQ(std::get<AppTold>(kept_trace[1].form).event, Value(Object{{"text", std::string("it is AAAA-AAAA0!")}}));
    EXPECT_EQ(std::get<DeviceExited>(kept_trace[2].form).last_words, "bad AAAA-AAAA0");
    const auto& publish = std::get<mqtt::Publish>(std::get<PacketReceived>(kept_trace[3].form).packet);
    EXPECT_EQ(std::string(publish.payload.begin(), publish.payload.end()), "AAAA-AAAA0");
    EXPECT_EQ(std::get<NameBound>(kept_trace[4].form).value.text()->find("c2VjcmV0"), std::string::npos);
}

// Rules look at the form of a token, never at the signature itself.
TEST(KeptTrace, BreaksTheSameRules) {
    const auto right = connected().trace();
    auto wrong = hello();
    wrong.password = bytes_of("SharedAccessSignature sr=h.net%2Fdevices%2Fother&sig=c2ln&se=1");
    auto broken = Story().connects(wrong).trace();
    for (const auto& trace : {right, broken}) {
        const auto before = broken_device_rules(trace, facts_of(trace), {});
        const auto after = broken_device_rules(kept(trace), facts_of(kept(trace)), {});
        EXPECT_EQ(before, after);
    }
    EXPECT_FALSE(broken_device_rules(broken, plain_device(), {}).empty());
}

}  // namespace
}  // namespace hubspec::run
