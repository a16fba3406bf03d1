#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/diagnostic.hpp"

namespace hubspec::scenario {

/// Which deviations prove a requirement: each breaks it, and is caught by a scenario of the suite that verifies it.
using Proof = std::map<std::string, std::vector<std::string>, std::less<>>;

/// Its name beside the requirements.
inline constexpr std::string_view proof_file = "proven.yaml";

struct LoadedProof {
    Proof proof;
    Diagnostics diagnostics;
};

/// Reads scenarios/requirements/proven.yaml; a file that is missing proves nothing.
LoadedProof load_proof(const std::string& path);

/// The text of that file: one line for each requirement, sorted.
std::string format_proof(const Proof& proof);

/// The requirements that `some` proves and `others` does not, sorted. Which deviations do it is not compared: where a
/// close and a packet race, another line may be the one that fails.
std::vector<std::string> missing(const Proof& some, const Proof& others);

}  // namespace hubspec::scenario
