#pragma once

#include <string>

#include "fixtures/hub/server/server.hpp"
#include "harness/actors/endpoint.hpp"
#include "harness/cli/test_pki.hpp"

namespace hubspec::cli {

/// How actors in this process reach a hub in this process.
actors::Endpoint endpoint_of(const hub::Server& server, const std::string& host_name, const std::string& events_entity,
                             const TestPki& pki);

}  // namespace hubspec::cli
