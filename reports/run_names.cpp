#include "reports/run_names.hpp"

#include <map>

namespace hubspec::reports {

std::string second_of(const std::string& utc) {
    auto text = utc.substr(0, 19);
    if (text.size() == 19 && text[10] == 'T') text[10] = ' ';
    return text;
}

std::string shards_of(const model::RunResult& run) {
    std::string text;
    for (const auto& one : run.shards) {
        if (missing_of(one).empty()) continue;
        for (const auto index : one.indexes)
            text += (text.empty() ? "" : ", ") + std::to_string(index) + "/" + std::to_string(one.count);
    }
    return text;
}

std::vector<std::string> names_of(const std::vector<const model::RunResult*>& runs) {
    std::map<std::string, int> times;
    for (const auto* run : runs) ++times[run->target];
    std::vector<std::string> names;
    for (const auto* run : runs)
        names.push_back(run->target + (times[run->target] > 1 ? ", " + second_of(run->started_at) : std::string()));
    return names;
}

}  // namespace hubspec::reports
