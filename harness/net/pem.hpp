#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>
#include <vector>

namespace hubspec::net {

/// All certificates of a PEM text, in its order; other parts of it are passed over. None: there is none in it.
std::vector<std::shared_ptr<X509>> read_certificates(const std::string& pem);

/// The first private key of a PEM text; nullptr: there is none in it, or it needs a password.
std::shared_ptr<EVP_PKEY> read_private_key(const std::string& pem);

}  // namespace hubspec::net
