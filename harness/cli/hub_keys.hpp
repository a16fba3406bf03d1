#pragma once

#include <string>
#include <vector>

#include "fixtures/hub/hub.hpp"

namespace hubspec::cli {

/// Gives every identity and policy without keys those of `folder`/keys.json, and new ones, kept there, to those that it
/// does not know: so that a connection string goes on working after a restart. Throws std::runtime_error when the file
/// cannot be read or written.
void keep_keys(const std::string& folder, std::vector<hub::IdentitySeed>& devices,
               std::vector<hub::SharedAccessPolicy>& policies);

}  // namespace hubspec::cli
