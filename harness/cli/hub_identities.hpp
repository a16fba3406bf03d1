#pragma once

#include <map>
#include <string>
#include <vector>

#include "fixtures/hub/hub.hpp"
#include "harness/cli/device_files.hpp"
#include "harness/cli/options.hpp"

namespace hubspec::cli {

/// What the hub starts with: devices before modules, those of the options before those of the file. The device of a
/// module that nobody named is there too. Throws std::runtime_error that says what is wrong with the file.
std::vector<hub::IdentitySeed> identities_from(const HubOptions& options);

/// Certificates for --x509-device, made anew below `folder`, by the names of their identities.
std::map<std::string, DeviceFiles> certify(const HubOptions& options, const std::string& folder,
                                           const pki::Credential& authority);

}  // namespace hubspec::cli
