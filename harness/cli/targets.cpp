#include "harness/cli/targets.hpp"

#include "harness/cli/embedded_target.hpp"
#include "harness/cli/endpoint_target.hpp"

namespace hubspec::cli {

std::unique_ptr<run::Target> make_target(const std::optional<std::string>& file,
                                         const std::vector<std::string>& deviations, const std::string& profile) {
    if (!file) return std::make_unique<EmbeddedTarget>(deviations, profile);
    auto read = read_target_file(*file);
    if (!read) return nullptr;
    return std::make_unique<EndpointTarget>(std::move(*read));
}

}  // namespace hubspec::cli
