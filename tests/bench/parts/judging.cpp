// From YAML to a verdict: loading the suite, matching, judging a trace.

#include <benchmark/benchmark.h>

#include "harness/run/judge.hpp"
#include "harness/run/match.hpp"
#include "harness/scenario/load.hpp"
#include "harness/scenario/requirements.hpp"
#include "tests/run/support/conversation.hpp"

namespace hubspec::run {
namespace {

using namespace model;
using test::event;
using test::field;
using test::hub;
using test::publish;
using test::step;
using test::text;

// The whole suite with its catalogue, as each start of `hubspec run` does it.
void load_suite(benchmark::State& state) {
    const std::string folder = HUBSPEC_SOURCE_DIR "/scenarios";
    std::size_t count = 0;
    for (auto _ : state) {
        const auto catalogue = scenario::load_catalogue(folder + "/requirements");
        const auto loaded = scenario::load_suite({folder}, &catalogue.catalogue);
        count = loaded.scenarios.size();
    }
    state.counters["scenarios"] = static_cast<double>(count);
}
BENCHMARK(load_suite)->Unit(benchmark::kMillisecond);

const std::string topic = "$iothub/twin/res/200/?$rid=1";

void match_publish(benchmark::State& state) {
    const auto expected = hub("publish", {field("topic", text(topic))});
    const auto came = publish(topic, "{}");
    for (auto _ : state) benchmark::DoNotOptimize(compare(expected, "main", came, {}));
}
BENCHMARK(match_publish);

// One expected packet among so many others.
void judge_trace(benchmark::State& state) {
    const auto catalogue = test::catalogue();
    const auto plan = test::plan({step(hub("publish", {field("topic", text(topic))}), 7)});
    Trace trace{event(0, StepBegan{0})};
    for (int i = 0; i < state.range(0); ++i)
        trace.push_back(event(i, publish("$iothub/twin/res/204/?$rid=" + std::to_string(i))));
    trace.push_back(event(1000, publish(topic)));
    for (auto _ : state) benchmark::DoNotOptimize(judge(plan, trace, catalogue));
    state.SetComplexityN(state.range(0));
}
BENCHMARK(judge_trace)->Arg(1)->Arg(10)->Arg(100)->Arg(1000);

}  // namespace
}  // namespace hubspec::run
