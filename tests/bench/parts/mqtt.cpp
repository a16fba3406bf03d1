// MQTT packets to bytes and back.

#include <benchmark/benchmark.h>

#include "harness/mqtt/decode.hpp"
#include "harness/mqtt/encode.hpp"

namespace hubspec::mqtt {
namespace {

Packet telemetry() { return Publish{"devices/device-17/messages/events/", Bytes(64, 'x'), 1, false, false, 17}; }
Packet connect() {
    Connect packet;
    packet.client_id = "device-17";
    packet.user_name = "hub.azure-devices.net/device-17/?api-version=2021-04-12";
    packet.password = Bytes(150, 's');
    return packet;
}

void encode_telemetry(benchmark::State& state) {
    const auto packet = telemetry();
    Bytes out;
    for (auto _ : state) {
        out.clear();
        encode_to(out, packet);
        benchmark::DoNotOptimize(out.data());
    }
}
BENCHMARK(encode_telemetry);

void decode_one(benchmark::State& state, const Packet& packet) {
    const auto bytes = encode(packet);
    for (auto _ : state) benchmark::DoNotOptimize(decode(bytes, Sender::client));
}
BENCHMARK_CAPTURE(decode_one, telemetry, telemetry());
BENCHMARK_CAPTURE(decode_one, connect, connect());

// As they come from a socket: many in one piece.
void decode_stream(benchmark::State& state) {
    Bytes bytes;
    for (int i = 0; i < 100; ++i) encode_to(bytes, telemetry());
    for (auto _ : state) {
        StreamDecoder decoder(Sender::client);
        decoder.feed(bytes);
        for (int i = 0; i < 100; ++i) benchmark::DoNotOptimize(decoder.next());
    }
    state.SetItemsProcessed(state.iterations() * 100);
}
BENCHMARK(decode_stream);

}  // namespace
}  // namespace hubspec::mqtt
