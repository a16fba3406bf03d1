// Results written and read again, with so many cases.

#include <benchmark/benchmark.h>

#include "reports/junit.hpp"
#include "reports/results_json.hpp"

namespace hubspec::reports {
namespace {

using namespace model;

CaseResult one_case(std::int64_t number) {
    CaseResult one;
    one.scenario = "reported/patch-is-answered-204";
    one.file = "scenarios/reported/patch-is-answered-204.yaml";
    one.title = "A reported-properties PATCH is answered with 204 and the new version";
    one.name = one.scenario + " [round=" + std::to_string(number) + "]";
    one.axes = {{"round", std::to_string(number)}};
    one.requirements = {"REPORTED-01", "REPORTED-04"};
    one.checks_planned = one.checks_executed = one.checks_passed = 1;
    one.steps = {{"device: {connect: {}}", {7, 5}, false, "done", 0},
                 {"hub: {publish: {}}", {13, 5}, true, "passed", 1}};
    for (int i = 0; i < 8; ++i)
        one.trace.push_back({std::chrono::microseconds(i * 100), "device", "received",
                             "PUBLISH $iothub/twin/res/204/?$rid=rid-1&$version=2 QoS 0, 0 bytes", "30 2c", 1});
    return one;
}

RunResult run_of(std::int64_t cases) {
    RunResult run;
    run.target = "reference hub";
    for (std::int64_t i = 0; i < cases; ++i) run.cases.push_back(one_case(i));
    return run;
}

void write_json(benchmark::State& state) {
    const auto run = run_of(state.range(0));
    for (auto _ : state) benchmark::DoNotOptimize(to_results_json(run));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(write_json)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

void read_json(benchmark::State& state) {
    const auto text = to_results_json(run_of(state.range(0)));
    for (auto _ : state) benchmark::DoNotOptimize(from_results_json(text));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(read_json)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

void write_junit(benchmark::State& state) {
    const auto run = run_of(state.range(0));
    for (auto _ : state) benchmark::DoNotOptimize(to_junit(run, {}));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(write_junit)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hubspec::reports
