#include "harness/run/hints.hpp"

#include <algorithm>

namespace hubspec::run {

const std::vector<Hint>& all_hints() {
    static const std::vector<Hint> all = [] {
        std::vector<Hint> hints;
        for (auto* topic : {hints_of_transport, hints_of_refusals, hints_of_messages, hints_of_closes, hints_of_twins,
                            hints_of_methods})
            for (auto& one : topic()) hints.push_back(one);
        return hints;
    }();
    return all;
}

const Hint* hint_for(const Case& plan, const model::Trace& trace, const model::Finding& finding) {
    const auto scene = scene_of(plan, trace, finding);
    const auto& all = all_hints();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Hint& one) { return one.applies(scene); });
    return found == all.end() ? nullptr : &*found;
}

std::string to_text(const Hint& hint) {
    std::string text(hint.text);
    return hint.requirement.empty() ? text : text + " [" + std::string(hint.requirement) + "]";
}

}  // namespace hubspec::run
