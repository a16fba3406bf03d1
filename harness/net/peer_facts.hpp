#pragma once

#include <openssl/types.h>

#include "harness/net/socket.hpp"

namespace hubspec::net {

/// What a finished handshake told about the peer.
PeerFacts facts_of(SSL* ssl);

}  // namespace hubspec::net
