#pragma once

#include <string>

#include "fixtures/pki/pki.hpp"

namespace hubspec::cli {

/// The certificate of a device or module in a folder, and what a registry has to know of it.
struct DeviceFiles {
    std::string identity;  ///< "D" or "D/M": the common name
    bool self_signed = false;
    std::string certificate_file;  ///< PEM, with the chain
    std::string key_file;
    std::string sha1_thumbprint, sha256_thumbprint;
};

/// The CA of devices that is kept in `folder` (device-ca.pem, device-ca.key.pem), made there when it is missing or
/// ends soon. Throws std::runtime_error with the path when it cannot be written.
pki::Credential keep_device_authority(const std::string& folder);

/// Writes `folder`/devices/NAME.pem and NAME.key.pem, the name percent-encoded. Throws std::runtime_error likewise.
DeviceFiles write_device(const std::string& folder, const std::string& identity, const pki::Credential& credential,
                         bool self_signed);

}  // namespace hubspec::cli
