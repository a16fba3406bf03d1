// Faults in bytes: each breaks the one statement that it names, as the decoder of the harness sees it.

#include <gtest/gtest.h>

#include <algorithm>

#include "fixtures/devices/plain/faults.hpp"
#include "harness/mqtt/decode.hpp"
#include "tests/devices/support/scene.hpp"

namespace hubspec::devices::test {
namespace {

std::string clause_of(const mqtt::Bytes& bytes) {
    mqtt::StreamDecoder decoder(mqtt::Sender::client);
    decoder.feed(bytes);
    const auto next = decoder.next();
    const auto* problem = std::get_if<mqtt::Malformed>(&next);
    auto clause = problem == nullptr ? std::string() : problem->clause;
    std::replace(clause.begin(), clause.end(), ' ', '-');
    return clause;
}

class PacketFaults : public testing::TestWithParam<Fault> {};

TEST_P(PacketFaults, BreakWhatTheyName) {
    const auto& fault = GetParam();
    Behaviour behaviour;
    fault.change(behaviour);
    Scene scene(behaviour);
    scene.come_up();
    if (behaviour.connect_bytes.empty()) scene.ask({{"do", "telemetry"}, {"payload", "x"}});
    ASSERT_EQ(scene.count<SendBytes>(), 1);
    const auto sent = std::find_if(scene.all.begin(), scene.all.end(),
                                   [](const Effect& effect) { return std::holds_alternative<SendBytes>(effect); });
    const auto id = fault.breaks.front();  // the catalogue has no row for each section
    EXPECT_EQ(clause_of(std::get<SendBytes>(*sent).bytes), id == "MQTT-4.8.0-1" ? "MQTT-3.12.1" : id);
}

INSTANTIATE_TEST_SUITE_P(All, PacketFaults, testing::ValuesIn(packets_faults()), [](const auto& one) {
    auto name = one.param.name;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
});

}  // namespace
}  // namespace hubspec::devices::test
