// What IoT Hub writes on top: topics, property bags, tokens.

#include <benchmark/benchmark.h>

#include "harness/iothub/sas_token.hpp"
#include "harness/iothub/topic.hpp"

namespace hubspec::iothub {
namespace {

void parse_topic(benchmark::State& state, const std::string& topic) {
    for (auto _ : state) benchmark::DoNotOptimize(parse_device_topic(topic));
}
BENCHMARK_CAPTURE(parse_topic, telemetry, "devices/device-17/messages/events/");
BENCHMARK_CAPTURE(parse_topic, telemetry_with_bag,
                  "devices/device-17/messages/events/%24.mid=17&%24.ct=application%2Fjson&%24.ce=utf-8&level=60");
BENCHMARK_CAPTURE(parse_topic, reported_patch, "$iothub/twin/PATCH/properties/reported/?$rid=17");
BENCHMARK_CAPTURE(parse_topic, method_result, "$iothub/methods/res/200/?$rid=17");

void parse_bag(benchmark::State& state) {
    const std::string bag = "%24.mid=17&%24.ct=application%2Fjson&%24.ce=utf-8&level=60";
    for (auto _ : state) benchmark::DoNotOptimize(parse_property_bag(bag));
}
BENCHMARK(parse_bag);

void format_bag(benchmark::State& state) {
    const PropertyBag bag{{"$.mid", "17"}, {"$.ct", "application/json"}, {"$.ce", "utf-8"}, {"level", "60"}};
    for (auto _ : state) benchmark::DoNotOptimize(format_property_bag(bag));
}
BENCHMARK(format_bag);

// In full, as a hub does it at each CONNECT: parse, scope, signature.
void check_sas_token(benchmark::State& state) {
    const std::vector<std::uint8_t> key(32, 7);
    const auto text = make_sas_token({"hub.azure-devices.net/devices/device-17", key, 4'000'000'000, std::nullopt});
    for (auto _ : state) {
        const auto token = std::get<SasToken>(parse_sas_token(text));
        benchmark::DoNotOptimize(covers(token, "hub.azure-devices.net/devices/device-17") &&
                                 verify_signature(token, key));
    }
}
BENCHMARK(check_sas_token);

}  // namespace
}  // namespace hubspec::iothub
