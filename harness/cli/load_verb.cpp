#include <unistd.h>

#include <fmt/format.h>
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <thread>

#include "harness/cli/execute.hpp"
#include "harness/cli/interrupt.hpp"
#include "harness/cli/load_file.hpp"
#include "harness/cli/load_target.hpp"
#include "harness/cli/options.hpp"
#include "harness/cli/run_reports.hpp"
#include "harness/cli/shard.hpp"
#include "harness/cli/suite.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/test_pki.hpp"
#include "harness/load/judge.hpp"
#include "harness/load/merge.hpp"
#include "harness/load/schedule.hpp"
#include "harness/net/descriptors.hpp"
#include "reports/load_json.hpp"
#include "reports/load_live.hpp"
#include "reports/load_report.hpp"
#include "reports/load_text.hpp"

namespace hubspec::cli {

using namespace model;

namespace {

constexpr int exit_error = 2;
constexpr std::size_t other_descriptors = 256;
constexpr unsigned most_loops = 4;

void say(const std::string& line) { std::fprintf(stderr, "hubspec: %s\n", line.c_str()); }

reports::ConsoleStyle style() {
    const auto terminal = standard_error();
    return {terminal.colour, terminal.is_terminal, terminal.width, 0};
}

// Of the formats that runs of scenarios have, a load has some.
std::optional<std::vector<reports::Destination>> load_destinations(const std::vector<std::string>& options) {
    auto all = parse_destinations(options);
    if (!all) return std::nullopt;
    for (const auto& one : *all)
        if (const auto problem = reports::problem_with_load_format(one)) return say(*problem), std::nullopt;
    return all;
}

bool write_all(const std::vector<reports::Destination>& all, const LoadResult& result) {
    bool written = true;
    for (const auto& one : all)
        if (const auto problem = reports::write_load_report(one, result)) say(*problem), written = false;
    return written;
}

/// Tells, reports and says what the process ends with.
int finish(const LoadResult& result, const std::vector<reports::Destination>& destinations) {
    std::cerr << reports::format_load(result, style()) << std::flush;
    const bool written = write_all(destinations, result);
    if (result.interrupted) return exit_interrupted;
    if (!load::all_held(result)) return exit_failed;
    if (load::nothing_done(result)) {
        const auto cause = load::main_cause(result);
        say("nothing was done" + (cause.empty() ? "" : ": " + cause));
        return exit_error;
    }
    return written ? exit_ok : exit_error;
}

// A descriptor for each device; in the same process the hub needs as many.
std::optional<std::string> make_room(std::size_t devices, bool is_embedded) {
    const std::size_t wanted = (is_embedded ? 2 : 1) * devices + other_descriptors;
    const auto allowed = net::raise_descriptors(wanted);
    if (allowed >= wanted) return std::nullopt;
    return fmt::format(
        "{} devices need {} open files, this process may have {}: raise the limit (ulimit -n {}), or use "
        "--shard",
        devices, wanted, allowed, wanted);
}

std::vector<std::uint32_t> devices_of(const LoadPlan& plan, const LoadShard& shard) {
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t i = 0; i < plan.devices; ++i)
        if (load::is_mine(shard, i)) numbers.push_back(i);
    return numbers;
}

void describe(const LoadPlan& plan, const std::string& target) {
    std::printf("%s\n%u devices against %s, connecting at %s, then %s of the mix\n", plan.title.c_str(), plan.devices,
                target.c_str(), describe_rate(plan.connects_per_second).c_str(),
                describe_time(static_cast<std::uint64_t>(Micros(plan.duration).count())).c_str());
    for (const auto& stream : plan.mix)
        std::printf("  %-16s %s\n", std::string(to_string(stream.operation)).c_str(),
                    describe_rate(load::planned_rate(plan, stream.operation)).c_str());
    std::printf("%llu messages, %s\n", static_cast<unsigned long long>(load::messages_of(plan)),
                describe_rate(load::messages_per_second(plan)).c_str());
    for (const auto& one : plan.thresholds)
        std::printf("  %s: %s\n", name_of(one).c_str(), describe_limit(one).c_str());
}

std::string machine_name() {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

// The hub of this process needs a core for itself.
unsigned loops() { return std::clamp(std::thread::hardware_concurrency(), 2U, most_loops + 1) - 1; }

LoadShard shard_of(const LoadOptions& options) {
    return {static_cast<std::uint32_t>(options.shard.index), static_cast<std::uint32_t>(options.shard.count)};
}

LoadResult run_on(LoadTarget& target, const LoadOptions& options, const LoadPlan& plan,
                  std::vector<load::Member> members, const std::stop_token& stop) {
    const auto now = [] {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now().time_since_epoch());
    };
    reports::LoadLive live(std::cerr, style(), options.quiet, {now, [] { return standard_error().width; }});
    const auto started = utc_now();
    const load::LoadTask task{plan,   shard_of(options), target.endpoint(), target.service(), std::move(members),
                              loops()};
    auto result = load::run_load(
        task, [&](const load::LoadState& state) { live.told(state.so_far, state.left, state.connected); }, stop);
    live.clear();
    result.tool_version = HUBSPEC_VERSION;
    result.target = target.name();
    result.target_kind = target.kind();
    result.started_at = started;
    result.host_name = machine_name();
    result.thresholds = load::judge(result);
    return result;
}

int run_plan(const LoadOptions& options, const LoadPlan& plan, const std::vector<reports::Destination>& destinations) {
    std::stop_source stop;
    // It lives longer than the target, which removes from its hub what was made there.
    const SignalWatch signals([&] { stop.request_stop(); });
    const auto target = make_load_target(options.target, options.deviations, options.tier);
    if (!target) return exit_unusable;
    if (const auto why = target->objection(plan)) return say(*why), exit_unusable;
    if (options.dry_run) return describe(plan, target->name()), exit_ok;
    say_shard({options.shard, options.shard_said_by});
    const auto numbers = devices_of(plan, shard_of(options));
    if (numbers.empty())
        return say(fmt::format("{} devices are too few for {} shards", plan.devices, options.shard.count)),
               exit_unusable;
    if (const auto why = make_room(numbers.size(), target->kind() == "embedded")) return say(*why), exit_unusable;
    if (const auto why = target->unreachable(plan)) return say(*why), exit_error;
    std::vector<load::Member> members;
    try {
        members = target->members(plan, numbers, stop.get_token());
    } catch (const std::exception& error) {
        return say(error.what()), exit_error;
    }
    if (stop.stop_requested()) return say("interrupted before the load began"), exit_interrupted;
    const auto result = run_on(*target, options, plan, std::move(members), stop.get_token());
    return finish(result, destinations);
}

int merge_files(const LoadOptions& options, const std::vector<reports::Destination>& destinations) {
    std::vector<LoadResult> shards;
    for (const auto& file : options.files) {
        auto parsed = reports::parse_load_json(read_file(file));
        if (const auto* problem = std::get_if<std::string>(&parsed))
            return say("'" + file + "' cannot be merged: " + *problem), exit_unusable;
        shards.push_back(std::get<LoadResult>(std::move(parsed)));
    }
    const auto merged = load::merge(shards);
    if (const auto* problem = std::get_if<std::string>(&merged))
        return say("these results cannot be merged: " + *problem), exit_unusable;
    const auto& result = std::get<LoadResult>(merged);
    const auto missing = load::missing_shards(result);
    const int status = finish(result, destinations);
    if (missing.empty()) return status;
    say(fmt::format("not the whole load: there is nothing of shard {}", fmt::join(missing, ", ")));
    return status == exit_ok ? exit_error : status;
}

}  // namespace

int run(const LoadOptions& options) {
    const auto destinations = load_destinations(options.reports);
    if (!destinations || has_unknown_deviations(options.deviations)) return exit_unusable;
    if (options.merge) return merge_files(options, *destinations);
    if (options.files.size() != 1)
        return say("one load at a time; results of shards are merged with --merge"), exit_unusable;
    auto plan = read_load_file(options.files.front());
    if (!plan) return exit_unusable;
    auto with_target = options;
    if (!with_target.target && !plan->target.empty()) with_target.target = plan->target;
    if (with_target.target && (!options.deviations.empty() || !options.tier.empty()))
        return say("--deviation and --tier are for the reference hub in this process; this load has a target"),
               exit_unusable;
    return run_plan(with_target, *plan, *destinations);
}

}  // namespace hubspec::cli
