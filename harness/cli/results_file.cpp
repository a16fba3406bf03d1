#include "harness/cli/results_file.hpp"

#include <cstdio>

#include "harness/cli/test_pki.hpp"
#include "reports/results_json.hpp"

namespace hubspec::cli {

using namespace model;

std::optional<RunResult> read_results(const std::string& path) {
    auto read = reports::from_results_json(read_file(path));
    if (auto* run = std::get_if<RunResult>(&read)) return std::move(*run);
    std::fprintf(stderr, "hubspec: %s: %s\n", path.c_str(), std::get<std::string>(read).c_str());
    return std::nullopt;
}

}  // namespace hubspec::cli
