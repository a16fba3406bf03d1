#pragma once

#include <string>
#include <vector>

#include "fixtures/hub/server/server.hpp"
#include "harness/net/tls_context.hpp"

namespace hubspec::cli {

/// A root and a server certificate for the reference hub.
struct TestPki {
    std::string ca_file;  ///< PEM of the root, for clients
    std::string ca_pem;
    std::string server_chain_pem, server_key_pem;
    /// Of a hub that knows these CAs of devices.
    net::TlsContext server_context(const std::string& device_ca_pem = {}) const {
        return net::TlsContext::server(server_chain_pem, server_key_pem, device_ca_pem);
    }
    hub::WrongCertificates wrong;  ///< of a PKI made by make_test_pki only
};

/// A folder that goes away with its owner; only this user can read it.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// A fresh PKI whose root is written to `folder`/ca.pem.
TestPki make_test_pki(const std::string& folder, const std::string& host_name,
                      const std::vector<std::string>& addresses);

/// The PKI kept in `folder`, made there when it is missing, has expired or does not cover these names. Keys are
/// readable by the owner only. Throws std::runtime_error with the path when it cannot be written.
TestPki keep_test_pki(const std::string& folder, const std::string& host_name,
                      const std::vector<std::string>& addresses);

/// Writes a file that only the owner can read, completely or not at all. Throws std::runtime_error.
void write_private_file(const std::string& path, const std::string& text);
/// The whole file; throws std::runtime_error with path and reason.
std::string read_file(const std::string& path);

}  // namespace hubspec::cli
