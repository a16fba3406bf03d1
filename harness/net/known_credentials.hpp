#pragma once

#include <openssl/types.h>

namespace hubspec::net {

/// For clients that make a context for each connection, and read files for it anew: with OpenSSL 3 that takes as long
/// as the handshake. What was parsed once serves for every file of the same content. From any thread; false: the file
/// is not used, since it cannot be read or is not what is expected; OpenSSL's own function can tell why.

/// All certificates of the PEM file are trusted, and nobody else.
bool use_known_roots(SSL_CTX* context, const char* file);
/// The first certificate of the PEM file is the context's own, what follows its chain.
bool use_known_chain(SSL_CTX* context, const char* file);
/// The private key of the PEM file, where it needs no password.
bool use_known_key(SSL_CTX* context, const char* file);

/// How many files were served from what had been parsed before.
int known_credentials_served();

}  // namespace hubspec::net
