#pragma once

namespace hubspec::actors {

/// Paho C makes a TLS context for each connection. From this call on, the CA file, the certificate and the private key
/// that it reads for it are parsed once for the same content: paho_credentials.cpp interposes
/// SSL_CTX_load_verify_locations, SSL_CTX_use_certificate_chain_file and SSL_CTX_use_PrivateKey_file for calls that
/// come from the Paho library.
void share_paho_credentials();

}  // namespace hubspec::actors
