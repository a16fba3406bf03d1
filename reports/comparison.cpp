#include "reports/comparison.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "harness/model/lists.hpp"
#include "reports/run_names.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

bool ran(const CaseResult& one) { return one.verdict != Verdict::not_applicable; }

bool is_settled(Judgement judgement) { return judgement != Judgement::open; }

// What a baseline excuses is broken all the same.
Judgement plain(Judgement judgement) { return judgement == Judgement::excused ? Judgement::broken : judgement; }

// What was found, and what came of several things that may come.
std::string seen_in(const CaseResult& one) {
    std::string text;
    const auto add = [&](const std::string& line) { text += (text.empty() ? "" : "; ") + line; };
    for (const auto& finding : one.findings) {
        if (finding.type == "baseline.stale") continue;
        if (finding.actual.empty() && finding.expected.empty())
            add(finding.summary);
        else
            add(finding.actual.empty() ? "nothing came, where was expected: " + finding.expected : finding.actual);
    }
    for (const auto& note : one.notes)
        if (note.starts_with("seen was ")) add(note.substr(9));
    if (text.empty() && one.verdict > Verdict::warn) add(one.reason);
    return text;
}

using Cases = std::map<std::string, const CaseResult*>;

Cases cases_of(const RunResult& run) {
    Cases cases;
    for (const auto& one : run.cases)
        if (ran(one)) cases[one.name] = &one;
    return cases;
}

std::vector<std::string> names_missing(const Cases& from, const Cases& in) {
    std::vector<std::string> names;
    for (const auto& [name, one] : from)
        if (!in.contains(name)) names.push_back(name);
    return names;
}

std::vector<CaseChange> changes_of(const Cases& left, const Cases& right) {
    std::vector<CaseChange> changes;
    for (const auto& [name, one] : left) {
        const auto counterpart = right.find(name);
        if (counterpart == right.end()) continue;
        const auto& other = *counterpart->second;
        const auto seen = seen_in(*one), also = seen_in(other);
        if (found(*one) == found(other) && without_volatile(seen) == without_volatile(also)) continue;
        changes.push_back({name, one->title, found(*one), found(other), seen, also});
    }
    return changes;
}

const Requirement* find(const RunResult& left, const RunResult& right, const std::string& id) {
    for (const auto* run : {&left, &right})
        for (const auto& one : run->requirements)
            if (one.id == id) return &one;
    return nullptr;
}

bool is_about(const CaseResult& one, const std::string& id) {
    return contains(one.requirements, id) ||
           std::any_of(one.findings.begin(), one.findings.end(),
                       [&](const Finding& finding) { return contains(finding.requirements, id); });
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_of_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'; }

// "/res/204", "CONNACK 5": a number that means something, with the word that says so. 0: there is none here.
std::size_t size_of_code(std::string_view text) {
    for (const std::string_view word : {"/res/", "CONNACK ", "return code ", "status ", "answered ", "QoS "}) {
        auto end = word.size();
        while (text.starts_with(word) && end < text.size() && is_digit(text[end])) ++end;
        if (end > word.size() && text.starts_with(word)) return end;
    }
    return 0;
}

// "device-3f2a91c4-1" becomes "device-#"; a UUID, a digest and a number "#".
std::string without_ids(std::string_view word) {
    std::string out;
    bool after_id = false;
    for (bool more = true; more;) {
        const auto dash = word.find('-');
        const auto part = word.substr(0, dash);
        more = dash != std::string_view::npos;
        const bool has_digit = std::any_of(part.begin(), part.end(), is_digit);
        const bool hex = !part.empty() && std::all_of(part.begin(), part.end(), is_hex);
        const bool is_id = (has_digit && (hex || part.size() >= 16)) || (hex && after_id);
        if (is_id && !after_id) out += '#';
        for (std::size_t i = 0; !is_id && i < part.size(); ++i)
            if (!is_digit(part[i]))
                out += part[i];
            else if (out.empty() || out.back() != '#')
                out += '#';
        after_id = is_id;
        if (!more) break;
        word.remove_prefix(dash + 1);
        if (!is_id) out += '-';
    }
    return out;
}

}  // namespace

std::string without_volatile(const std::string& text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        if (const auto size = size_of_code(std::string_view(text).substr(at)); size > 0) {
            out += text.substr(at, size);
            at += size;
            continue;
        }
        auto end = at;
        while (end < text.size() && is_of_word(text[end])) ++end;
        out += end == at ? std::string(1, text[at]) : without_ids(std::string_view(text).substr(at, end - at));
        at = std::max(end, at + 1);
    }
    return out;
}

Comparison compare(const RunResult& left, const RunResult& right) {
    Comparison comparison;
    const auto names = names_of({&left, &right});
    comparison.left = names.front();
    comparison.right = names.back();
    const auto before = cases_of(left), after = cases_of(right);
    comparison.cases = changes_of(before, after);
    comparison.only_left = names_missing(before, after);
    comparison.only_right = names_missing(after, before);
    const auto old_tally = tally_of(left), new_tally = tally_of(right);
    for (const auto& [id, former] : old_tally.requirements) {
        const auto other = new_tally.requirements.find(id);
        const auto was = plain(former);
        const auto is = other == new_tally.requirements.end() ? Judgement::open : plain(other->second);
        if (!is_settled(was) || !is_settled(is)) continue;
        ++comparison.judged;
        RequirementChange change{id, {}, {}, was, is, {}};
        for (const auto& one : comparison.cases)
            if (is_about(*before.at(one.name), id) || is_about(*after.at(one.name), id))
                change.cases.push_back(one.name);
        if (was == is && change.cases.empty()) {
            ++comparison.agreed;
            continue;
        }
        if (const auto* known = find(left, right, id)) change.area = known->area, change.text = known->text;
        comparison.requirements.push_back(std::move(change));
    }
    return comparison;
}

}  // namespace hubspec::reports
