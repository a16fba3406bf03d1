#include "harness/scenario/proof.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "harness/scenario/read.hpp"

namespace hubspec::scenario {

LoadedProof load_proof(const std::string& path) {
    LoadedProof loaded;
    std::error_code error;
    if (!std::filesystem::exists(path, error)) return loaded;
    auto document = yaml::read(path);
    loaded.diagnostics = std::move(document.diagnostics);
    if (document.root.broken) return loaded;
    const auto* map = yaml::read_map(document.root, "the proof", loaded.diagnostics);
    if (map == nullptr) return loaded;
    for (const auto& member : map->members)
        loaded.proof[member.name] = yaml::read_texts(member.value, member.name, loaded.diagnostics);
    return loaded;
}

std::string format_proof(const Proof& proof) {
    std::string text =
        "# Requirement: the deviations of the reference hub that break it and that a scenario about it catches.\n"
        "# Written by `hubspec selftest --update-proof`; `hubspec selftest` fails when it is stale.\n";
    for (const auto& [id, names] : proof) {
        std::string list;
        for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
        text += id + ": [" + list + "]\n";
    }
    return text;
}

std::vector<std::string> compare(const Proof& stored, const Proof& found) {
    std::set<std::string> lines;
    const auto add = [&](const Proof& from, const Proof& other, const std::string& what) {
        for (const auto& [id, names] : from)
            for (const auto& name : names) {
                const auto row = other.find(id);
                const bool known =
                    row != other.end() && std::find(row->second.begin(), row->second.end(), name) != row->second.end();
                if (!known) lines.insert(id + ": " + name + what);
            }
    };
    add(found, stored, " proves it now");
    add(stored, found, " proves it no more");
    return {lines.begin(), lines.end()};
}

}  // namespace hubspec::scenario
