#include <fmt/format.h>
#include <algorithm>
#include <cstdio>
#include <set>

#include "harness/cli/certification.hpp"
#include "harness/cli/options.hpp"
#include "harness/cli/results_file.hpp"
#include "harness/run/judge.hpp"

// Judges what was observed in a certification again: whether the verdicts hold can be checked without the device.
namespace hubspec::cli {

using namespace model;

namespace {

std::string told(const Finding& one) { return std::string(to_string(one.verdict)) + " \"" + one.summary + "\""; }

template <class Item, class Tell>
std::string unlike(const char* what, const std::vector<Item>& stored, const std::vector<Item>& again, Tell tell) {
    const auto [left, right] = std::mismatch(stored.begin(), stored.end(), again.begin(), again.end());
    if (left == stored.end() && right == again.end()) return {};
    return fmt::format("{}: stored is {}, judged again it is {}", what, left == stored.end() ? "none" : tell(*left),
                       right == again.end() ? "none" : tell(*right));
}

/// The first thing in which the two differ; empty: they say the same.
std::string difference(const CaseResult& stored, const CaseResult& again) {
    const auto verdict = [](const CaseResult& one) {
        return std::string(to_string(one.verdict)) + (one.reason.empty() ? "" : " (" + one.reason + ")");
    };
    const auto quoted = [](const std::string& text) { return '"' + text + '"'; };
    const auto step = [](const StepResult& one) { return one.text + " (" + one.state + ")"; };
    if (verdict(stored) != verdict(again))
        return fmt::format("stored is {}, judged again it is {}{}", verdict(stored), verdict(again),
                           again.findings.empty() ? "" : ": " + again.findings.front().summary);
    for (const auto& one :
         {unlike("findings", stored.findings, again.findings, told), unlike("steps", stored.steps, again.steps, step),
          unlike("shown", stored.shown, again.shown, quoted), unlike("notes", stored.notes, again.notes, quoted),
          unlike("requirements", stored.requirements, again.requirements, quoted)})
        if (!one.empty()) return one;
    return {};
}

struct Count {
    std::size_t same = 0, different = 0, without = 0;
};

class Verification {
public:
    Verification(const RunResult& run, const Suite& suite) : run_(run), suite_(suite) {}

    Count verify() {
        for (const auto& one : run_.cases) look_at(one);
        if (count_.without != run_.cases.size()) look_at_claims();
        return count_;
    }

private:
    void look_at(const CaseResult& stored) {
        if (!stored.record) return void(++count_.without);
        const auto scenario = std::ranges::find_if(
            suite_.scenarios, [&](const Scenario& one) { return one.seat == Seat::hub && one.id == stored.scenario; });
        if (scenario == suite_.scenarios.end())
            return differs(stored.name, "the suite has no scenario '" + stored.scenario + "'");
        auto of = std::make_shared<Scenario>(*scenario);
        of->file = stored.file;  // as findings say it
        run::Case plan{std::move(of), stored.name, stored.axes, {}, {}};
        plan.bindings.insert(stored.record->bindings.begin(), stored.record->bindings.end());
        auto again = run::judge(plan, stored.record->events, suite_.catalogue);
        if (run_.certification) forgive(again, run_.certification->exceptions);
        shown_.insert(again.shown.begin(), again.shown.end());
        const auto text = difference(stored, again);
        text.empty() ? void(++count_.same) : differs(stored.name, text);
    }

    void look_at_claims() {
        if (!run_.certification) return;
        for (const auto& claim : run_.certification->claims)
            if (claim.shown != shown_.contains(claim.name))
                differs("the claim '" + claim.name + "'",
                        fmt::format("stored is that it was {}shown, judged again it was {}shown",
                                    claim.shown ? "" : "not ", claim.shown ? "not " : ""));
    }

    void differs(const std::string& name, const std::string& text) {
        std::printf("%s: %s\n", name.c_str(), text.c_str());
        ++count_.different;
    }

    const RunResult& run_;
    const Suite& suite_;
    Count count_;
    std::set<std::string> shown_;
};

int verify(const std::string& path, const Suite& suite) {
    const auto run = read_results(path);
    if (!run) return exit_unusable;
    const auto& made = run->certification;
    if (made && made->suite_hash != hash_of_suite(suite))
        std::fprintf(stderr,
                     "hubspec: %s: it was certified with other scenarios than these (hash %.12s..., not "
                     "%.12s...); verdicts may differ for that\n",
                     path.c_str(), made->suite_hash.c_str(), hash_of_suite(suite).c_str());
    const auto count = Verification(*run, suite).verify();
    if (count.same + count.different == 0) {
        std::fprintf(stderr,
                     "hubspec: %s: no case of it keeps what was observed; only results of `hubspec certify` do\n",
                     path.c_str());
        return exit_nothing;
    }
    std::fprintf(stderr, "%s: %zu judged again, %zu as stored, %zu not%s\n", path.c_str(), count.same + count.different,
                 count.same, count.different,
                 count.without == 0 ? "" : fmt::format("; {} did not run", count.without).c_str());
    return count.different == 0 ? exit_ok : exit_failed;
}

}  // namespace

int run(const VerifyOptions& options) {
    const auto suite = read_suite(options.suite);
    if (!suite) return exit_unusable;
    int worst = exit_ok;
    for (const auto& path : options.files) worst = std::max(worst, verify(path, *suite));
    return worst;
}

}  // namespace hubspec::cli
