#include "harness/cli/execute.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <optional>
#include <thread>

#include "harness/model/time.hpp"
#include "harness/net/descriptors.hpp"
#include "harness/run/judge.hpp"
#include "harness/run/kept_trace.hpp"
#include "harness/run/throttled.hpp"
#include "harness/scenario/expression.hpp"
#include "reports/shelf.hpp"

namespace hubspec::cli {

using namespace model;

namespace {

constexpr unsigned other_files = 64, files_of_a_job = 32;  // few cases need more

/// So many jobs, or as many as there are descriptors for.
unsigned affordable(unsigned jobs) {
    const auto files = net::raise_descriptors(other_files + jobs * files_of_a_job);
    const auto most = std::max<std::size_t>(files, other_files + files_of_a_job) - other_files;
    return std::min(jobs, static_cast<unsigned>(most / files_of_a_job));
}

bool has(const Value& capabilities, const std::string& name) {
    const auto* found = capabilities.find(name);
    const auto* flag = found != nullptr ? std::get_if<bool>(&found->form) : nullptr;
    return flag != nullptr && *flag;
}

// How long the case would make the harness wait. A silence alone is waited for in part where it is too long.
Milliseconds time_to_pass(const Scenario& scenario) {
    Milliseconds passing{}, longest_silence{};
    for (const auto& step : scenario.steps) {
        if (const auto* pass = std::get_if<Pass>(&step.form)) passing += pass->duration;
        if (const auto* never = std::get_if<Never>(&step.form))
            longest_silence = std::max(longest_silence, never->lasting);
    }
    return std::max(passing, longest_silence);
}

/// What its identities need beyond a device with a key, and its transport beyond TLS.
std::vector<std::string> connection_needs(const run::Case& one) {
    std::vector<std::string> needs;
    auto identities = one.scenario->identities;
    identities.push_back(run::own_identity(one));
    for (const auto& identity : identities) {
        if (identity.is_module) needs.push_back("modules");
        if (identity.proof == Proof::x509) needs.push_back("x509");
        if (identity.proof == Proof::x509_ca) needs.push_back("x509_ca");
    }
    const auto transport = one.bindings.find("transport");
    if (transport != one.bindings.end() && run::text_of(transport->second) == "wss") needs.push_back("wss");
    return needs;
}

std::string lacks(const run::Target& target, const std::string& need) {
    const auto why = target.why_not(need);
    return "the target offers no '" + need + "'" + (why.empty() ? "" : ": " + why);
}

// What was tried to find out what the expression speaks of.
std::string why_not_known(const std::string& applies, const run::Target& target) {
    const auto why = target.why_not("tier");
    return why.empty() || applies.find("target.tier") == std::string::npos ? std::string() : " (" + why + ")";
}

CaseResult run_once(const run::Case& one, run::Target& target, const Catalogue& catalogue,
                    run::Interruption& interruption, const ExecuteOptions& options) {
    const std::string began = utc_now();
    const auto shortages = net::descriptor_shortages();
    const auto trace = run::run_case(one, target, interruption, options.run);
    auto result = run::judge(one, trace, catalogue);
    if (target.may_throttle())
        if (const auto how = run::throttled(one, trace, target.throttled_lately()))
            run::make_inconclusive(result, "the hub throttled: " + *how);
    if (net::descriptor_shortages() != shortages)
        run::make_inconclusive(result, "this process had no file descriptor left (ulimit -n)");
    result.started_at = began;
    if (options.keep_record) result.record = Record{{one.bindings.begin(), one.bindings.end()}, run::kept(trace)};
    return result;
}

CaseResult run_and_judge(const run::Case& one, run::Target& target, const Catalogue& catalogue,
                         run::Interruption& interruption, const ExecuteOptions& options) {
    if (!one.not_applicable.empty()) return run::not_run(one, catalogue, Verdict::not_applicable, one.not_applicable);
    std::vector<std::string> earlier;
    if (const auto reason = target.admit(one)) return run::not_run(one, catalogue, Verdict::inconclusive, *reason);
    auto result = run_once(one, target, catalogue, interruption, options);
    while (earlier.size() < options.retry && result.verdict == Verdict::error && !interruption.triggered()) {
        if (target.admit(one)) break;
        earlier.push_back(result.reason);
        result = run_once(one, target, catalogue, interruption, options);
    }
    result.earlier_attempts = std::move(earlier);
    return result;
}

}  // namespace

std::string utc_now() {
    return model::iso8601(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
}

bool has_open_files() {
    constexpr std::size_t least = other_files + files_of_a_job;
    const auto files = net::raise_descriptors(least);
    if (files >= least) return true;
    std::fprintf(stderr,
                 "hubspec: this process may open %zu files, a run needs %zu: raise the limit (ulimit -n 1024)\n", files,
                 least);
    return false;
}

unsigned default_jobs() { return std::clamp(3 * std::thread::hardware_concurrency(), 3U, 24U); }

std::string not_applicable(const run::Case& one, const run::Target& target) {
    const auto& scenario = *one.scenario;
    if (!scenario.applies.empty()) {
        Object scope{{"target", target.capabilities()}};
        if (const auto* ics = target.capabilities().find("ics")) scope.push_back({"ics", *ics});
        const auto answer = scenario::evaluate(scenario.applies, scope);
        if (!answer.holds) return answer.reason + why_not_known(scenario.applies, target);
    }
    for (const auto& need : scenario.needs)
        if (need != "clock" && !has(target.capabilities(), need)) return lacks(target, need);
    for (const auto& need : connection_needs(one))
        if (!has(target.capabilities(), need)) return lacks(target, need);
    const auto* identities = target.capabilities().find("identities");
    if (identities != nullptr && identities->integer() != nullptr &&
        static_cast<std::int64_t>(scenario.identities.size()) + 1 > *identities->integer())
        return "it needs " + std::to_string(scenario.identities.size() + 1) + " identities; the target lists " +
               std::to_string(*identities->integer());
    const auto wait = time_to_pass(scenario);
    if (wait > target.longest_wait() && !has(target.capabilities(), "clock"))
        return "it lets " + std::to_string(wait.count() / 1000) +
               " s pass; the target's clock cannot be moved and longest_wait is " +
               std::to_string(target.longest_wait().count() / 1000) + " s";
    return {};
}

std::vector<CaseResult> execute(const std::vector<run::Case>& cases, run::Target& target, const Catalogue& catalogue,
                                run::Interruption& interruption, const ExecuteOptions& options,
                                const ExecuteEvents& events) {
    std::vector<std::optional<CaseResult>> results(cases.size());
    std::atomic<std::size_t> next = 0;
    std::atomic<bool> stop = false;
    std::mutex telling;
    const auto work = [&] {
        while (!stop && !interruption.triggered()) {
            const std::size_t index = next++;
            if (index >= cases.size()) return;
            {
                const std::lock_guard lock(telling);
                if (events.began) events.began(cases[index]);
            }
            auto result = run_and_judge(cases[index], target, catalogue, interruption, options);
            if (options.revise) options.revise(result);
            if (options.fail_fast && result.verdict == Verdict::fail) stop = true;
            const std::lock_guard lock(telling);
            if (events.finished) events.finished(result);
            if (!options.keep_traces && result.verdict == Verdict::pass) reports::drop_details(result);
            results[index] = std::move(result);
        }
    };
    std::vector<std::thread> workers;
    for (unsigned i = 1; i < std::max(1U, target.is_parallel() ? affordable(options.jobs) : 1U); ++i)
        workers.emplace_back(work);
    work();
    for (auto& worker : workers) worker.join();
    std::vector<CaseResult> finished;
    for (auto& result : results)
        if (result) finished.push_back(std::move(*result));
    return finished;
}

}  // namespace hubspec::cli
