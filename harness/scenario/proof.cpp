#include "harness/scenario/proof.hpp"

#include <filesystem>

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
        "# Written by `hubspec selftest --update-proof`; `hubspec selftest` fails when one of them is proven no "
        "more.\n";
    for (const auto& [id, names] : proof) {
        std::string list;
        for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
        text += id + ": [" + list + "]\n";
    }
    return text;
}

std::vector<std::string> missing(const Proof& some, const Proof& others) {
    std::vector<std::string> ids;
    for (const auto& [id, names] : some)
        if (!others.contains(id)) ids.push_back(id);
    return ids;
}

}  // namespace hubspec::scenario
