#include "harness/cli/certification.hpp"

#include <sys/utsname.h>

#include <algorithm>
#include <regex>
#include <set>

#include "harness/cli/test_pki.hpp"
#include "harness/iothub/digest.hpp"

namespace hubspec::cli {

using namespace model;

KnownFaults known_faults(const Statement& statement) {
    KnownFaults known;
    for (const auto& one : statement.exceptions) known.emplace_back(one.requirement, one.reason);
    return known;
}

void forgive(CaseResult& result, const KnownFaults& known) {
    bool forgiven = false;
    for (auto& finding : result.findings)
        for (const auto& [requirement, reason] : known)
            if (finding.verdict == Verdict::fail && std::find(finding.requirements.begin(), finding.requirements.end(),
                                                              requirement) != finding.requirements.end()) {
                finding.verdict = Verdict::warn;
                finding.hint = "a known exception: " + reason;
                forgiven = true;
            }
    if (!forgiven) return;
    result.verdict = Verdict::pass;
    for (const auto& finding : result.findings) result.verdict = std::max(result.verdict, finding.verdict);
}

std::string hash_of_suite(const Suite& suite) {
    std::string text;
    for (const auto& one : suite.scenarios)
        if (one.seat == Seat::hub) text += one.id + "\n" + read_file(one.file);
    return iothub::sha256_hex(text);
}

namespace {

/// Those that apply only where this is claimed.
std::set<std::string> scenarios_about(const std::string& claim, const Suite& suite) {
    std::set<std::string> all;
    const std::regex names_it("\\bics\\." + (claim == "methods" ? "(any_method|methods)" : claim) + "\\b");
    for (const auto& one : suite.scenarios)
        if (one.seat == Seat::hub && std::regex_search(one.applies, names_it)) all.insert(one.id);
    return all;
}

}  // namespace

Certification certification_of(const Statement& statement, const Suite& suite, const SuiteOptions& chosen,
                               const std::vector<CaseResult>& cases) {
    utsname system{};
    ::uname(&system);
    Certification made{statement.device,
                       statement.version,
                       statement.hash,
                       hash_of_suite(suite),
                       std::string(system.sysname) + " " + system.release + " " + system.machine,
                       chosen.paths.empty() && run::is_everything(chosen.selection),
                       {},
                       known_faults(statement)};
    std::set<std::string> shown;
    for (const auto& one : cases) shown.insert(one.shown.begin(), one.shown.end());
    for (const auto& [name, doc] : claim_names()) {
        ClaimResult claim{name, statement.claims_to(name), shown.contains(name)};
        const auto about = scenarios_about(name, suite);
        for (const auto& one : cases)
            if (about.contains(one.scenario) && one.verdict != Verdict::not_applicable)
                ++claim.cases, claim.verdict = std::max(claim.verdict, one.verdict);
        made.claims.push_back(std::move(claim));
    }
    return made;
}

}  // namespace hubspec::cli
