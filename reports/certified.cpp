#include "reports/certified.hpp"

#include <algorithm>
#include <string_view>

namespace hubspec::reports {

using namespace model;

namespace {

/// "ics.twin is false, needed true" in words of the statement.
std::string in_words(const std::string& reason) {
    constexpr std::string_view of_statement = "ics.", missing = " is false, needed true",
                               there = " is true, needed false";
    if (!reason.starts_with(of_statement) || reason.find(';') != std::string::npos) return reason;
    const auto name = reason.substr(of_statement.size(), reason.find(' ') - of_statement.size());
    if (reason.ends_with(missing)) return "the statement does not have '" + name + "'";
    return reason.ends_with(there) ? "the statement has '" + name + "'" : reason;
}

}  // namespace

std::string claim_word(const ClaimResult& one) {
    if (one.claimed) return one.shown ? "claimed and seen" : "claimed and never seen";
    return one.shown ? "seen and not claimed" : "not claimed";
}

std::string verdict_word(const ClaimResult& one) {
    if (!one.claimed) return {};
    if (!one.shown) return "fail";
    return one.cases == 0 ? "not tested" : std::string(to_string(one.verdict));
}

std::map<std::string, std::set<std::string>> not_tested(const RunResult& run) {
    std::map<std::string, std::set<std::string>> reasons;
    for (const auto& one : run.cases)
        if (one.verdict == Verdict::not_applicable) reasons[in_words(one.reason)].insert(one.scenario);
    return reasons;
}

double Away::jitter() const {
    return median() <= 0 ? 0 : (all[all.size() * 3 / 4] - all[all.size() / 4]) / 2 / median();
}

std::vector<double> Away::growth() const {
    std::vector<double> medians;
    for (auto [number, delays] : attempts) {
        std::sort(delays.begin(), delays.end());
        medians.push_back(delays[delays.size() / 2]);
    }
    return medians;
}

std::map<std::string, Away> reconnects_of(const RunResult& run) {
    std::map<std::string, Away> kinds;
    for (const auto& one : run.cases)
        for (const auto& reconnect : one.reconnects) {
            auto& kind = kinds[reconnect.after];
            const double milliseconds = static_cast<double>(reconnect.delay.count()) / 1000;
            kind.all.push_back(milliseconds);
            kind.attempts[reconnect.attempt].push_back(milliseconds);
        }
    for (auto& [after, kind] : kinds) std::sort(kind.all.begin(), kind.all.end());
    return kinds;
}

}  // namespace hubspec::reports
