#include "harness/run/plan.hpp"

#include <algorithm>

#include "harness/model/lists.hpp"

namespace hubspec::run {

namespace {

void bind_axis(std::vector<Case>& cases, const model::Axis& axis) {
    std::vector<Case> bound;
    bound.reserve(cases.size() * axis.values.size());
    for (const auto& one : cases)
        for (const auto& value : axis.values) {
            Case next = one;
            next.axes.emplace_back(axis.name, text_of(value));
            next.bindings[axis.name] = value;
            bound.push_back(std::move(next));
        }
    cases = std::move(bound);
}

bool is_of_connection(const std::string& axis) { return axis == "transport" || axis == "identity" || axis == "auth"; }

std::string named(const Case& one, bool with_connection) {
    std::string list;
    for (const auto& [name, value] : one.axes)
        if (with_connection || !is_of_connection(name)) list += (list.empty() ? "" : ", ") + name + "=" + value;
    return list.empty() ? one.scenario->id : one.scenario->id + " [" + list + "]";
}

template <class Range, class Predicate>
bool any(const Range& range, Predicate predicate) {
    return std::any_of(range.begin(), range.end(), predicate);
}

}  // namespace

std::vector<Case> expand(const model::Scenario& scenario) {
    std::vector<Case> cases{{std::make_shared<const model::Scenario>(scenario), {}, {}, {}, {}}};
    for (const auto& axis : scenario.axes) bind_axis(cases, axis);
    for (auto& one : cases) one.name = named(one, true);
    return cases;
}

std::string name_beside_connection(const Case& one) { return named(one, false); }

model::IdentitySpec own_identity(const Case& one) {
    const auto axis = [&](const std::string& name) {
        const auto found = one.bindings.find(name);
        return found == one.bindings.end() ? std::string() : text_of(found->second);
    };
    model::IdentitySpec spec{"device"};
    spec.is_module = axis("identity") == "module";
    if (axis("auth") == "x509") spec.proof = model::Proof::x509;
    if (axis("auth") == "x509_ca") spec.proof = model::Proof::x509_ca;
    spec.id_suffix = axis("id_suffix");
    return spec;
}

bool matches_glob(std::string_view pattern, std::string_view name) {
    if (pattern.empty()) return name.empty();
    if (pattern.starts_with("**")) {
        for (std::size_t taken = 0; taken <= name.size(); ++taken)
            if (matches_glob(pattern.substr(2), name.substr(taken))) return true;
        return false;
    }
    if (pattern.front() == '*') {
        for (std::size_t taken = 0; taken <= name.size(); ++taken) {
            if (matches_glob(pattern.substr(1), name.substr(taken))) return true;
            if (taken < name.size() && name[taken] == '/') return false;
        }
        return false;
    }
    return !name.empty() && name.front() == pattern.front() && matches_glob(pattern.substr(1), name.substr(1));
}

bool may_begin(std::string_view pattern, std::string_view beginning) {
    if (beginning.empty() || pattern.starts_with("**")) return true;
    if (pattern.empty()) return false;
    if (pattern.front() != '*')
        return beginning.front() == pattern.front() && may_begin(pattern.substr(1), beginning.substr(1));
    for (std::size_t taken = 0; taken <= beginning.size(); ++taken) {
        if (may_begin(pattern.substr(1), beginning.substr(taken))) return true;
        if (beginning[taken] == '/') return false;
    }
    return false;
}

bool is_everything(const Selection& selection) {
    return selection.match.empty() && selection.skip.empty() && selection.tags.empty() &&
           selection.requirements.empty() && selection.levels.empty() && selection.shard.count == 1;
}

bool is_selected(const Case& one, const Selection& selection, const std::string& level) {
    const auto named = [&](const std::string& pattern) {
        return matches_glob(pattern, one.name) || matches_glob(pattern, one.scenario->id);
    };
    if (!selection.match.empty() && !any(selection.match, named)) return false;
    if (any(selection.skip, named)) return false;
    if (!selection.levels.empty() && !model::contains(selection.levels, level)) return false;
    const auto any_or_all = [](const std::vector<std::string>& wanted, const std::vector<std::string>& had) {
        return wanted.empty() || model::shares(wanted, had);
    };
    return any_or_all(selection.tags, one.scenario->tags) && any_or_all(selection.requirements, one.scenario->verifies);
}

}  // namespace hubspec::run
